"""Finding, comparing and sharing clips; small and large screens; what assistive technology sees."""

import base64
import csv
import json
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlencode

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from playfair.data.stores.esv_store import load
from tests.browser.test_figures import busy
from tests.browser.test_what_if import answer, frames, in_words, link, pressed, ready, values
from tests.shown_run import CLASSES, N_FRAMES, UIDS

CLIPS, CLASS_COUNT = 24_777, 174
"""Of Something-Something v2."""
SCREENSHOTS = Path(__file__).parents[2] / "results/screenshots"


def rows(page):
    return page.locator(".clip .name").all_inner_texts()


def count(page):
    return page.inner_text(".count")


def test_the_page_says_what_it_shows_and_starts_with_the_first_clip(open_page, address):
    page = open_page(address)
    assert page.title() == "Play Fair: shown (TRN, TSN)"
    assert len(pressed(page)) == max(N_FRAMES)
    assert "1 of 11" in count(page)


def test_addresses_lead_back_and_forward(open_page, address):
    page = open_page(link(address, frames="10111", rival=3, show="diff"))
    ready(page)
    assert pressed(page)[1] == "false"
    assert page.get_attribute(".legend .segments button >> nth=2", "aria-pressed") == "true"
    page.keyboard.press("j")
    page.wait_for_url("**video=10001**")
    expect(page.locator('button[aria-label^="frame "][aria-pressed=true]')).to_have_count(5)
    page.go_back()
    page.wait_for_url("**video=10000**")
    page.wait_for_selector('button[aria-label^="frame 2"][aria-pressed=false]')
    page.go_forward()
    page.wait_for_url("**video=10001**")
    page.keyboard.press("k")
    page.wait_for_url("**video=10000**")


def test_what_an_address_says_in_vain_is_named(open_page, address):
    hash_ = urlencode({"video": "nobody", "model": "x", "n": "99", "frames": "12", "rival": "77"})
    page = open_page(f"{address}#{hash_}")
    said = page.inner_text(".notice")
    for part in ("video nobody", "model x", "99 frames", "frames 12", "rival 77"):
        assert part in said
    assert len(pressed(page)) == max(N_FRAMES)


def test_search_filters_and_sorts_change_the_list(open_page, address, shown_run):
    table = load(shown_run / "collated/trn.h5")[5]
    page = open_page(address)
    page.keyboard.press("/")
    page.keyboard.type("漢")
    page.wait_for_selector(".count:has-text('of 11')")
    assert set(rows(page)) <= {CLASSES[3]} and UIDS[3] not in rows(page)
    page.fill("input[type=search]", "")
    page.click(".filters summary")
    choose = page.locator(".filters select")
    choose.nth(0).select_option("wrong")
    wrong = (table.label >= 0) & ~table.correct
    expect(page.locator(".clip")).to_have_count(int(wrong.sum()))
    choose.nth(0).select_option("")
    choose.nth(1).select_option("1")
    assert rows(page) == [CLASSES[1]] * int((table.label == 1).sum())
    page.click(".filters button")
    choose.nth(4).select_option("certainty")
    best = table.label[table.scores.max(axis=1).argmax()]
    first = page.locator(".clip .name").first
    expect(first).to_have_text("no label" if best < 0 else CLASSES[best])
    page.wait_for_url("**sort=certainty**")


def test_maps_open_the_clips_of_a_cell(open_page, address, shown_run):
    table = load(shown_run / "collated/trn.h5")[5]
    page = open_page(address)
    page.click("text=Maps")
    row = int(np.flatnonzero((table.label >= 0) & ~table.correct)[0])
    truth, said = CLASSES[table.label[row]], CLASSES[table.predicted[row]]
    page.locator(".matrix button").and_(
        page.get_by_label(f"of {truth}, said: {said}")
    ).first.click()
    asked = (f"class={table.label[row]}", f"confused={table.predicted[row]}")
    page.wait_for_url(lambda url: all(part in url for part in asked))
    assert set(rows(page)) == {truth}


