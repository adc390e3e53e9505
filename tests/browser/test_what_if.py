"""Frames that are switched off, moved and compared: what the page says is what Python computes."""

import re
from urllib.parse import quote, urlencode

import numpy as np
import pytest
import torch

from playfair.attribution.exact import (
    pairwise_interactions,
    smallest_necessary_frames,
    smallest_sufficient_frames,
)
from playfair.attribution.exact.shapley import exact_values
from playfair.attribution.games.game import VariableLengthGame
from playfair.dashboard.run_networks import table_maker
from playfair.trust import Trust
from tests.shown_run import CLASSES, UIDS

UID = "10000"
N = 5
SHOWS = ("true", "rival", "diff")


@pytest.fixture(scope="module")
def whole_tables(shown_run):
    """A function of model and order: the scores (32, C) of all subsets of the clip `UID`."""
    makers = {name: table_maker(shown_run, name, Trust()) for name in ("trn", "tsn")}

    def scores(model, order=()):
        table = makers[model].table(UID, N, order)
        assert table.class_idx.tolist() == list(range(len(CLASSES)))
        return table.scores

    return scores


def link(base, **state):
    return f"{base}#{urlencode({'video': UID, 'model': 'trn', 'n': N, **state})}"


def frames(page):
    return page.locator("button[aria-pressed][aria-label^=frame]")


def pressed(page):
    return [one.get_attribute("aria-pressed") for one in frames(page).all()]


def answer(page):
    page.wait_for_selector("h2[aria-live]:not(.pending)")
    return page.inner_text("h2[aria-live]")


def in_words(score):
    return f"{score:.3f}" if 0 < score < 0.01 else f"{score:.2f}"


def said(scores, mask):
    return f"“{CLASSES[scores[mask].argmax()]}” {in_words(scores[mask].max())}"


def values(page):
    """The numbers below the frames, None where one is off."""
    texts = page.locator(".value").all_inner_texts()
    return [None if text == "off" else float(text.replace("−", "-")) for text in texts]


def ready(page):
    page.wait_for_selector(".pairs svg", state="attached")


def test_a_click_switches_a_frame_off_and_the_others_share_the_new_score(
    open_page, address, whole_tables
):
    page = open_page(link(address))
    ready(page)
    assert pressed(page) == ["true"] * N
    assert said(whole_tables("trn"), 31) in answer(page)
    frames(page).nth(1).click()
    assert pressed(page) == ["true", "false", "true", "true", "true"]
    assert said(whole_tables("trn"), 0b11101) in answer(page)
    assert answer(page).startswith("Without frame 2, TRN")
    shown = values(page)
    assert shown[1] is None
    column = whole_tables("trn")[:, UIDS.index(UID)]
    rest = sum(value for value in shown if value is not None)
    assert rest == pytest.approx(column[0b11101] - column[0], abs=0.02)
    page.wait_for_url("**frames=10111**")
    frames(page).nth(1).click()
    assert pressed(page) == ["true"] * N
    page.wait_for_url(lambda url: "frames=" not in url)


@pytest.mark.parametrize("mask", [0b00000, 0b00100, 0b10110, 0b11111])
def test_keys_switch_frames_and_every_subset_is_answered(
    open_page, address, files, whole_tables, mask
):
    for base in (address, files):
        page = open_page(link(base))
        ready(page)
        for place in range(N):
            if not mask >> place & 1:
                page.keyboard.press(str(place + 1))
        assert said(whole_tables("trn"), mask) in answer(page)


def test_the_sets_are_those_of_python(open_page, address, whole_tables):
    page = open_page(link(address))
    ready(page)
    table = whole_tables("trn")[None]
    page.keyboard.press("f")
    kept = smallest_sufficient_frames(table)[0]
    assert pressed(page) == [str(bool(one)).lower() for one in kept]
    page.keyboard.press("a")
    page.keyboard.press("c")
    lost = smallest_necessary_frames(table)[0]
    assert pressed(page) == [str(not one).lower() for one in lost]


def test_moved_frames_are_seen_in_their_new_order(open_page, address, whole_tables):
    page = open_page(link(address))
    ready(page)
    frames(page).nth(0).focus()
    page.keyboard.press("Alt+ArrowRight")
    page.wait_for_url("**order=1.0.2.3.4**")
    assert page.evaluate("document.activeElement.dataset.place") == "1"
    assert said(whole_tables("trn", [1, 0, 2, 3, 4]), 31) in answer(page)
    page.keyboard.press("a")
    frames(page).nth(4).drag_to(frames(page).nth(0))
    page.wait_for_url("**order=4.0.1.2.3**")
    assert said(whole_tables("trn", [4, 0, 1, 2, 3]), 31) in answer(page)
    page.keyboard.press("s")
    page.wait_for_selector("h2:has-text('In another order')")


