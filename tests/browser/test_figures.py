"""How fast and how small the page is: sizes are held to, times printed, which say of the machine as
much as of the page."""

import os
import re
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

from tests.browser.test_what_if import answer, link, ready
from tests.unit.dashboard.test_command import start

MOST_BYTES_OF_CLIP = 4_800
"""Of two models at 1, 2, 4 and 5 frames, and six classes."""
MARKS = """
    // When frames are first drawn, and how long after a key its frame is.
    const drawn = (then) => requestAnimationFrame(() => {
        const {port1, port2} = new MessageChannel();
        port1.onmessage = () => then(performance.now());
        port2.postMessage(0);
    });
    window.figures = {events: []};
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
    new PerformanceObserver((list) => {
        for (const {name, duration} of list.getEntries())
            if (name === 'keydown') figures.events.push(duration);
    }).observe({type: 'event', durationThreshold: 16});
"""


def busy(client):
    """Milliseconds of processor time that a page has taken so far."""
    found = client.send("Performance.getMetrics")["metrics"]
    return 1000 * next(one["value"] for one in found if one["name"] == "TaskDuration")


def pressed_key(page, key):
    """Milliseconds from a key to what is drawn next, to the frame after that, and to when
    Playwright has seen it."""
    page.evaluate("figures.wait()")
    start = page.evaluate("performance.now()")
    page.keyboard.press(key)
    times = page.evaluate("figures.key")
    return [*times, page.evaluate("performance.now()") - start]


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
        for what, key in (("toggle", "2"), ("toggle", "3"), ("next clip", "j")):
            before = busy(client)
            shown, after, seen = pressed_key(page, key)
            print(
                f"  {what}: {shown:.0f} ms from the key to its frame, {after:.0f} to the one after"
                f" it, {seen:.0f} with Playwright's own; {busy(client) - before:.0f} of the"
                " processor"
            )
        assert answer(page)
        print(f"  keys by the browser's own count: {page.evaluate('figures.events')} ms")
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
