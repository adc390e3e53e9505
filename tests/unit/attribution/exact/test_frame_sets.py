from itertools import combinations

import numpy as np
import pytest

from playfair.attribution.exact.frame_sets import (
    discard_scores,
    smallest_necessary_frames,
    smallest_sufficient_frames,
)
from playfair.errors import InputError

N_FRAMES = 5
EVERYTHING = 2**N_FRAMES - 1


def random_table(seed: int, videos: int = 40) -> np.ndarray:
    table = np.random.default_rng(seed).random((videos, 2**N_FRAMES, 3))
    return table / table.sum(axis=2, keepdims=True)


def mask_of(frames) -> int:
    return sum(1 << frame for frame in frames)


def candidates(smallest: int, largest: int):
    for size in range(smallest, largest + 1):
        yield [mask_of(frames) for frames in combinations(range(N_FRAMES), size)]


def test_sufficient_frames_are_the_best_of_the_smallest_sets_that_keep_the_prediction():
    table = random_table(0)
    found = smallest_sufficient_frames(table) @ (1 << np.arange(N_FRAMES))
    for scores, mask in zip(table, found, strict=True):
        predicted = scores[-1].argmax()
        expected = next(
            max(keeping, key=lambda m, s=scores, p=predicted: s[m, p])
            for masks in candidates(1, N_FRAMES)
            if (keeping := [m for m in masks if scores[m].argmax() == predicted])
        )
        assert mask == expected


def test_necessary_frames_are_the_most_harmful_of_the_smallest_sets_that_change_the_prediction():
    table = random_table(1)
    found = smallest_necessary_frames(table) @ (1 << np.arange(N_FRAMES))
    for scores, mask in zip(table, found, strict=True):
        predicted = scores[-1].argmax()
        expected = next(
            (
                min(changing, key=lambda m, s=scores, p=predicted: s[EVERYTHING ^ m, p])
                for masks in candidates(1, N_FRAMES - 1)
                if (changing := [m for m in masks if scores[EVERYTHING ^ m].argmax() != predicted])
            ),
            0,
        )
        assert mask == expected


def test_a_prediction_that_never_changes_has_no_necessary_frames():
    table = np.zeros((1, 8, 2))
    table[..., 1] = 1
    table[0, 0] = [1, 0]
    assert not smallest_necessary_frames(table).any()
    assert smallest_sufficient_frames(table).sum() == 1


def test_scores_while_discarding_go_from_all_frames_to_the_prior():
    table = random_table(2, videos=2)
    curves = discard_scores(table, np.array([[2, 0, 4, 1, 3], [0, 1, 2, 3, 4]]))
    masks = [0b11111, 0b11011, 0b11010, 0b01010, 0b01000, 0]
    assert np.array_equal(curves[0], table[0, masks])
    assert np.array_equal(curves[1], table[1, [31, 30, 28, 24, 16, 0]])


@pytest.mark.parametrize("order", [[[0, 1, 2, 3, 3]], [[0, 1, 2]], [[1, 2, 3, 4, 5]]])
def test_an_order_that_is_no_permutation_is_refused(order):
    with pytest.raises(InputError, match="names each of the 5 frames once"):
        discard_scores(random_table(3, videos=1), np.array(order))
