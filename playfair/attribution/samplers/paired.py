"""Pairs of a subset and its complement, spread over the sizes of subsets.

The Shapley value depends on the odd part of a game alone, (v(S) - v(X without S)) / 2, so that what
the two subsets of a pair share drops out.
"""

from abc import abstractmethod
from math import comb

import numpy as np

from playfair.attribution.samplers.column_products import Columns
from playfair.attribution.samplers.sampler import Sampler, SamplerOptions
from playfair.attribution.samplers.subsets import distinct_subsets
from playfair.errors import InputError

FREE_PAIRS = 3
"""Most pairs for each evaluation of the budget."""


class PairedSampler(Sampler):
    """Samplers on P pairs (S, X \\ S) with |S| <= n/2, each pair drawn once.

    Sizes get their shares of every leading part of the sequence of pairs in proportion to
    `size_weights`, until all pairs of a size are used. smaller: (P, n) bool, the S of each pair;
    size: (P,), their sizes. The whole sequence is scored first, then pair after pair.
    """

    def __init__(
        self, n_frames: int, n_max: int | None, options: SamplerOptions, seed: int = 0
    ) -> None:
        super().__init__(n_frames, n_max, options, seed)
        if n_frames == 1:
            self.smaller = np.zeros((0, 1), dtype=bool)
            self.size = np.zeros(0, dtype=np.int64)
            return
        self.population = pair_population(n_frames)
        available = int(self.population.sum())
        least = min(self.least_pairs(n_frames), available)
        # Pairs without any evaluation come for nothing, but there is an end to what they can tell.
        longest = min(available, FREE_PAIRS * self.budget + least)
        sizes = size_sequence(self.size_weights(), self.population, longest)
        needed = np.cumsum(self._pair_cost(sizes)) + int(n_frames <= self.largest_evaluated)
        wanted = int((needed <= self.budget).sum())
        if wanted < least:
            raise InputError(
                f"The method {self.name!r} needs a budget of at least {needed[least - 1]} "
                f"evaluations for {n_frames} frames, not {self.budget}."
            )
        self.size = sizes[:wanted]
        self.smaller = np.zeros((wanted, n_frames), dtype=bool)
        for size in np.unique(self.size):
            places = np.nonzero(self.size == size)[0]
            self.smaller[places] = self._subsets(int(size), len(places))
        pairs = np.stack([self.smaller, ~self.smaller], axis=1).reshape(-1, n_frames)
        self.member = np.concatenate([self.member, pairs])
        self.checkpoints = self._checkpoints(least, wanted)

    @classmethod
    @abstractmethod
    def least_pairs(cls, n_frames: int) -> int:
        """The pairs with which an estimate can be made; all, if there are fewer."""

    @classmethod
    def least_budget(cls, n_frames: int, options: SamplerOptions) -> int:
        """What the least pairs and the whole sequence cost, each subset one evaluation."""
        if n_frames == 1:
            return 1
        return 2 * min(cls.least_pairs(n_frames), int(pair_population(n_frames).sum())) + 1

    def size_weights(self) -> np.ndarray:
        """What each size 1..n/2 gets of the budget, up to a factor.

        Here in proportion to 1 / sqrt(k (n - k)), with which equal noise in all scores would give
        the smallest error.
        """
        sizes = np.arange(1, self.n_frames // 2 + 1)
        return halved_middle(1 / np.sqrt(sizes * (self.n_frames - sizes)), self.n_frames)

    def differences(self, scores: Columns) -> Columns:
        """v(S) - v(X without S) of the leading pairs: scores (1 + 2 P', X) -> (P', X)."""
        return scores[1::2] - scores[2::2]

    def used_share(self, pair_count: int) -> np.ndarray:
        """(P',): which share of all pairs of its size is among the leading ones, for each pair."""
        size = self.size[:pair_count]
        used = np.bincount(size, minlength=size.max() + 1)[size]
        share: np.ndarray = used / self.population[size - 1]
        return share

    def _pair_cost(self, size: np.ndarray) -> np.ndarray:
        small = size <= self.largest_evaluated
        return small.astype(np.int64) + (self.n_frames - size <= self.largest_evaluated)

    def _subsets(self, size: int, count: int) -> np.ndarray:
        if 2 * size < self.n_frames:
            return distinct_subsets(self.n_frames, size, count, self.rng)
        # A subset of half the frames and its complement are the same pair: keep frame 0 out of it.
        rest = distinct_subsets(self.n_frames - 1, size, count, self.rng)
        return np.column_stack([np.zeros(len(rest), dtype=bool), rest])

    def _checkpoints(self, least: int, wanted: int) -> list[int]:
        pairs = [least]
        while pairs[-1] < wanted:
            pairs.append(min(wanted, int(pairs[-1] * 1.25) + 1))
        return [1 + 2 * count for count in pairs]


def pair_population(n_frames: int) -> np.ndarray:
    """How many pairs there are whose smaller subset has 1, 2, ... n/2 frames, as floats."""
    counts = [float(comb(n_frames, size)) for size in range(1, n_frames // 2 + 1)]
    return halved_middle(np.array(counts), n_frames)


def halved_middle(values: np.ndarray, n_frames: int) -> np.ndarray:
    """Values per size 1..n/2, the last halved if its subsets are as large as their complements."""
    if n_frames % 2 == 0:
        values = values.copy()
        values[-1] /= 2
    return values


def size_sequence(weights: np.ndarray, population: np.ndarray, count: int) -> np.ndarray:
    """(count,) sizes in an order whose every leading part has the shares that `weights` give.

    A size whose population is used up drops out and leaves its share to the others.
    """
    turns = [
        (np.arange(min(count, int(most))) + 0.5) / weight
        for weight, most in zip(weights, population, strict=True)
    ]
    sizes = np.repeat(np.arange(1, len(turns) + 1), [len(turn) for turn in turns])
    return sizes[np.argsort(np.concatenate(turns), kind="stable")[:count]]
