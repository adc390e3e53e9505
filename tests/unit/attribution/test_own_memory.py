"""Models that overwrite what they are given: neither their input nor the result suffers."""

import numpy as np
import pytest
import torch

import playfair
from playfair.attribution.exact.exact import exact_esvs
from playfair.attribution.games.from_model import make_game
from playfair.attribution.games.game import Game
from playfair.attribution.games.lattice import lattice_level
from playfair.attribution.methods.registry import METHODS
from tests.conformance import inputs

CLASSES = 3
WEIGHT = inputs("in place", (4, CLASSES), -2, 2)
LEARNED = [0.2, 0.3, 0.5]


def pure(frames):
    return ((2 * frames.flatten(start_dim=2)).relu() @ WEIGHT).mean(dim=1).softmax(dim=1)


def in_place(frames):
    """The same scores, and the input is lost."""
    scores = pure(frames)
    frames.mul_(-7).relu_()
    return scores


MODELS = {
    "variable-length": (pure, in_place),
    "multi-scale": (
        [lambda x: pure(x).log(), lambda x: 2 * pure(x)],
        [lambda x: in_place(x).log(), lambda x: 2 * in_place(x)],
    ),
    "masked": (
        playfair.MaskedModel(pure, "black"),
        playfair.MaskedModel(in_place, "black"),
    ),
    "masked by the nearest": (playfair.MaskedModel(pure), playfair.MaskedModel(in_place)),
}


@pytest.mark.parametrize("priors", ["uniform", LEARNED], ids=["uniform", "learned"])
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("models", MODELS.values(), ids=MODELS)
def test_a_model_that_works_in_place_gets_the_values_of_the_pure_one(models, method, priors):
    features = inputs("in place", (2, 4, 4), -1, 1)
    before = features.clone()
    expected = playfair.explain(features, models[0], priors, method)
    found = playfair.explain(features, models[1], priors, method)
    assert torch.equal(features, before)
    assert np.array_equal(found.value, expected.value)
    assert np.array_equal(found.scores, expected.scores)


@pytest.mark.parametrize("models", MODELS.values(), ids=MODELS)
def test_exact_esvs_leaves_an_array_as_it_was(models):
    features = inputs("in place", (2, 4, 4), -1, 1).numpy()
    before = features.copy()
    _, found = exact_esvs(models[1], features, "uniform")
    assert np.array_equal(features, before)
    assert np.array_equal(found, exact_esvs(models[0], features, "uniform")[1])


def test_the_scores_of_a_black_clip_leave_the_black_frame_as_it_was():
    black = np.full(4, 0.5, dtype=np.float32)
    model = playfair.MaskedModel(in_place, "black", black=black)
    first = model.empty_scores(inputs("in place", (4, 4), -1, 1))
    assert black.tolist() == [0.5] * 4
    assert torch.equal(first, pure(torch.full((1, 4, 4), 0.5))[0])


def test_the_priors_of_a_game_are_its_own():
    priors = np.array(LEARNED, dtype=np.float32)
    game = make_game(pure, torch.rand(1, 2, 4), priors)
    game.prior.zero_()
    assert priors.tolist() == pytest.approx(LEARNED)


class Overwriting(Game):
    """A game of the user's own that overwrites the subsequences it is asked about."""

    def outputs(self, frame_idx):
        counts = torch.nn.functional.one_hot(frame_idx.long(), self.n_frames).sum(dim=1)
        frame_idx.zero_()
        return (counts / self.n_frames).float()[:, None].expand(-1, self.video_count, -1)

    def scores(self, outputs, out=None):
        return outputs


@pytest.mark.parametrize("n_max", [None, 3])
def test_a_game_that_overwrites_subsequences_harms_no_other(n_max):
    from playfair.attribution.exact.shapley import exact_values

    game = Overwriting(torch.zeros(1, 3, 1), "uniform", 3)
    game.n_max = n_max
    levels = [lattice_level(3, size).frame_idx.clone() for size in range(4)]
    exact_values(game)
    assert all(torch.equal(lattice_level(3, s).frame_idx, levels[s]) for s in range(4))
