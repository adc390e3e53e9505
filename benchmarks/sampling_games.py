"""Games for samplers, friendly and not, with exact ESVs: numpy alone, so that others can play them.

Of 32 frames, logical: their ESVs are known in closed form, or from few frames. Of 12 and 16 frames,
models: their scores of all subsets are computed once (`benchmarks.bench_samplers`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations
from math import comb, factorial
from typing import Any

import numpy as np

N_FRAMES = 32


@dataclass(frozen=True)
class Game:
    """worth: subsets (M, n) bool -> (M, C); esv: (n, C), exact; explained: the class compared."""

    name: str
    worth: Callable[[np.ndarray], np.ndarray]
    esv: np.ndarray
    explained: int = 0

    @property
    def n_frames(self) -> int:
        return len(self.esv)


def of_table(name: str, table: np.ndarray, esv: np.ndarray, explained: int) -> Game:
    """table (2^n, C): the scores of all subsets by mask; esv (n, C)."""
    powers = 1 << np.arange(len(esv))
    return Game(name, lambda member: table[member.astype(np.int64) @ powers], esv, explained)


def logical_games(seed: int = 0) -> list[Game]:
    order = np.random.default_rng(seed).permutation(N_FRAMES)
    early, late = order[order < 16][:4], order[order >= 16][:4]
    return [
        _of_few("AND of 2", order[:2], np.all),
        _of_few("AND of 3", order[:3], np.all),
        _of_few("OR of 8", order[:8], np.any),
        _maximum(seed),
        _of_few(
            "early AND late",
            np.concatenate([early, late]),
            _any_of_both,
        ),
        _parities(seed),
        _threshold(seed),
    ]


def _any_of_both(member: np.ndarray, axis: int) -> Any:
    return member[:, :4].any(axis=axis) & member[:, 4:].any(axis=axis)


def _of_few(name: str, frames: np.ndarray, decides: Callable[..., Any]) -> Game:
    """A game of a few frames, whose ESVs follow from the definition; all others have none."""

    def worth(member: np.ndarray) -> np.ndarray:
        answer: np.ndarray = decides(member, axis=1).astype(float)
        return answer

    count = len(frames)
    esv = np.zeros((N_FRAMES, 1))
    for place, frame in enumerate(frames):
        others = [other for other in range(count) if other != place]
        for size in range(count):
            weight = factorial(size) * factorial(count - size - 1) / factorial(count)
            for subset in combinations(others, size):
                member = np.zeros((2, count), dtype=bool)
                member[:, list(subset)] = True
                member[1, place] = True
                without, joined = worth(member)
                esv[frame] += weight * (joined - without)
    return Game(name, lambda member: worth(member[:, frames])[:, None], esv)


def _maximum(seed: int) -> Game:
    """The largest number among the frames kept (Littlechild and Owen 1973 for its ESVs)."""
    numbers = np.random.default_rng(seed).random(N_FRAMES)
    order = np.argsort(numbers)
    steps = np.diff(numbers[order], prepend=0) / np.arange(N_FRAMES, 0, -1)
    esv = np.zeros((N_FRAMES, 1))
    esv[order, 0] = np.cumsum(steps)
    return Game("max", lambda member: np.where(member, numbers, 0).max(axis=1)[:, None], esv)


def _parities(seed: int) -> Game:
    """Six triples, each of which counts when one or all of its frames are kept."""
    generator = np.random.default_rng(seed)
    triples = [generator.permutation(N_FRAMES)[:3] for _ in range(6)]
    weights = (1.0, 0.8, 0.6, 0.5, 0.4, 0.3)
    esv = np.zeros((N_FRAMES, 1))
    for frames, weight in zip(triples, weights, strict=True):
        esv[frames] += weight / 3

    def worth(member: np.ndarray) -> np.ndarray:
        parts = [
            weight * (member[:, frames].sum(axis=1) % 2)
            for frames, weight in zip(triples, weights, strict=True)
        ]
        summed: np.ndarray = np.sum(parts, axis=0)
        return summed[:, None]

    return Game("XOR of 3, six of them", worth, esv)


def _threshold(seed: int) -> Game:
    """A logistic function of a weighted sum; whole weights, so that subsets can be counted."""
    weights = np.random.default_rng(seed).integers(1, 10, N_FRAMES)
    total = int(weights.sum())

    def of_sums(sums: np.ndarray) -> np.ndarray:
        scores: np.ndarray = 1 / (1 + np.exp(-12 * (sums / total - 0.4)))
        return scores

    esv = np.zeros((N_FRAMES, 1))
    for frame in range(N_FRAMES):
        # ways (size, sum): how many subsets of the other frames have it.
        ways = np.zeros((N_FRAMES, total + 1))
        ways[0, 0] = 1
        for other in np.delete(weights, frame):
            ways[1:, other:] += ways[:-1, : total + 1 - other]
        sizes = np.array([1 / (N_FRAMES * comb(N_FRAMES - 1, size)) for size in range(N_FRAMES)])
        share = sizes @ ways
        sums = np.arange(total + 1)
        esv[frame] = share @ (of_sums(sums + weights[frame]) - of_sums(sums))
    return Game("weighted threshold", lambda member: of_sums(member @ weights)[:, None], esv)
