"""How fast and how small the page is: sizes are held to, times printed, which say of the machine as
much as of the page."""

import os
import re
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

import numpy as np

from tests.browser.test_what_if import answer, link, ready
from tests.unit.dashboard.test_command import start

MOST_BYTES_OF_CLIP = 4_800
"""Of two models at 1, 2, 4 and 5 frames, and six classes."""
TOGGLES = "2233415415"
RESTED = "new Promise((go) => setTimeout(() => requestIdleCallback(go), 500))"
"""As long as somebody looks, at least, before the first frame is switched off."""
MARKS = """
    // When frames are first drawn, and how long after a key its frame is.
    const drawn = (then) => requestAnimationFrame(() => {
        const {port1, port2} = new MessageChannel();
        port1.onmessage = () => then(performance.now());
        port2.postMessage(0);
    });
    window.figures = {};
    figures.first = new Promise((resolve) => new MutationObserver((_, watch) => {
        if (!document.querySelector('.frame')) return;
        watch.disconnect();
        drawn(resolve);
    }).observe(document, {childList: true, subtree: true}));
    figures.wait = () => {
        figures.key = new Promise((resolve) => addEventListener(
            'keydown',
            ({timeStamp}) => drawn((time) => requestAnimationFrame(
                () => resolve([time - timeStamp, performance.now() - timeStamp]))),
            {capture: true, once: true}));
    };
"""


def busy(client):
    """Milliseconds of processor time that a page has taken so far."""
    found = client.send("Performance.getMetrics")["metrics"]
    return 1000 * next(one["value"] for one in found if one["name"] == "TaskDuration")


def pressed_key(page, client, key):
    """Milliseconds from a key to its frame, to the frame after that, and of processor time until
    that one."""
    before = busy(client)
    page.evaluate("figures.wait()")
    page.keyboard.press(key)
    return [*page.evaluate("figures.key"), busy(client) - before]


def test_figures_of_the_page(browser, address, files):
    for name, base in (("cold", address), ("warm", address), ("from disk", files)):
        context = browser.new_context(viewport={"width": 1400, "height": 950})
        context.add_init_script(MARKS)
        page = context.new_page()
        client = context.new_cdp_session(page)
        client.send("Performance.enable", {"timeDomain": "threadTicks"})
        page.goto(link(base))
        print(f"{name}: first draw {page.evaluate('figures.first'):.0f} ms")
        ready(page)
        page.evaluate(RESTED)
        # Off and on, alone and beside others.
        toggles = np.array([pressed_key(page, client, key) for key in TOGGLES])
        ways = ("to the frame", "to the one after it", "of the processor")
        for way, taken in zip(ways, toggles.T, strict=True):
            first, median, worst = taken[0], np.median(taken), taken.max()
            print(f"  toggles, {way}: first {first:.0f} ms, median {median:.0f}, worst {worst:.0f}")
        shown, after, processor = pressed_key(page, client, "j")
        print(f"  next clip: {shown:.0f} ms, {after:.0f} to the frame after, {processor:.0f} of it")
        assert answer(page)
        context.close()


def test_figures_of_the_server(shown_run):
    process, address = start(shown_run)
    ticks = int(Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()[19])
    up = float(Path("/proc/uptime").read_text().split()[0])
    print(f"serves after {up - ticks / os.sysconf('SC_CLK_TCK'):.1f} s")

    def megabytes():
        status = Path(f"/proc/{process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+) kB", status)[1]) / 1000

    for path, most in (
        ("api/index", 200),
        ("api/video/10000", 200),
        ("api/table/trn/5/10000", 700),
    ):
        with urllib.request.urlopen(f"{address}/{path}"):
            pass
        print(f"after {path}: {megabytes():.0f} MB")
        assert megabytes() < most
    process.terminate()
    process.communicate()


def test_an_exported_clip_is_small(files):
    """Of 8 frames and the embedded data set's pictures, they take 39 kB at most."""
    folder = Path(url2pathname(urlsplit(files).path)).parent
    sizes = [path.stat().st_size for path in folder.glob("data/v*.js")]
    print(f"exported clips: {min(sizes)} to {max(sizes)} bytes")
    assert max(sizes) < MOST_BYTES_OF_CLIP
