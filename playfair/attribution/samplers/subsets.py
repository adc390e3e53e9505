"""Sampled subsets of frames of sequences of any length: drawing, telling apart, scoring.

Beyond the lattice's 20 frames a subset is a row of membership, (n,) bool, and is told from others
by a key: the sum, modulo 2^64, of one random number per member (Zobrist hashing).
"""

import zlib
from math import comb

import numpy as np

ENUMERATED = 2**16
"""Levels of up to this many subsets are listed and shuffled; larger ones are drawn from."""


def generator(seed: int, n_frames: int, purpose: str) -> np.random.Generator:
    """Randomness keyed by what it is drawn for, so that no order of jobs or videos matters."""
    return np.random.default_rng([seed, n_frames, zlib.crc32(purpose.encode())])


def frame_keys(n_frames: int) -> np.ndarray:
    """(n,) uint64: one random number per frame, always the same."""
    return generator(0, 0, "frame keys").integers(0, 2**64, size=n_frames, dtype=np.uint64)


def subset_keys(member: np.ndarray) -> np.ndarray:
    """Membership (M, n) -> keys (M,) uint64, equal for equal subsets."""
    keys = np.zeros(len(member), dtype=np.uint64)
    # Frame by frame: all products at once would take 64 times the memory of the membership.
    for frame, key in enumerate(frame_keys(member.shape[1])):
        keys[member[:, frame]] += key
    return keys


def first_occurrences(member: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rows (M, n) with repetitions -> positions of first occurrences, and each row's rank in them.

    `member[positions]` are the distinct rows in order of appearance, `positions[rank]` leads back.
    """
    _, first, inverse = np.unique(subset_keys(member), return_index=True, return_inverse=True)
    order = np.argsort(first)
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    return first[order], rank[inverse]


def distinct_subsets(n_frames: int, size: int, count: int, rng: np.random.Generator) -> np.ndarray:
    """`count` different subsets of `size` frames in random order, or all if there are no more.

    Returns (count, n) bool.
    """
    population = comb(n_frames, size)
    count = min(count, population)
    if population <= ENUMERATED and 4 * count > population:
        return _all_subsets(n_frames, size)[rng.permutation(population)[:count]]
    found = np.zeros((0, n_frames), dtype=bool)
    while len(found) < count:
        found = np.concatenate([found, _random_subsets(n_frames, size, 2 * count, rng)])
        found = found[first_occurrences(found)[0]]
    return found[:count]


def _all_subsets(n_frames: int, size: int) -> np.ndarray:
    """(C(n, size), n) bool: every subset, each built from those without the last frame."""
    if size == 0 or size == n_frames:
        return np.full((1, n_frames), size == n_frames)
    without = _all_subsets(n_frames - 1, size)
    having = _all_subsets(n_frames - 1, size - 1)
    last = np.concatenate([np.zeros(len(without), bool), np.ones(len(having), bool)])
    return np.column_stack([np.concatenate([without, having]), last])


def _random_subsets(n_frames: int, size: int, count: int, rng: np.random.Generator) -> np.ndarray:
    """`count` independent subsets, (count, n) bool; they may repeat.

    Disjoint ones, dealt from shuffled frames, would be anything but independent: standard errors of
    stratified means would come out a fifth too small.
    """
    shuffled = rng.permuted(np.tile(np.arange(n_frames), (count, 1)), axis=1)
    member = np.zeros((count, n_frames), dtype=bool)
    np.put_along_axis(member, shuffled[:, :size], True, axis=1)
    return member