def test_a_cell_of_the_map_of_positions_opens_the_clips_that_are_strongest_there(
    open_page, address, shown_run
):
    table = load(shown_run / "collated/trn.h5")[5]
    of_class = np.flatnonzero(table.label == 0)
    strongest = table.esv[of_class, :, 0].argmax(axis=1)
    page = open_page(address)
    page.click("text=Maps")
    page.get_by_label(f"{CLASSES[0]}, position {strongest[0] + 1}:").click()
    page.wait_for_url(f"**class=0&strongest={strongest[0] + 1}**")
    assert len(rows(page)) == (strongest == strongest[0]).sum()
    page.keyboard.press("[")
    page.wait_for_url(lambda url: "strongest" not in url)
    assert len(rows(page)) == len(of_class)


def test_models_stand_side_by_side_at_numbers_of_their_own(open_page, address, shown_run):
    page = open_page(link(address))
    page.click("text=both")
    page.wait_for_selector(".panel >> nth=1")
    page.keyboard.press("2")
    assert pressed(page) == ["true", "false", "true", "true", "true"] * 2
    page.locator(".panel").nth(1).locator(".answer select").select_option("4")
    page.wait_for_url("**n=5%2C4**")
    assert len(pressed(page)) == 9
    # Beside them, the predictions of each model at its own number of frames.
    page.keyboard.press("a")
    for place, (model, n) in enumerate({"trn": 5, "tsn": 4}.items()):
        card = page.locator(".side .card").nth(place)
        expect(card.locator("h2")).to_have_text(f"What {model.upper()} says")
        scores = load(shown_run / f"collated/{model}.h5")[n].scores[0]
        for button, class_idx in zip(
            card.locator(".predictions button").all(), np.argsort(-scores), strict=True
        ):
            said = f"{CLASSES[class_idx]}, {in_words(scores[class_idx])}"
            assert button.get_attribute("aria-label").startswith(said)


def test_other_methods_and_numbers_of_frames_can_be_chosen(open_page, address, shown_run):
    page = open_page(link(address, model="tsn"))
    ready(page)
    before = values(page)
    page.locator(".legend select").select_option("leave_one_out")
    assert values(page) != before
    page.keyboard.press("2")
    assert "These are ESVs: by leave one out" in page.inner_text(".panel")
    page.keyboard.press("2")
    assert "These are ESVs" not in page.inner_text(".panel")
    page.locator(".growth button").nth(1).click()
    assert len(pressed(page)) == 2
    page.wait_for_url("**n=2**")


def test_values_that_are_not_there_are_esvs_and_said_to_be(open_page, address):
    page = open_page(link(address, model="tsn"))
    before = values(page)
    page = open_page(link(address, model="tsn", values="magic"))
    assert values(page) == before
    assert page.input_value(".legend select") == "esv"
    assert "there are no values by magic of this clip" in page.inner_text(".panel")


def test_the_clip_is_stepped_through_and_the_strip_follows(open_page, address):
    page = open_page(link(address))
    ready(page)
    assert page.input_value(".controls input[type=range]") == "0"
    page.fill(".controls input[type=range]", "8")
    assert "frame 8 of 15 · 1.0 s" in page.inner_text(".caption")
    page.keyboard.press(".")
    page.wait_for_selector(".caption:has-text('frame 9')")
    current = page.locator(".cell").evaluate_all(
        "cells => cells.findIndex((one) => one.classList.contains('current'))"
    )
    assert current == 2
    page.keyboard.press("3")
    assert "current" in page.locator(".cell").nth(2).get_attribute("class")
    frames(page).nth(4).hover()
    assert page.get_attribute(".still", "alt") == "frame 14"
    page.locator(".pair").first.hover()
    assert page.locator(".cell.lit").count() == 2


@pytest.mark.parametrize("base", ["address", "files"])
def test_numbers_and_pictures_are_taken_away(open_page, base, shown_run, tmp_path, request):
    page = open_page(link(request.getfixturevalue(base), rival=4))
    ready(page)

    def saved(button):
        page.click(".share summary")
        with page.expect_download() as download:
            page.click(f".share button:has-text('{button}')")
        path = tmp_path / download.value.suggested_filename
        download.value.save_as(path)
        return path

    table = list(csv.DictReader(saved("CSV").open(newline="", encoding="utf-8")))
    esv = load(shown_run / "collated/trn.h5")[5].esv[0]
    assert len(table) == 10
    assert table[5]["class"] == f"'{CLASSES[4]}"
    # Files have values in 14 bits.
    close = 1e-6 if base == "address" else 1e-4
    np.testing.assert_allclose([float(row["esv"]) for row in table[:5]], esv[:, 0], atol=close)
    drawing = saved("SVG").read_text(encoding="utf-8")
    assert drawing.count("<image") == 5 and "<script" not in drawing
    assert f"ESVs of “{CLASSES[0]}”; grey: of “{CLASSES[4]}”" in drawing
    # A bar of either class for each frame, on white.
    assert drawing.count("<rect") == 1 + 2 * 5
    assert saved("PNG").read_bytes().startswith(b"\x89PNG")


