"""The lattice of subsets of a sequence's frames, level by level: bit masks, frames and children.

A subset of n frames is a bit mask: bit i is set when frame i belongs to it. Level k holds the
C(n, k) subsets of k frames in the order of their masks, so that the place of a subset in its level
is a sum of binomial coefficients (the combinatorial number system; Knuth, TAOCP 4A, 7.2.1.3) and
the children of all subsets of a level follow without a search. Relations cost k numbers for a
subset of k frames; there is no table of subsets by subsets.
"""

from dataclasses import dataclass
from functools import lru_cache
from math import comb

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import embedding_bag

from playfair.attribution.limits import MAX_FRAMES
from playfair.errors import InputError


@dataclass(frozen=True, eq=False)
class Level:
    """The subsets of `size` frames of an n-frame sequence: R = C(n, size) rows.

    masks (R,) int64, ascending; frame_idx (R, size) int32, the frames of each subset in ascending
    order; child_idx (R, size) int32, whose column j is the row, in the level below, of the subset
    without its j-th frame.
    """

    size: int
    masks: Tensor
    frame_idx: Tensor
    child_idx: Tensor

    def __len__(self) -> int:
        return self.masks.shape[0]


@lru_cache(maxsize=64)
def lattice_level(n_frames: int, size: int, device: str = "cpu") -> Level:
    """Level `size` (0 to n) of the lattice of `n_frames` frames, cached.

    Time and memory are proportional to size * C(n, size). Raises `InputError` above
    `MAX_FRAMES` frames.
    """
    masks = level_masks(n_frames)[size]
    frame_idx = frames_of_masks(masks, n_frames)
    child_idx = _child_rows(frame_idx)
    return Level(
        size=size,
        masks=torch.from_numpy(masks).to(device),
        frame_idx=torch.from_numpy(frame_idx.astype(np.int32)).to(device),
        child_idx=torch.from_numpy(child_idx.astype(np.int32)).to(device),
    )


@lru_cache(maxsize=8)
def level_masks(n_frames: int) -> tuple[np.ndarray, ...]:
    """The masks of every level 0..n, each (C(n, k),) int64 and ascending."""
    if not 0 <= n_frames <= MAX_FRAMES:
        raise InputError(
            f"The lattice of all subsets is built for up to {MAX_FRAMES} frames, not {n_frames}."
        )
    masks = np.arange(2**n_frames, dtype=np.int64)
    sizes = np.bitwise_count(masks)
    by_size = masks[np.argsort(sizes, kind="stable")]
    ends = np.cumsum([comb(n_frames, size) for size in range(n_frames + 1)])
    return tuple(np.split(by_size, ends[:-1]))


def frames_of_masks(masks: np.ndarray, n_frames: int) -> np.ndarray:
    """Masks (R,) of subsets of equal size k -> their frames (R, k) int64, ascending."""
    members = (masks[:, None] >> np.arange(n_frames)) & 1
    return np.nonzero(members)[1].reshape(len(masks), -1)


def membership(level: Level, n_frames: int) -> Tensor:
    """Level -> (n, R) bool: does frame i belong to subset r?"""
    bits = torch.arange(n_frames, device=level.masks.device)
    return ((level.masks >> bits[:, None]) & 1).bool()


def sums_of_rows(rows: Tensor, table: Tensor, weights: Tensor | None = None) -> Tensor:
    """Rows of a table (N, X), summed as `rows` (R, k) say, each times its weight (R, k): (R, X)."""
    offsets = _bag_offsets(*rows.shape, rows.dtype, str(rows.device))
    weights = None if weights is None else weights.flatten()
    return embedding_bag(rows.flatten(), table, offsets, mode="sum", per_sample_weights=weights)


@lru_cache(maxsize=128)
def _bag_offsets(count: int, size: int, dtype: torch.dtype, device: str) -> Tensor:
    return torch.arange(0, count * size, size, dtype=dtype, device=device)


def _child_rows(frame_idx: np.ndarray) -> np.ndarray:
    """Rows in the level below of each subset without its j-th frame: (R, k) -> (R, k).

    The subset c_0 < ... < c_{k-1} stands in row sum_i C(c_i, i + 1) of its level. Without c_j, the
    frames before it keep their place and those behind move one place forward.
    """
    size = frame_idx.shape[1]
    if size == 0:
        return frame_idx
    binomial = np.array(
        [[comb(frame, place) for place in range(size + 1)] for frame in range(MAX_FRAMES)]
    )
    places = np.arange(size)
    kept = binomial[frame_idx, places + 1]
    moved = binomial[frame_idx, places]
    before = np.cumsum(kept, axis=1) - kept
    behind = np.cumsum(moved[:, ::-1], axis=1)[:, ::-1] - moved
    rows: np.ndarray = before + behind
    return rows
