"""The idea that all samplers share: choose subsets, score them, and estimate ESVs from the scores.

What is chosen depends on the number of frames, the seed and the budget only, so all videos of one
length and all classes share one choice, and an estimate is the same arithmetic for each of them.
"""

from abc import ABC, abstractmethod
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from playfair.attribution.subsets import generator

Columns = NDArray[np.float64]
"""Scores or ESVs, one column for each video and class."""


class Sampler(ABC):
    """A choice of distinct non-empty subsets of n frames, and an estimator on their scores.

    member: (M, n) bool, the subsets in the order in which they are scored, at most `budget` of
    them; the first is the whole sequence. checkpoints: numbers of leading subsets after which an
    estimate can be made, ascending, the last of them M.
    """

    name: ClassVar[str]

    def __init__(self, n_frames: int, budget: int, seed: int) -> None:
        self.n_frames = n_frames
        self.budget = budget
        self.rng = generator(seed, n_frames, self.name)
        self.member = np.ones((1, n_frames), dtype=bool)
        self.checkpoints = [1]

    @abstractmethod
    def estimate(self, scores: Columns, prior: Columns) -> tuple[Columns, Columns]:
        """ESVs and their standard errors, both (n, X), from the scores of the leading subsets.

        scores: (m, X) with m one of the checkpoints; prior: (X,), the score of the empty subset.
        """


def thinned(counts: np.ndarray, growth: float = 1.25) -> list[int]:
    """Some of the ascending counts, each at least `growth` times the one before, and the last."""
    kept: list[int] = []
    for count in counts[:-1]:
        if not kept or count >= growth * kept[-1]:
            kept.append(int(count))
    return [*kept, int(counts[-1])]
