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
from typing import Self

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional
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


@dataclass(frozen=True)
class Part:
    """Subsets of one size: frame_idx and child_idx (r, size) as in `Level`.

    place: where they stand in the chunk that they belong to.
    """

    size: int
    frame_idx: Tensor
    child_idx: Tensor
    place: slice


@dataclass(frozen=True, eq=False)
class Chunk:
    """Consecutive subsets that are handled at once: of whole levels, or a part of one level.

    rows: where they stand among all that are not empty, see `lattice_masks`.
    """

    parts: tuple[Part, ...]
    rows: slice

    def __len__(self) -> int:
        return int(self.rows.stop - self.rows.start)


@lru_cache(maxsize=64)
def lattice_chunks(
    n_frames: int, chunk_rows: int, device: str = "cpu"
) -> tuple[tuple[Chunk, ...], ...]:
    """The lattice in chunks of at most `chunk_rows` subsets, grouped so that levels stay whole.

    Levels that fit into one chunk together are a group of one chunk; a level that does not fit is a
    group of its own.
    """
    together: list[list[Level]] = []
    room = 0
    for size in range(1, n_frames + 1):
        level = lattice_level(n_frames, size, device)
        if len(level) > room:
            together.append([])
            room = chunk_rows
        together[-1].append(level)
        room -= len(level)
    first, groups = 0, []
    for levels in together:
        if len(levels) > 1:
            chunks = [_chunk([(level, 0, len(level)) for level in levels], first)]
        else:
            count = len(levels[0])
            chunks = [
                _chunk([(levels[0], start, min(start + chunk_rows, count))], first + start)
                for start in range(0, count, chunk_rows)
            ]
        groups.append(tuple(chunks))
        first = chunks[-1].rows.stop
    return tuple(groups)


def _chunk(ranges: list[tuple[Level, int, int]], first: int) -> Chunk:
    parts, place = [], 0
    for level, start, stop in ranges:
        end = place + stop - start
        frame_idx, child_idx = level.frame_idx[start:stop], level.child_idx[start:stop]
        parts.append(Part(level.size, frame_idx, child_idx, slice(place, end)))
        place = end
    return Chunk(tuple(parts), slice(first, first + place))


@lru_cache(maxsize=64)
def lattice_masks(n_frames: int, device: str = "cpu") -> Tensor:
    """The masks of all subsets that are not empty, level after level: (2^n - 1,) int64."""
    levels = [lattice_level(n_frames, size, device) for size in range(1, n_frames + 1)]
    return torch.cat([level.masks for level in levels])


@dataclass(frozen=True, eq=False)
class Bags:
    """Rows of a table to be summed, for each subset of the lattice up to some size.

    rows: those of one subset after the other, int32; first (R + 1,): where each subset's begin.
    weights: what each row counts, like `rows`; None for 1.
    """

    rows: Tensor
    first: Tensor
    weights: Tensor | None = None

    @classmethod
    def of(cls, rows: list[Tensor], weights: list[float] | None = None) -> Self:
        """rows: (R_s, s) for each size s; weights: what the rows of each size count."""
        flat = torch.cat([of_size.flatten() for of_size in rows])
        sizes = torch.cat([torch.full((len(r),), r.shape[1]) for r in rows]).to(flat.device)
        first = functional.pad(sizes.cumsum(0), (1, 0)).to(flat.dtype)
        each = None
        if weights is not None:
            counts = torch.tensor([of_size.numel() for of_size in rows])
            each = torch.tensor(weights).repeat_interleave(counts).to(flat.device)
        return cls(flat, first, each)

    def sums(self, table: Tensor, subsets: slice) -> Tensor:
        """Of a table (N, X), for a range of subsets: (r, X)."""
        first = self.first[subsets]
        inside = slice(int(first[0]), int(self.first[subsets.stop]))
        weights = None if self.weights is None else self.weights[inside]
        return embedding_bag(
            self.rows[inside], table, first - first[0], mode="sum", per_sample_weights=weights
        )


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
