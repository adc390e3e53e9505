"""The idea that all samplers share: choose subsets, score them, and estimate ESVs from the scores.

What is chosen depends on the number of frames, the seed and the budget only, so all videos of one
length and all classes share one choice, and an estimate is the same arithmetic for each of them.
"""

from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from playfair.attribution.methods.costs import advice_on_sampling
from playfair.attribution.methods.method import Method
from playfair.attribution.methods.options import Options, option
from playfair.attribution.result import Attribution
from playfair.attribution.samplers.column_products import Columns
from playfair.attribution.samplers.subsets import generator

if TYPE_CHECKING:
    from playfair.attribution.games.game import Game

MOST_REPLICATED = 16384
"""Subsets that the replicates of a jackknife are computed on: enough to see how fits differ."""


@dataclass(frozen=True, kw_only=True)
class SamplerOptions(Options):
    """What all samplers have in common. One evaluation is one model applied to one subset."""

    budget: int = option(1024, "Most evaluations per video.", ge=1, le=10_000_000)
    tolerance: float | None = option(
        None,
        "Stop a video once its largest standard error is at most this; null spends the budget.",
        gt=0,
    )
    tolerance_for: Literal["all", "predicted"] = option(
        "all",
        "Whose standard errors the tolerance is about: all classes that are explained, or the one "
        "of them that is predicted.",
    )
    rescale: bool = option(False, "Shift ESVs so that they sum to score - prior.")


class Sampler(Method):
    """A choice of distinct non-empty subsets of n frames, and an estimator on their scores.

    member: (M, n) bool, the subsets in the order in which they are scored; the first is the whole
    sequence. evaluations: (M + 1,), how many model outputs the first m of them need, at most
    `budget`: one each, but none for subsets of more than `largest_evaluated` frames, whose scores a
    multi-scale game has from smaller ones. checkpoints: numbers of leading subsets after which an
    estimate can be made, ascending, the last of them M.

    Raises `InputError` for a budget below what the sampler needs.
    """

    options_class = SamplerOptions
    stored = ("standard_error", "evaluations", "efficiency_gap")
    is_random = True
    is_sampler = True
    options: SamplerOptions

    def __init__(
        self, n_frames: int, n_max: int | None, options: SamplerOptions, seed: int = 0
    ) -> None:
        super().__init__(n_frames, n_max, options, seed)
        self.budget = options.budget
        self.largest_evaluated = n_frames if n_max is None else n_max
        self.rng = generator(seed, n_frames, self.name)
        self.member = np.ones((1, n_frames), dtype=bool)
        self.checkpoints = [1]

    def attribute(
        self, game: "Game", class_idx: np.ndarray, label: np.ndarray | None
    ) -> Attribution:
        from playfair.attribution.samplers.sampling import SamplingRun

        return SamplingRun(game, self, class_idx).result()

    def videos_at_once(self, game: "Game", class_count: int, memory_budget: int) -> int:
        from playfair.attribution.samplers.sampling import videos_at_once

        return videos_at_once(game, self, memory_budget)

    def bytes_beside(self, class_count: int) -> int:
        """What an estimate takes beside outputs and scores and copies of them."""
        return 0

    def advice_for(self, game: "Game") -> str | None:
        return advice_on_sampling(game, self.options.budget)

    @cached_property
    def evaluations(self) -> NDArray[np.int64]:
        return np.concatenate([[0], np.cumsum(self.cost(self.member))])

    def cost(self, member: np.ndarray) -> NDArray[np.int64]:
        """Model outputs that each subset needs: (M, n) -> (M,), 0 or 1."""
        is_evaluated: np.ndarray = member.sum(axis=1) <= self.largest_evaluated
        return is_evaluated.astype(np.int64)

    @abstractmethod
    def estimate(self, scores: Columns, prior: Columns) -> tuple[Columns, Columns]:
        """ESVs and their standard errors, both (n, X), from the scores of the leading subsets.

        scores: (m, X) with m one of the checkpoints; prior: (X,), the score of the empty subset.
        """

    def values(self, scores: Columns, prior: Columns) -> Columns:
        """The ESVs alone, (n, X), which may take less time."""
        return self.estimate(scores, prior)[0]

    def joint_logits(self, outputs: Columns, n_max: int) -> Iterator[Columns]:
        """Logits (m, X) of the leading subsets of a multi-scale game from what was sampled of it.

        outputs: (m, X) single-scale logits, anything for subsets of more than `n_max` frames.
        What comes after the first are replicates of a jackknife, from fits to less than the whole
        sample, for the subsets up to a checkpoint.
        """
        from playfair.attribution.samplers.joint import joint_logits

        largest = min(len(outputs), max(MOST_REPLICATED, self.checkpoints[0]))
        leading = max(count for count in self.checkpoints if count <= largest)
        return joint_logits(self.member[: len(outputs)], outputs, n_max, leading)


def largest_errors(error: np.ndarray, scores: np.ndarray, which: str) -> np.ndarray:
    """The standard error that a tolerance is about: (V, n, K) and scores (V, K) -> (V,).

    which: "all" classes, or the "predicted" one, which has the highest score of those explained.
    """
    of_class: np.ndarray = error.max(axis=1)
    if which == "all":
        largest: np.ndarray = of_class.max(axis=1)
        return largest
    predicted = scores.argmax(axis=1)[:, None]
    return np.take_along_axis(of_class, predicted, axis=1)[:, 0]


def thinned(counts: np.ndarray, growth: float = 1.25) -> list[int]:
    """Some of the counts, ascending, each at least `growth` times the one before, and the last."""
    kept: list[int] = []
    for count in np.unique(counts)[:-1]:
        if not kept or count >= growth * kept[-1]:
            kept.append(int(count))
    return [*kept, int(counts[-1])]
