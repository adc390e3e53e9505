from itertools import combinations
from math import comb

import numpy as np
import pytest
import torch

from playfair.attribution.games.game import VariableLengthGame
from playfair.attribution.samplers.sampling import outputs_of_subsets
from playfair.attribution.samplers.subsets import (
    distinct_subsets,
    first_occurrences,
    generator,
    subset_keys,
)


def test_randomness_depends_on_seed_length_and_purpose():
    draws = {
        tuple(generator(*key).integers(0, 1000, 4))
        for key in [(0, 8, "a"), (1, 8, "a"), (0, 9, "a"), (0, 8, "b")]
    }
    assert len(draws) == 4
    assert (generator(3, 8, "a").random(5) == generator(3, 8, "a").random(5)).all()


def test_keys_tell_all_subsets_apart():
    member = (np.arange(2**12)[:, None] >> np.arange(12) & 1).astype(bool)
    assert len(np.unique(subset_keys(member))) == 2**12


def test_first_occurrences_lead_to_distinct_rows_and_back():
    member = np.array([[1, 0], [0, 1], [1, 0], [1, 1], [0, 1]], dtype=bool)
    positions, rank = first_occurrences(member)
    assert positions.tolist() == [0, 1, 3]
    assert np.array_equal(member[positions][rank], member)


@pytest.mark.parametrize(
    ("n_frames", "size", "count"), [(6, 3, 7), (6, 3, 20), (30, 4, 200), (40, 39, 40), (90, 45, 64)]
)
def test_drawn_subsets_are_distinct_and_of_their_size(n_frames, size, count):
    drawn = distinct_subsets(n_frames, size, count, np.random.default_rng(0))
    assert drawn.shape == (count, n_frames)
    assert (drawn.sum(axis=1) == size).all()
    assert len(np.unique(drawn, axis=0)) == count


def test_no_more_subsets_are_drawn_than_there_are():
    drawn = distinct_subsets(7, 2, 1000, np.random.default_rng(0))
    pairs = {tuple(np.nonzero(row)[0].tolist()) for row in drawn}
    assert pairs == set(combinations(range(7), 2))
    assert len(drawn) == comb(7, 2)


def test_every_subset_is_drawn_equally_often():
    rng = np.random.default_rng(0)
    drawn = np.concatenate([distinct_subsets(8, 3, 10, rng) for _ in range(1000)])
    counts = np.unique(subset_keys(drawn), return_counts=True)[1]
    expected = 10000 / comb(8, 3)
    assert len(counts) == comb(8, 3)
    assert np.abs(counts - expected).max() < 5 * np.sqrt(expected)


def test_outputs_of_subsets_are_those_of_the_model_in_the_order_given():
    features = torch.rand(2, 5, 3, generator=torch.Generator().manual_seed(0))
    game = VariableLengthGame(lambda x: x.mean(dim=1) / 3, features, "uniform", 3)
    member = np.array([[1, 1, 1, 1, 1], [0, 1, 0, 0, 0], [1, 0, 0, 1, 1]], dtype=bool)
    scores = game.scores(outputs_of_subsets(game, member))
    for row, subset in enumerate(member):
        expected = features[:, torch.from_numpy(subset)].mean(dim=1) / 3
        assert torch.allclose(scores[row], expected)
