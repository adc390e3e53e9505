from itertools import combinations
from math import comb

import numpy as np
import pytest

from playfair.attribution.games.lattice import (
    frames_of_masks,
    lattice_chunks,
    lattice_level,
    lattice_masks,
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


@pytest.mark.parametrize("chunk_rows", [1, 7, 30, 62, 100])
def test_chunks_hold_every_subset_once_and_levels_stay_in_one_group(chunk_rows):
    groups = lattice_chunks(6, chunk_rows)
    chunks = [chunk for group in groups for chunk in group]
    assert all(len(chunk) <= chunk_rows for chunk in chunks)
    found = []
    for chunk in chunks:
        rows = [row for part in chunk.parts for row in part.frame_idx.tolist()]
        assert len(rows) == len(chunk)
        assert lattice_masks(6)[chunk.rows].tolist() == [sum(2**i for i in row) for row in rows]
        found += rows
    assert sorted(map(tuple, found)) == sorted(
        subset for size in range(1, 7) for subset in combinations(range(6), size)
    )
    sizes = [{part.size for chunk in group for part in chunk.parts} for group in groups]
    assert sum(map(len, sizes)) == 6


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
