"""Draws the README's picture of the dashboard from the page as files, in Debian's chromium.

python -m docs.dashboard_picture results/dashboard PICTURE [FOLDER]

The rule for docs/images/dashboard.png in the Makefile runs it. The picture holds the hash of the
sources of the page that it shows, by which a test notices that it is out of date. A FOLDER gets
screenshots of other sizes and themes as well, to look at.
"""

import io
import re
import shutil
import sys
from pathlib import Path
from typing import Any

from PIL import Image, PngImagePlugin
from playwright.sync_api import Browser, sync_playwright

KEY = "page-sources"
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
_SHOTS = {
    "1400_light": (1400, 950, "light"),
    "1400_dark": (1400, 950, "dark"),
    "390_light": (390, 2600, "light"),
    "390_dark": (390, 2600, "dark"),
}


def page_sources(folder: str | Path) -> str:
    """The hash of a page's sources, as the built page in a folder names it."""
    script = Path(folder, "app.js").read_text(encoding="utf-8")
    found = re.search(r"from sources ([0-9a-f]{64})", script)
    assert found is not None
    return found[1]


def _shot(browser: Browser, address: str, width: int, height: int, theme: Any) -> Image.Image:
    page = browser.new_page(
        viewport={"width": width, "height": height}, color_scheme=theme, reduced_motion="reduce"
    )
    page.goto(address)
    page.wait_for_selector(".pairs svg", state="attached")
    # What the page is for: a frame is off, and the model answers without it.
    page.keyboard.press("3")
    page.wait_for_selector("h2:has-text('Without frame 3')")
    page.wait_for_function("[...document.querySelectorAll('main img')].every(x => x.complete)")
    picture = Image.open(io.BytesIO(page.screenshot()))
    page.close()
    return picture


def main(dashboard: str, to: str, folder: str | None = None) -> None:
    program = shutil.which("chromium")
    assert program is not None, "chromium is not installed (apt-get install chromium)"
    address = (Path(dashboard).resolve() / "index.html").as_uri()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program, args=[*CHROMIUM_FLAGS, "--hide-scrollbars"]
        )
        about = PngImagePlugin.PngInfo()
        about.add_text(KEY, page_sources(dashboard))
        picture = _shot(browser, address, *_SHOTS["1400_light"]).convert("RGB").quantize(256)
        picture.save(to, pnginfo=about, optimize=True)
        if folder is not None:
            Path(folder).mkdir(parents=True, exist_ok=True)
            for name, shot in _SHOTS.items():
                _shot(browser, address, *shot).save(Path(folder, f"dashboard_{name}.png"))
        browser.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
