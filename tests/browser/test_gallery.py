"""The gallery of figures in a browser: on a large screen, and on a phone."""

import numpy as np
import pytest
from PIL import Image

from playfair.data.video.video_files import encode_webm
from playfair.figures.drawing.style import PNG_DPI, new_figure
from playfair.figures.gallery import GalleryClip, GalleryFigure, gallery_html

POINT = 1 / 72
SMALLEST = 6 * POINT
"""Inches: no text of a figure is smaller."""
READABLE = 9
CAPTION = "Which frames support the class. " * 9 + "\n\nHow to read it: slowly."


@pytest.fixture(scope="module")
def gallery(tmp_path_factory):
    folder = tmp_path_factory.mktemp("gallery")
    new_figure(height=4).savefig(folder / "filmstrips.png", dpi=PNG_DPI)
    with Image.open(folder / "filmstrips.png") as picture:
        width, height = picture.size
    frames = np.full((4, 32, 48, 3), 90, np.uint8)
    encode_webm(frames, folder / "1.webm", 8)
    Image.fromarray(frames[2]).save(folder / "1.jpg")
    clips = [GalleryClip("1.webm", "Opening something (TRN, right)", 2)] * 3
    title = "Which frames made the model say so?"
    figure = GalleryFigure("filmstrips", CAPTION, title, "filmstrips.csv", width, height, clips)
    facts = [(f"top-1 of a model with a long name, number {i}", "96 %") for i in range(4)]
    (folder / "index.html").write_text(gallery_html([figure], facts=facts), encoding="utf-8")
    return (folder / "index.html").as_uri()


@pytest.mark.parametrize("width", [1400, 390])
def test_figures_are_readable_and_the_page_does_not_scroll_sideways(browser, gallery, width):
    page = browser.new_page(viewport={"width": width, "height": 844})
    page.goto(gallery)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    picture = page.locator(".picture img")
    picture.scroll_into_view_if_needed()
    page.wait_for_function("document.querySelector('.picture img').complete")
    natural = page.evaluate("document.querySelector('.picture img').naturalWidth")
    shown = picture.bounding_box()
    assert SMALLEST * PNG_DPI * shown["width"] / natural >= READABLE
    # What is wider than a phone moves in its frame, all of it can be seen.
    box = page.locator(".picture").bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= width
    page.evaluate("document.querySelector('.picture').scrollLeft = 9999")
    seen = picture.bounding_box()
    assert seen["x"] + seen["width"] <= box["x"] + box["width"] + 1
    assert page.locator("video").first.bounding_box()["width"] > 0.4 * min(width, 400)
    page.close()


def test_clips_wait_at_their_stills(browser, gallery):
    page = browser.new_page(viewport={"width": 390, "height": 844})
    asked = []
    page.on("request", lambda request: asked.append(request.url.rpartition("/")[2]))
    page.goto(gallery)
    page.wait_for_load_state("networkidle")
    assert "1.jpg" in asked and "1.webm" not in asked
    page.close()