def test_backwards_trn_moves_and_tsn_does_not_also_in_files(
    open_page, address, files, whole_tables
):
    backwards = [4, 3, 2, 1, 0]
    for base in (address, files):
        for model in ("trn", "tsn"):
            page = open_page(link(base, model=model))
            ready(page)
            page.keyboard.press("r")
            page.wait_for_selector("h2:has-text('Backwards')")
            assert said(whole_tables(model, backwards), 31) in answer(page)
    assert whole_tables("tsn", backwards)[31] == pytest.approx(whole_tables("tsn")[31], abs=1e-6)


def test_any_class_becomes_the_rival_and_the_waterfall_adds_up(open_page, address, whole_tables):
    page = open_page(link(address))
    ready(page)
    true = UIDS.index(UID)
    for rival in (3, 5):
        page.locator(".predictions button", has_text=CLASSES[rival]).click()
        page.wait_for_url(f"**rival={rival}**")
        for show in SHOWS:
            page.locator(".legend .segments button").nth(
                ["true", "rival", "diff"].index(show)
            ).click()
            label = page.get_attribute(".waterfall svg", "aria-label").replace("−", "-")
            prior, *parts, score = [float(x) for x in re.findall(r"[-+]?\d+\.\d+", label)]
            assert prior + sum(parts) == pytest.approx(score, abs=0.05)
            scores = whole_tables("trn")[31]
            expected = {
                "true": scores[true],
                "rival": scores[rival],
                "diff": scores[true] - scores[rival],
            }
            assert score == pytest.approx(expected[show], abs=0.006)


def test_arithmetic_is_that_of_python_on_random_tables(open_page, address):
    page = open_page(address)
    rng = np.random.default_rng(1)
    for trial in range(50):
        n = trial % 7 + 2
        table = rng.dirichlet(np.ones(4), 2**n).astype(np.float32)
        game = {"n": n, "columns": table.T.tolist(), "top": table.argmax(axis=1).tolist()}
        predicted = int(table[-1].argmax())
        found = page.evaluate(
            """({n, columns, top, predicted}) => ({
                esv: columns.map((one) => [...PlayFair.esvs(one, n)]),
                some: [...PlayFair.esvs(columns[0], n, 2 ** n - 2)],
                pairs: columns.map((one) => [...PlayFair.interactions(one, n)]),
                keep: PlayFair.sufficient(top, columns[predicted], n),
                lose: PlayFair.necessary(top, columns[predicted], n),
            })""",
            {**game, "predicted": predicted},
        )
        expected = _esvs(table, n)
        np.testing.assert_allclose(np.array(found["esv"]).T, expected, atol=1e-6)
        # Without frame 1 the others play the game of the subsets that lack it.
        np.testing.assert_allclose(found["some"][1:], _esvs(table[::2, :1], n - 1)[:, 0], atol=1e-6)
        pairs = pairwise_interactions(table[None])[0]
        shaped = np.array(found["pairs"]).reshape(4, n, n).transpose(1, 2, 0)
        np.testing.assert_allclose(shaped, pairs, atol=1e-6)
        members = 2 ** np.arange(n)
        assert found["keep"] == (smallest_sufficient_frames(table[None])[0] * members).sum()
        assert found["lose"] == (smallest_necessary_frames(table[None])[0] * members).sum()


def _esvs(table, n):
    """ESVs (n, K) of a table by the engine, from a game that looks the scores up."""

    def model(features):
        masks = (features[..., 0].sum(dim=1)).long()
        return torch.from_numpy(table)[masks]

    features = 2.0 ** torch.arange(n)[None, :, None]
    game = VariableLengthGame(model, features, "uniform", table.shape[1])
    game.prior_score = torch.from_numpy(table[0])
    return exact_values(game).esv[0].numpy()


@pytest.mark.parametrize("uid", UIDS)
def test_every_clip_opens_whatever_its_name_or_what_is_missing(open_page, address, files, uid):
    for base in (address, files):
        page = open_page(f"{base}#video={quote(uid)}&model=tsn&n=5")
        ready(page)
        page.keyboard.press("2")
        assert answer(page).startswith("Without frame 2, TSN")
        assert page.locator(".frame img").count() == (0 if uid == "no frames" else N)
        assert ("✓" in answer(page) or "✗" in answer(page)) == (uid != "unlabelled")
        assert page.locator("img[onerror], b:text('bold')").count() == 0
