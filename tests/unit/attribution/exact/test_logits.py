"""ESVs of logits in closed form, against the definition, the lattice and TSN's own formula."""

from math import comb

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import playfair
from playfair.attribution.exact import logits
from playfair.attribution.exact.exact import exact_esvs
from playfair.attribution.exact.logits import exact_logit_values, output_weights
from playfair.attribution.exact.shapley import exact_values
from playfair.attribution.games.from_model import make_game
from playfair.attribution.methods.costs import has_closed_form
from playfair.errors import InputError
from tests import oracle
from tests.conformance import inputs
from tests.unit.attribution.vectors import N_MAX, priors, trn_heads, tsn_head


def callables(heads):
    return [lambda frames, head=head: head(frames) for head in heads]


def centred(values):
    return values - values.mean(axis=-1, keepdims=True)


def by_definition(models, elements):
    """models: the s-th is (s, D) -> (C,) logits; those of a TSN come of one scale."""

    def worth(subset):
        if not subset:
            return centred(np.log(priors()))
        return centred(oracle.multi_scale_logits(models, elements, subset))

    return oracle.shapley_values(worth, len(elements))


def single(head):
    return lambda x: head(torch.from_numpy(x)[None]).detach().numpy()[0].astype(np.float64)


@pytest.mark.parametrize("n_frames", [1, 2, 4, 7])
@pytest.mark.parametrize("scales", [0, 1, 3, N_MAX])
def test_esvs_follow_the_definition_within_and_beyond_the_scales(n_frames, scales):
    features = inputs("logits", (2, n_frames, 32), -1, 1)
    heads = trn_heads()[:scales] or tsn_head()
    models = [single(head) for head in heads] if scales else [single(heads)]
    for model in [heads, callables(heads)] if scales else [heads]:
        result = playfair.explain(features, model, priors(), score="logit")
        for video, esv in zip(features.numpy(), result.esv, strict=True):
            assert np.abs(esv - by_definition(models, video)).max() <= 1e-6
        assert np.abs(result.efficiency_gap).max() <= 1e-6
        assert result.standard_error is None


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), n_frames=st.integers(1, 9), scales=st.integers(1, N_MAX))
def test_closed_forms_agree_with_the_table_of_all_subsets(seed, n_frames, scales):
    generator = torch.Generator().manual_seed(seed)
    features = torch.randn(2, n_frames, 32, generator=generator)
    for model in (tsn_head(), trn_heads()[:scales], callables(trn_heads()[:scales])):
        game = make_game(model, features, priors(), "logit")
        expected = exact_values(game)
        found = exact_logit_values(game)
        assert np.abs(found["value"] - expected.esv.numpy()).max() <= 3e-6
        assert np.abs(found["scores"] - expected.scores.numpy()).max() <= 3e-6
    assert found["evaluations"] == expected.evaluations


def test_tsn_has_the_formula_with_harmonic_numbers():
    n_frames = 40
    features = inputs("harmonic", (n_frames, 32), -1, 1)
    z = centred(tsn_head()(features[:, None]).detach().numpy().astype(np.float64))
    harmonic = sum(1 / k for k in range(1, n_frames + 1))
    others = (z.sum(axis=0) - z) / (n_frames - 1)
    expected = (z - centred(np.log(priors())) + (z - others) * (harmonic - 1)) / n_frames
    result = playfair.explain(features, tsn_head(), priors(), score="logit")
    assert np.abs(result.esv - expected).max() <= 1e-6
    assert result.evaluations == n_frames


@pytest.mark.parametrize("n_frames", [1, 2, 5, 21, 40])
@pytest.mark.parametrize("scales", [1, 2, 4])
def test_the_weights_of_each_scale_are_efficient(n_frames, scales):
    scales = min(scales, n_frames)
    for size in range(1, scales + 1):
        inside, outside = output_weights(n_frames, scales, size)
        assert size * inside + (n_frames - size) * outside == pytest.approx(1 / scales)


def test_clips_of_more_frames_than_a_lattice_has_are_exact():
    features = inputs("long", (3, 24, 32), -1, 1)
    heads = trn_heads()[:3]
    result = playfair.explain(features, heads, priors(), score="logit", classes=[4, 0])
    assert result.evaluations.tolist() == [24 + comb(24, 2) + comb(24, 3)] * 3
    slow = playfair.explain(features[1], callables(heads), priors(), score="logit")
    assert np.abs(result.esv[1] - slow.esv[:, [4, 0]]).max() <= 1e-6
    assert np.abs(result.efficiency_gap).max() <= 2e-6
    scores, esv = exact_esvs(heads, features, priors(), score="logit", class_idx=[4, 0])
    assert np.abs(esv - result.esv).max() <= 1e-6
    assert np.abs(scores[:, [4, 0]] - result.scores).max() <= 1e-6


def test_values_do_not_depend_on_the_chunks(monkeypatch):
    features = inputs("chunks", (2, 22, 32), -1, 1)
    expected = playfair.explain(features, trn_heads()[:2], priors(), score="logit").esv
    monkeypatch.setattr(logits, "ROWS_AT_ONCE", 37)
    found = playfair.explain(features, trn_heads()[:2], priors(), score="logit").esv
    assert np.abs(found - expected).max() <= 1e-6


def test_what_needs_a_table_or_has_no_linear_logits_keeps_its_limit():
    long = inputs("limit", (21, 32), -1, 1)
    with pytest.raises(InputError, match="20 frames"):
        playfair.explain(long, tsn_head(), priors(), score="logit", interactions=True)
    with pytest.raises(InputError, match="20 frames"):
        playfair.explain(long, lambda x: tsn_head()(x).softmax(1), priors(), score="logit")
    for score in ("probability", "log_odds"):
        assert not has_closed_form(make_game(tsn_head(), long[None], priors(), score))
        with pytest.raises(InputError, match="20 frames"):
            playfair.explain(long, tsn_head(), priors(), score=score)


def test_interactions_of_logits_come_with_the_same_esvs():
    features = inputs("both", (2, 5, 32), -1, 1)
    with_pairs = playfair.explain(features, trn_heads(), priors(), score="logit", interactions=True)
    plain = playfair.explain(features, trn_heads(), priors(), score="logit")
    assert with_pairs.interactions.shape == (2, 5, 5, 11)
    assert np.abs(with_pairs.esv - plain.esv).max() <= 1e-6


def test_too_many_outputs_are_refused_with_the_sampler_to_use(monkeypatch):
    monkeypatch.setattr(logits, "MOST_OUTPUTS", 300)
    with pytest.raises(InputError, match=r"need 1,561 outputs .* up to 300: use method='regress"):
        playfair.explain(np.zeros((1, 21, 32)), trn_heads()[:3], priors(), score="logit")
    with pytest.raises(InputError, match="the memory budget is 9 bytes: raise the budget"):
        playfair.explain(np.zeros((4, 32)), tsn_head(), priors(), score="logit", memory_budget=9)
