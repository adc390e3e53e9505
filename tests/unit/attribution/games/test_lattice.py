from itertools import combinations
from math import comb

import numpy as np
import pytest

from playfair.attribution.games.lattice import (
    frames_of_masks,
    lattice_level,
    level_masks,
    membership,
)
from playfair.errors import InputError


@pytest.mark.parametrize("n_frames", [1, 2, 5, 8])
def test_levels_hold_every_subset_once(n_frames):
    masks = np.concatenate(level_masks(n_frames))
    assert sorted(masks) == list(range(2**n_frames))


def test_a_level_holds_the_subsets_of_its_size_by_ascending_mask():
    level = lattice_level(6, 3)
    assert len(level) == comb(6, 3)
    assert level.masks.tolist() == sorted(level.masks.tolist())
    assert {tuple(row) for row in level.frame_idx.tolist()} == set(combinations(range(6), 3))


@pytest.mark.parametrize(("n_frames", "size"), [(1, 1), (5, 1), (5, 5), (7, 4), (12, 6)])
def test_a_child_row_is_the_subset_without_one_frame(n_frames, size):
    level, below = lattice_level(n_frames, size), lattice_level(n_frames, size - 1)
    for position in range(size):
        without = level.masks - (1 << level.frame_idx[:, position].long())
        assert (below.masks[level.child_idx[:, position].long()] == without).all()


def test_levels_are_cached():
    assert lattice_level(5, 2) is lattice_level(5, 2)


def test_masks_and_frames_are_inverse():
    masks = level_masks(9)[4]
    assert ((1 << frames_of_masks(masks, 9)).sum(axis=1) == masks).all()


def test_membership_tells_which_frames_belong():
    member = membership(lattice_level(4, 2), 4)
    assert member.T.nonzero()[:, 1].view(-1, 2).tolist() == lattice_level(4, 2).frame_idx.tolist()


def test_more_frames_than_the_lattice_holds_are_refused():
    with pytest.raises(InputError, match="up to 20 frames, not 21"):
        level_masks(21)
