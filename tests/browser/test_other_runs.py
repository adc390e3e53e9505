"""The page over networks of whole clips, 13 frames, scores that are no probabilities, one class."""

import threading

import pytest
from playwright.sync_api import expect
from waitress import create_server

from playfair.dashboard import create_app, export
from playfair.dashboard.run_networks import table_maker
from playfair.dashboard.shown_results import ShownResults
from playfair.dashboard.stored_tables import StoredTables
from playfair.data.stores.esv_store import load
from playfair.trust import Trust
from tests.browser.test_what_if import answer, frames, in_words, link, pressed, ready, values
from tests.shared_runs import made_once
from tests.shown_run import write_other_run

NAMES = ["Opening something", "Closing something", "Moving something up", "Dropping something"]
RUNS = {
    "probability": (NAMES, "probability"),
    "logit": (NAMES, "logit"),
    "alone": (NAMES[:1], "probability"),
}


@pytest.fixture(scope="session")
def other_runs(tmp_path_factory):
    """By name, where the page over the run is served, and the run."""
    found, servers = {}, []
    for name, options in RUNS.items():
        folder = made_once(
            tmp_path_factory,
            f"shown_{name}",
            lambda path, options=options: write_other_run(path, *options),
        )
        run = folder / "results/other"
        servers.append(create_server(create_app(run), host="127.0.0.1", port=0))
        threading.Thread(target=servers[-1].run, daemon=True).start()
        found[name] = f"http://127.0.0.1:{servers[-1].effective_port}/", run
    yield found
    for server in servers:
        server.close()


@pytest.fixture(scope="module")
def other_files(other_runs, tmp_path_factory):
    folder = tmp_path_factory.mktemp("other") / "page"
    results = ShownResults(other_runs["logit"][1])
    makers = {
        "net": StoredTables(results, "net"),
        "tsn": table_maker(results.directory, "tsn", Trust()),
    }
    with pytest.MonkeyPatch.context() as patched:
        # Those that are asked for: the true class and the two most likely ones.
        patched.setattr(export, "MOST_CLASSES", 1)
        export.export_page(results, makers, folder, results.uid)
    return (folder / "index.html").as_uri()


def test_elements_of_a_network_of_whole_clips_are_switched_off(open_page, other_runs):
    address, run = other_runs["probability"]
    page = open_page(link(address, model="net", n=4))
    ready(page)
    frames(page).nth(1).click()
    results = ShownResults(run)
    scores = results.subset_scores(results.models["net"], 4, "10000")[0b1101]
    assert answer(page).startswith("Without frame 2, net")
    assert f"“{NAMES[scores.argmax()]}” {in_words(scores.max())}" in answer(page)
    # Its answers to other orders are not known.
    assert page.locator("button:has-text('Reverse')").is_disabled()
    page.keyboard.press("r")
    assert "other orders are not known" in page.inner_text(".notice")
    page.keyboard.press("]")
    page.wait_for_url("**n=8**")
    assert "order" not in page.url
    assert "other subsets of 8 elements are not stored" in page.inner_text(".panel")
    frames(page).nth(0).click(force=True)
    assert pressed(page) == ["true"] * 8


def test_a_model_beside_it_is_put_into_another_order_alone(open_page, other_runs):
    page = open_page(link(other_runs["probability"][0], model="tsn,net", n="4,4"))
    ready(page)
    page.keyboard.press("r")
    page.wait_for_url("**order=3.2.1.0%2C**")
    page.wait_for_selector("h2:has-text('Backwards')")
    assert page.locator("h2[aria-live]").nth(1).inner_text().startswith("net says")


def test_13_frames_are_asked_for_the_classes_that_are_shown(open_page, other_runs):
    address, run = other_runs["probability"]
    shown = load(run / "collated/tsn.h5")[13]
    page = open_page(link(address, model="tsn", n=13))
    ready(page)
    frames(page).nth(10).click()
    assert answer(page).startswith("Without frame 11, TSN")
    last = int(shown.scores[0].argmin())
    page.keyboard.press("a")
    page.locator(".predictions button", has_text=NAMES[last]).click()
    page.wait_for_url(f"**rival={last}**")
    page.locator(".legend .segments button").nth(1).click()
    frames(page).nth(10).click()
    expect(page.locator(".value", has_text="…")).to_have_count(0)
    assert [value is None for value in values(page)] == [place == 10 for place in range(13)]


def test_scores_in_another_unit_say_so_also_in_files(open_page, other_runs, other_files):
    address, run = other_runs["logit"]
    results = ShownResults(run)
    for model in ("tsn", "net"):
        scores = results.subset_scores(results.models["net"], 4, "10000")
        for base in (address, other_files):
            page = open_page(link(base, model=model, n=4))
            ready(page)
            assert "logits, less their mean" in page.inner_text(".panel")
            for mask, key in ((0b1111, None), (0b1101, "2")):
                if key:
                    page.keyboard.press(key)
                best = scores[mask].max()
                assert f"{in_words(best)} (logit)" in answer(page)
                rest = sum(value for value in values(page) if value is not None)
                # Of one clip the true class is the first.
                assert rest == pytest.approx(scores[mask, 0] - scores[0, 0], abs=0.03)


def test_classes_that_files_leave_out_are_said_to_be_left_out(open_page, other_runs, other_files):
    shown = load(other_runs["logit"][1] / "collated/net.h5")[4]
    order = [int(one) for one in shown.scores[0].argsort()]
    rival = next(one for one in order[:2] if one != shown.label[0])
    page = open_page(link(other_files, model="net", n=4))
    ready(page)
    page.locator(".rivals select").select_option(str(rival))
    page.locator(".legend .segments button").nth(1).click()
    page.keyboard.press("2")
    assert page.locator(".value").all_inner_texts() == ["?", "off", "?", "?"]
    assert f"of “{NAMES[rival]}” without some of the frames is not kept" in page.inner_text(
        ".panel"
    )


def test_one_class_alone_has_no_rival(open_page, other_runs):
    page = open_page(link(other_runs["alone"][0], model="tsn", n=4, show="diff"))
    ready(page)
    assert page.locator(".legend .segments button").all_inner_texts() == ["true"]
    page.keyboard.press("2")
    page.keyboard.press("d")
    assert answer(page) == f"Without frame 2, TSN still says “{NAMES[0]}” 1.00 ✓ right"
    assert page.locator(".predictions button").count() == 1
    page.click(".predictions button")
    text = page.inner_text("body")
    assert "rival" not in text and "undefined" not in text and "NaN" not in text