def test_all_goes_by_keyboard_alone(open_page, address):
    page = open_page(link(address))
    ready(page)
    for _ in range(80):
        page.keyboard.press("Tab")
        label = page.evaluate("document.activeElement.getAttribute('aria-label') || ''")
        if label.startswith("frame 1,"):
            break
    page.keyboard.press("Space")
    assert pressed(page)[0] == "false"
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    assert pressed(page)[:2] == ["false", "false"]
    page.keyboard.press("?")
    page.wait_for_selector("dialog[open]")
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog[open]", state="detached")
    page.keyboard.press("]")
    page.keyboard.press("[")
    page.keyboard.press("m")
    page.wait_for_url("**model=tsn**")
    assert answer(page).startswith("TSN says")


def test_pairs_and_every_frame_are_gone_through_by_keys(open_page, address):
    page = open_page(link(address))
    ready(page)
    lit = "[...document.querySelectorAll('.cell')].map((one) => one.classList.contains('lit'))"
    page.locator(".pairs svg").focus()
    assert page.evaluate(lit).count(True) == 2
    for _ in range(2 * N_FRAMES[-1]):
        page.keyboard.press("ArrowUp")
    for _ in range(N_FRAMES[-1]):
        page.keyboard.press("ArrowLeft")
    # Beside the diagonal there is nothing nearer to the corner.
    assert page.evaluate(lit) == [True, True, False, False, False]
    assert page.inner_text(".pairs p").startswith("Frames 1 and 2 ")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Tab")
    assert page.evaluate(lit).count(True) == 0
    curve = page.locator(".every svg")
    curve.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert curve.get_attribute("aria-valuetext").startswith("frame 2, ESV ")
    assert page.get_attribute(".still", "alt") == "frame 2"
    page.keyboard.press("ArrowLeft")
    page.wait_for_selector(".caption:has-text('frame 1 ')")


def test_the_next_clip_takes_the_place_of_this_one(open_page, address):
    page = open_page(link(address))
    ready(page)
    page.keyboard.press("j")
    page.wait_for_selector(f".keys:has-text('true: {CLASSES[1]}')")
    page.keyboard.press("k")
    page.wait_for_selector(f".keys:has-text('true: {CLASSES[0]}')")
    page.evaluate(
        """window.seen = [];
        new MutationObserver(() => seen.push(document.querySelectorAll('.panel').length))
            .observe(document.querySelector('main'), {childList: true, subtree: true})"""
    )
    page.keyboard.press("j")
    page.wait_for_selector(f".keys:has-text('true: {CLASSES[1]}')")
    assert 0 not in page.evaluate("seen")


def test_a_clip_that_plays_moves_the_cursor_once_a_frame(browser, address):
    page = browser.new_page(viewport={"width": 1400, "height": 950})
    page.set_default_timeout(60_000)
    page.goto(link(address))
    page.wait_for_selector(".caption:has-text('frame 3')")
    said = page.evaluate(
        """() => new Promise((resolve) => {
            const caption = document.querySelector('.caption');
            const said = [];
            new MutationObserver((found) => {
                for (const _ of found) said.push(caption.textContent);
                if (said.length > 6) resolve(said);
            }).observe(caption, {childList: true});
        })"""
    )
    page.close()
    assert all(one != other for one, other in pairwise(said)), said


