"""Unbiased ESVs of logits from a sample of single-scale outputs.

ESVs of logits are weighted sums of the outputs f_s(T) of all subsets T of s frames, scale by scale
(`playfair.attribution.exact.logits`). Of each scale some subsets are drawn, without replacement and
all alike, and their outputs stand for the others. What an additive fit c + sum over i in T of a_i
says of the outputs is summed in closed form, so that only what it leaves over is sampled. A group
of subsets is never compared with a fit that has seen it: so the estimate has no bias, whatever the
fit, and its error is seen from what is left over.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import comb, sqrt
from typing import TYPE_CHECKING

import numpy as np

from playfair.attribution.exact.logits import (
    chosen_logit_values,
    output_weights,
)
from playfair.attribution.methods.arguments import bytes_in_words
from playfair.attribution.methods.costs import output_count
from playfair.attribution.methods.method import Method
from playfair.attribution.result import Attribution, concatenated
from playfair.attribution.samplers.column_products import Columns, product
from playfair.attribution.samplers.sampler import SamplerOptions, largest_errors
from playfair.attribution.samplers.subsets import distinct_subsets, generator
from playfair.errors import InputError

if TYPE_CHECKING:
    from playfair.attribution.games.game import Game

GROUPS = 4
LEAST = 2 * GROUPS
"""Subsets of a scale that are drawn at least, unless it has fewer."""
GROWTH = 1.5
"""How much more is evaluated each time a tolerance is not met."""


class LogitSampler(Method):
    """What `regression` does with the logits of TSN and multi-scale games: the outputs are sampled.

    n_max: the number of scales, 1 for a TSN. All outputs are used if the budget covers them: then
    nothing is sampled, and the standard error is 0. Raises `InputError` for a budget too small.
    """

    name = "regression"
    summary = "a sample of single-scale outputs, and an additive fit to them"
    advice = "for the logits of long sequences"
    options_class = SamplerOptions
    stored = ("standard_error", "evaluations", "efficiency_gap")
    is_random = True
    options: SamplerOptions

    def __init__(self, n_frames: int, n_max: int, options: SamplerOptions, seed: int = 0) -> None:
        super().__init__(n_frames, n_max, options, seed)
        self.scales = min(n_frames, n_max)
        self.population = [comb(n_frames, size) for size in range(1, self.scales + 1)]
        least = sum(min(LEAST, most) for most in self.population)
        if options.budget < least:
            raise InputError(
                f"The method {self.name!r} needs a budget of at least {least} evaluations for the "
                f"logits of {n_frames} frames at {self.scales} scales, not {options.budget}."
            )
        self.is_complete = options.budget >= output_count(n_frames, self.scales)
        if not self.is_complete:
            rng = generator(seed, n_frames, "logits")
            self.member = [
                distinct_subsets(n_frames, size, count, rng)
                for size, count in enumerate(self.counts(options.budget), start=1)
            ]

    def counts(self, budget: int) -> list[int]:
        """How many subsets of each scale a budget pays for, in proportion to what they decide.

        That is the spread of a scale's weights over its subsets: its outputs are taken to vary
        as much as those of any other. Scales used up leave their share to the others.
        """
        sizes = range(1, self.scales + 1)
        population = np.array(self.population, dtype=object)
        counts = np.minimum(population, LEAST)
        spread = np.array([self._spread(size) for size in sizes])
        while True:
            left = budget - int(counts.sum())
            weights = np.where(counts < population, spread, 0.0)
            if not weights.sum() or left <= 0:
                break
            shares = (left * weights / weights.sum()).astype(np.int64)
            if not shares.any():
                break
            counts = np.minimum(population, counts + shares)
        return [int(count) for count in counts]

    def _spread(self, size: int) -> float:
        inside, outside = output_weights(self.n_frames, self.scales, size)
        share = size / self.n_frames
        return abs(inside - outside) * sqrt(share * (1 - share))

    def attribute(
        self, game: "Game", class_idx: np.ndarray, label: np.ndarray | None
    ) -> Attribution:
        if self.is_complete:
            values = chosen_logit_values(game, class_idx)
            error = np.zeros_like(values["value"])
            reached = None if self.options.tolerance is None else np.ones(len(error), dtype=bool)
            return self.result(game, class_idx, standard_error=error, converged=reached, **values)
        return concatenated(
            [
                self._of_video(game.with_features(game.features[[video]]), class_idx)
                for video in range(game.video_count)
            ]
        )

    def _of_video(self, game: "Game", class_idx: np.ndarray) -> Attribution:
        """The estimate for a game of one video, from as many outputs as its tolerance asks for."""
        tolerance, budget = self.options.tolerance, self.options.budget
        spent = [min(LEAST, most) for most in self.population] if tolerance else [0] * self.scales
        outputs = [np.zeros((0, game.class_count)) for _ in range(self.scales)]
        allowed = budget if tolerance is None else sum(spent)
        while True:
            allowed = min(budget, int(allowed * GROWTH))
            counts = [max(pair) for pair in zip(self.counts(allowed), spent, strict=True)]
            if allowed == budget:
                counts = [len(member) for member in self.member]
            outputs = [
                np.concatenate([known, _outputs(game, member[len(known) : count])])
                for known, member, count in zip(outputs, self.member, counts, strict=True)
            ]
            whole, esv, error = self._estimate(game, outputs, class_idx)
            spent = counts
            asked = self.options.tolerance_for
            largest = float(largest_errors(error[None], whole[None], asked)[0])
            if allowed == budget or largest <= (tolerance or 0):
                break
        return self.result(
            game,
            class_idx,
            scores=whole[None].astype(np.float32),
            value=esv[None].astype(np.float32),
            evaluations=sum(spent),
            standard_error=error[None].astype(np.float32),
            converged=None if tolerance is None else np.array([largest <= tolerance]),
        )

    def _estimate(
        self, game: "Game", outputs: Sequence[Columns], class_idx: np.ndarray
    ) -> tuple[Columns, Columns, Columns]:
        """Scores (K,), ESVs (n, K) and their standard errors from the outputs of each scale."""
        n_frames = self.n_frames
        prior = game.prior_score.cpu().numpy().astype(np.float64)[class_idx]
        total = np.zeros((n_frames + 1, len(class_idx)))
        total[:-1] = -prior / n_frames
        variance = np.zeros((n_frames, len(class_idx)))
        for size, answers in enumerate(outputs, start=1):
            # Relative to the mean over the classes, as the prior is.
            columns = (answers - answers.mean(axis=1, keepdims=True))[:, class_idx]
            weighted = _Weighted(
                n_frames, size, *output_weights(n_frames, self.scales, size), 1 / self.scales
            )
            member = self.member[size - 1][: len(answers)]
            value, spread = weighted.means(member, columns, self.population[size - 1])
            total += value
            variance += spread[:-1]
        return total[-1], total[:-1], np.sqrt(variance)

    def videos_at_once(self, game: "Game", class_count: int, memory_budget: int) -> int:
        count = 0 if self.is_complete else sum(map(len, self.member))
        needed = 40 * count * game.class_count
        if needed > memory_budget:
            raise InputError(
                f"{count:,} outputs of a video with {game.class_count} classes need "
                f"{bytes_in_words(needed)}, but the memory budget is "
                f"{bytes_in_words(memory_budget)}: raise it, or lower the budget of evaluations."
            )
        return 8


def _outputs(game: "Game", member: np.ndarray) -> Columns:
    """Outputs of subsets (m, n) of a game of one video: (m, C)."""
    from playfair.attribution.games.game import check_finite
    from playfair.attribution.samplers.sampling import outputs_of_subsets

    outputs = outputs_of_subsets(game, member)
    check_finite(outputs, 1)
    answers: Columns = outputs[:, 0].cpu().numpy().astype(np.float64)
    return answers


@dataclass(frozen=True)
class _Weighted:
    """Means of f(T) w_i(T) over all subsets T of `size` frames, for each frame i and the whole.

    w_i(T) is `inside` if T has frame i, otherwise `outside`; in the last one it is `whole`.
    """

    n_frames: int
    size: int
    inside: float
    outside: float
    whole: float

    def weights(self, member: np.ndarray) -> np.ndarray:
        """(m, n) -> (n + 1, m)."""
        of_frames = np.where(member.T, self.inside, self.outside)
        return np.concatenate([of_frames, np.full((1, len(member)), self.whole)])

    def means(
        self, member: np.ndarray, columns: Columns, population: int
    ) -> tuple[Columns, Columns]:
        """Estimates and their variances, (n + 1, K), from the outputs (m, K) of drawn subsets."""
        count, weights = len(member), self.weights(member)
        if count == population:
            value = product(weights, columns) / population
            return value, np.zeros_like(value)
        value = np.zeros((len(weights), columns.shape[1]))
        left_over = np.empty_like(columns)
        for group in range(GROUPS):
            drawn = np.arange(count) % GROUPS == group
            seen = count - int(drawn.sum())
            constant, slopes = _additive_fit(member[~drawn], columns[~drawn])
            residual = columns - constant - product(member.astype(np.float64), slopes)
            left_over[drawn] = residual[drawn]
            # Subsets that the fit has seen stand for themselves, the others for all others.
            stands_for = np.where(drawn, (population - seen) / (count - seen), 1.0)
            value += product(weights * stands_for, residual) / population
            value += self._means_of_fit(constant, slopes)
        mean = product(weights, left_over) / count
        squares = product(weights**2, left_over**2) / count
        spread = np.maximum(squares - mean**2, 0) / (count - 1)
        return value / GROUPS, spread * (1 - count / population)

    def _means_of_fit(self, constant: Columns, slopes: Columns) -> Columns:
        """Of c (K,) + sum over i in T of a_i (n, K), in closed form."""
        share = self.size / self.n_frames
        pair_share = (self.size - 1) / (self.n_frames - 1)
        total = slopes.sum(axis=0)
        mean = constant + share * total
        mean_with = constant + slopes + pair_share * (total - slopes)
        of_frames = self.outside * mean + (self.inside - self.outside) * share * mean_with
        return np.concatenate([of_frames, self.whole * mean[None]])


def _additive_fit(member: np.ndarray, columns: Columns) -> tuple[Columns, Columns]:
    """c (K,) and a (n, K), shrunk as if n more subsets had said that frames make no difference."""
    centre, middle = member.mean(axis=0), columns.mean(axis=0)
    centred = member - centre
    share = member[0].mean()
    ridge = member.shape[1] * max(share * (1 - share), 1e-9)
    gram = product(centred.T, centred) + ridge * np.eye(member.shape[1])
    slopes = np.linalg.solve(gram, product(centred.T, columns - middle))
    return middle - centre @ slopes, slopes
