"""Multi-scale models whose probabilities are averaged over the scales."""

from itertools import combinations

import numpy as np
import pytest
import torch

import playfair
from playfair.attribution.compared.whole_scores import differentiable_scores, whole_scores
from playfair.attribution.games.from_model import make_game
from playfair.models.heads.own_heads import AveragedProbabilities
from tests.oracle import shapley_values

N, D, C = 5, 4, 3
PRIORS = np.array([0.5, 0.3, 0.2])


@pytest.fixture
def heads():
    torch.manual_seed(0)
    made = [playfair.TRN(scale, D, 6, C).eval() for scale in (1, 2, 3)]
    for head in made:
        for layer in (head.model[1], head.model[3]):
            layer.weight.data *= 4
    return AveragedProbabilities(made)


@pytest.fixture
def features():
    return torch.randn(N, D, generator=torch.Generator().manual_seed(1))


def said(heads, features, members):
    """v of a subset, written as in the docstring of the game."""
    if not members:
        return PRIORS
    by_scale = []
    for scale in range(1, min(len(members), len(heads)) + 1):
        of_subsets = [
            torch.softmax(heads[scale - 1](features[list(chosen)][None]), dim=-1)[0]
            for chosen in combinations(members, scale)
        ]
        by_scale.append(torch.stack(of_subsets).mean(dim=0))
    return torch.stack(by_scale).mean(dim=0).detach().numpy()


def test_esvs_are_the_shapley_values_of_averaged_probabilities(heads, features):
    found = playfair.explain(features, heads, PRIORS)
    everything = tuple(range(N))
    np.testing.assert_allclose(found.scores, said(heads, features, everything), atol=1e-6)
    expected = shapley_values(lambda members: said(heads, features, members), N)
    np.testing.assert_allclose(found.esv, expected, atol=1e-6)
    of_logits = playfair.explain(features, list(heads), PRIORS)
    assert np.abs(of_logits.scores - found.scores).max() > 1e-3


def test_samples_of_everything_and_logits_agree_with_exact_values(heads, features):
    exact = playfair.explain(features, heads, PRIORS)
    sampled = playfair.explain(features, heads, PRIORS, "regression", budget=64)
    np.testing.assert_allclose(sampled.esv, exact.esv, atol=1e-5)
    logits = playfair.explain(features, heads, PRIORS, score="logit")
    log = np.log(exact.scores)
    np.testing.assert_allclose(logits.scores, log - log.mean(), atol=1e-5)
    np.testing.assert_allclose(logits.esv.sum(axis=0) + logits.prior, logits.scores, atol=1e-5)


@pytest.mark.parametrize("score", ["probability", "logit"])
def test_scores_with_gradients_are_those_of_the_game(heads, features, score):
    game = make_game(heads, features[None], PRIORS, score)
    function = differentiable_scores(game, as_logits=False)
    torch.testing.assert_close(function(features[None]), whole_scores(game), atol=1e-5, rtol=0)


def test_heads_keep_their_form_on_another_device(heads, features):
    here = playfair.explain(features, heads, PRIORS, device="cpu")
    np.testing.assert_array_equal(here.esv, playfair.explain(features, heads, PRIORS).esv)