@pytest.mark.parametrize("width", [1400, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_and_phones_need_no_sideways_scrolling(open_page, address, width, scheme):
    page = open_page(link(address), width, 844, color_scheme=scheme)
    ready(page)
    page.keyboard.press("2")
    page.screenshot(path=SCREENSHOTS / f"test_{width}_{scheme}.png", full_page=True)
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    if width < 500:
        small = page.evaluate(
            """[...document.querySelectorAll('button, select, summary, input')].filter((one) => {
                const box = one.getBoundingClientRect();
                return box.width && (box.height < 43.5 || box.width < 43.5) && one.type !== 'range';
            }).map((one) => one.outerHTML.slice(0, 90))"""
        )
        assert small == []
        columns = page.evaluate(
            "getComputedStyle(document.querySelector('.strip')).gridTemplateColumns"
        )
        assert len(columns.split()) == 4
    # Where there is little room, the rest is folded.
    assert page.locator(".growth").is_visible() == (width > 500)


def test_help_and_maps_are_accessible_too(open_page, address):
    page = open_page(link(address))
    for opened in ("text=Maps", '[aria-label="help and keys"]'):
        page.click(opened)
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        page.keyboard.press("Escape")


def stand_in():
    """The index of 24,777 clips of 174 classes by two models, as the API would send it."""
    rng = np.random.default_rng(0)
    label = rng.integers(0, CLASS_COUNT, CLIPS)

    def text(values, kind):
        return base64.b64encode(np.asarray(values, kind).tobytes()).decode()

    def outcomes():
        said = np.where(rng.random(CLIPS) < 0.5, label, rng.integers(0, CLASS_COUNT, CLIPS))
        shares = {
            name: text(rng.integers(0, 65536, CLIPS), "<u2")
            for name in ("score", "true_score", "distraction", "largest")
        }
        shares["strongest"] = text(rng.integers(0, 5, CLIPS), "<u2")
        by_class = text(rng.normal(size=(CLASS_COUNT, 5)), "<f4")
        return {"5": {"predicted": text(said, "<i2"), **shares, "by_class": by_class}}

    models = [
        {
            "name": name,
            "title": name.upper(),
            "n_frames": [5],
            "method": "regression",
            "score": "probability",
            "why_no_table": {"5": "The values are sampled."},
            "why_no_order": "",
            "prior": text(np.full(CLASS_COUNT, 1 / CLASS_COUNT), "<f4"),
        }
        for name in ("trn", "tsn")
    ]
    return {
        "dataset": "stand-in",
        "models": models,
        "class_name": [f"Doing something of the kind {number}" for number in range(CLASS_COUNT)],
        "uid": [str(100_000 + number) for number in range(CLIPS)],
        "no_frames": list(range(CLIPS)),
        "label": text(label, "<i2"),
        "length": text(np.full(CLIPS, 34), "<u2"),
        "outcomes": {name: outcomes() for name in ("trn", "tsn")},
    }, label


def said_of_stand_in(index):
    return np.frombuffer(
        base64.b64decode(index["outcomes"]["trn"]["5"]["predicted"]), "<i2"
    ).astype(int)


def scores_of_stand_in(uid):
    rng = np.random.default_rng(int(uid))
    return rng.dirichlet(np.full(CLASS_COUNT, 0.1)).astype("<f4")


def values_of_stand_in(uid, label):
    scores = scores_of_stand_in(uid)
    esv = np.broadcast_to((scores - 1 / CLASS_COUNT) / 5, (5, CLASS_COUNT)).astype("<f4")
    packed = [base64.b64encode(values.tobytes()).decode() for values in (scores, esv)]
    found = {"frame_idx": [3, 10, 17, 23, 30], "scores": packed[0], "esv": packed[1]}
    return {
        "uid": uid,
        "label": int(label[int(uid) - 100_000]),
        "length": 34,
        "fps": 8.0,
        "frames": False,
        "clip": False,
        "truth": None,
        "models": {"trn": {"5": found}, "tsn": {"5": found}},
        "methods": {},
        "every_frame": {},
    }


def test_a_data_set_of_the_size_of_something_something_is_walked_through(browser, address):
    index, label = stand_in()
    body = json.dumps(index)
    page = browser.new_page(viewport={"width": 1400, "height": 950})
    page.set_default_timeout(60_000)
    page.route(
        "**/api/index", lambda route: route.fulfill(body=body, content_type="application/json")
    )
    page.route(
        "**/api/video/*",
        lambda route: route.fulfill(
            json=values_of_stand_in(route.request.url.rpartition("/")[2], label)
        ),
    )
    client = page.context.new_cdp_session(page)
    client.send("Performance.enable", {"timeDomain": "threadTicks"})
    page.goto(address)
    page.wait_for_selector(".panel")
    assert f"1 of {CLIPS}" in count(page)
    assert page.locator(".clip").count() < 100
    assert "The values are sampled." in page.inner_text(".panel")
    frames(page).first.click(force=True)
    assert pressed(page) == ["true"] * 5
    before = busy(client)
    spent = page.evaluate(
        """async () => {
            const field = document.querySelector('input[type=search]');
            const start = performance.now();
            field.value = 'kind 17';
            field.dispatchEvent(new InputEvent('input', {bubbles: true}));
            await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
            return performance.now() - start;
        }"""
    )
    of_processor = busy(client) - before
    print(
        f"a filter over {CLIPS} clips: {of_processor:.0f} ms of the processor, "
        f"{spent:.0f} to the frame"
    )
    words = [f"{100_000 + place} kind {kind}" for place, kind in enumerate(label)]
    assert count(page).endswith(f"{sum('17' in one for one in words)} of {CLIPS}")
    page.fill("input[type=search]", "")
    page.keyboard.press("Escape")
    # Any class becomes the rival, not only those with the ten highest scores.
    scores = scores_of_stand_in(100_000)
    rival = next(int(one) for one in np.argsort(scores) if one != label[0])
    page.locator(".rivals select").select_option(str(rival))
    listed = page.locator(".predictions button")
    assert listed.count() == 10
    assert (
        listed.and_(page.locator("[aria-pressed=true]"))
        .get_by_text(f"kind {rival}", exact=False)
        .count()
    )
    assert page.locator(".predictions .star").count() == 1
    page.click("text=Maps")
    said = said_of_stand_in(index)
    cell = next(i for i in range(CLIPS) if said[i] != label[i])
    matrix = page.locator(".matrix-picture canvas")
    box = matrix.bounding_box()
    size = box["width"] / CLASS_COUNT
    matrix.click(position={"x": (said[cell] + 0.5) * size, "y": (label[cell] + 0.5) * size})
    page.wait_for_url(f"**class={label[cell]}&confused={said[cell]}**")
    assert count(page).endswith(
        f"{((label == label[cell]) & (said == said[cell])).sum()} of {CLIPS}"
    )
    page.click("text=Maps")
    page.locator(".confusions button").first.click()
    assert "confused=" in page.url
    page.click("text=Maps")
    matrix.focus()
    # Nothing lies beyond the first row; then to a class that the third one is taken for.
    taken = int(min(said[(label == 2) & (said != 2)]))
    for key in ["Up", *["Right"] * (taken + 1), "Left", "Down", "Down"]:
        page.keyboard.press(f"Arrow{key}")
    times = ((label == 2) & (said == taken)).sum()
    named = f"{times} of {index['class_name'][2]}, said: {index['class_name'][taken]}"
    expect(page.locator(".matrix-picture figcaption")).to_have_text(named)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**class=2&confused={taken}**")
    assert count(page).endswith(f"{times} of {CLIPS}")
    page.close()


ONE_WORD, SENTENCE = "Unlockingsomething" * 9, "Taking something out of something and " * 9
WIDER = """(width) => [...document.querySelectorAll('main *, .side *, .list *, .bar *')].filter(
    (one) => one.checkVisibility() && !one.closest('svg, .segments, .scroll, select')
        && one.getBoundingClientRect().right > width + 0.5
).map((one) => one.outerHTML.slice(0, 90))"""


@pytest.mark.parametrize("width", [1400, 390])
def test_long_names_are_wrapped_on_the_page_and_in_its_pictures(
    open_page, address, tmp_path, width
):
    def renamed(route):
        index = route.fetch().json()
        index["class_name"][:2] = ONE_WORD, SENTENCE
        route.fulfill(json=index)

    page = open_page(link(address, rival=1), width)
    page.route("**/api/index", renamed)
    page.reload()
    ready(page)
    assert ONE_WORD in page.inner_text("h2[aria-live]")
    assert page.evaluate(WIDER, width) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.click(".share summary")
    with page.expect_download() as download:
        page.click(".share button:has-text('SVG')")
    drawing = Path(tmp_path, "drawing.svg")
    download.value.save_as(drawing)
    picture = page.context.new_page()
    picture.goto(drawing.as_uri())
    longest = picture.evaluate(
        """Math.max(...[...document.querySelectorAll('text')].map(
            (one) => one.getBBox().x + one.getBBox().width))"""
    )
    assert longest <= 1000
