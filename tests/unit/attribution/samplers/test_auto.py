"""`auto`: exact where it is cheap or within the budget, sampled elsewhere, and it says which."""

import numpy as np
import pytest
import torch

import playfair
from playfair.attribution.games.masking import MaskedModel
from tests.conformance import inputs
from tests.unit.attribution.vectors import priors, trn_heads, tsn_head


def features(n_frames, count=2):
    return inputs("auto", (count, n_frames, 32), -1, 1)


def plain_tsn(frames):
    return tsn_head()(frames).softmax(dim=-1)


def is_exact(result):
    return not np.any(result.standard_error)


@pytest.mark.parametrize(
    ("model", "n_frames", "options", "exact"),
    [
        (tsn_head(), 12, {"budget": 100}, True),
        (trn_heads(), 12, {"budget": 100}, True),
        (tsn_head(), 21, {}, False),
        (trn_heads(), 21, {}, False),
        (plain_tsn, 8, {"budget": 255}, True),
        (plain_tsn, 8, {"budget": 254}, False),
        ([lambda x: trn_heads()[0](x)], 12, {"budget": 60}, True),
        (tsn_head(), 90, {"score": "logit", "budget": 100}, True),
        (trn_heads(), 21, {"score": "logit", "budget": 100}, True),
        ([lambda x: trn_heads()[0](x)] * 2, 21, {"score": "logit", "budget": 230}, False),
    ],
)
def test_exact_or_sampled_by_what_it_costs(model, n_frames, options, exact):
    if isinstance(model, list) and len(model) == 2:
        model = [lambda x, head=head: head(x) for head in trn_heads()[:2]]
    result = playfair.explain(features(n_frames), model, priors(), "auto", 5, **options)
    assert is_exact(result) is exact
    assert (result.method, result.seed) == ("auto", 5)
    method = "exact" if exact else "regression"
    if exact:
        options = {name: value for name, value in options.items() if name != "budget"}
    expected = playfair.explain(features(n_frames), model, priors(), method, 5, **options)
    assert np.array_equal(result.esv, expected.esv)
    assert np.array_equal(result.evaluations, expected.evaluations)


def test_videos_of_different_lengths_each_get_what_they_need():
    videos = [features(n, 1)[0] for n in (21, 5, 8)]
    result = playfair.explain(videos, trn_heads(), priors(), "auto", tolerance=0.5)
    assert [is_exact(video) for video in result.videos()] == [False, True, True]
    assert result.converged.all()


def whole_clips():
    """A network of clips of 8 frames (N, 8, 3, 2, 2), in which frames and those before count."""
    weight = torch.randn(8, 5, generator=torch.Generator().manual_seed(3))

    def network(clips):
        seen = clips.mean(dim=(2, 3, 4))
        return torch.softmax(4 * (seen * seen.roll(1, 1)) @ weight, dim=1)

    return MaskedModel(network)


@pytest.mark.parametrize(("budget", "method"), [(255, "exact"), (254, "adaptive")])
def test_networks_of_whole_clips_are_worth_the_best_sampler(budget, method):
    clips = inputs("clips", (2, 8, 3, 2, 2), -1, 1)
    given = {"element_ndim": 3, "budget": budget}
    result = playfair.explain(clips, whole_clips(), "uniform", "auto", 5, **given)
    if method == "exact":
        del given["budget"]
    expected = playfair.explain(clips, whole_clips(), "uniform", method, 5, **given)
    assert np.array_equal(result.esv, expected.esv)
    assert is_exact(result) is (method == "exact")


def test_what_exceeds_the_memory_budget_is_sampled():
    result = playfair.explain(
        features(18, 1), tsn_head(), priors(), "auto", budget=150, memory_budget=2**20
    )
    assert not is_exact(result)
    assert (result.evaluations <= 150).all()


@pytest.mark.parametrize(
    ("model", "n_frames", "budget", "advised"),
    [
        (tsn_head(), 12, 100, True),
        (trn_heads(), 12, 100, True),
        (tsn_head(), 24, 200, False),
        (plain_tsn, 8, 300, True),
        (plain_tsn, 8, 60, False),
    ],
)
def test_a_sample_that_does_not_pay_says_so(model, n_frames, budget, advised):
    sampled = playfair.explain(features(n_frames), model, priors(), "regression", budget=budget)
    sentence = f"exact values of {n_frames} frames take this model hardly more time"
    assert (sentence in repr(sampled)) is advised
    if advised:
        assert playfair.explain(features(n_frames), model, priors(), "auto").advice is None
