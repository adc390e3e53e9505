"""Paired, size-stratified regression: the sampler to use first."""

from functools import reduce
from itertools import combinations
from math import comb
from typing import TYPE_CHECKING, Any

import numpy as np

from playfair.attribution.methods.method import Method
from playfair.attribution.samplers.column_products import Columns, product
from playfair.attribution.samplers.paired import PairedSampler, halved_middle
from playfair.attribution.samplers.sampler import SamplerOptions

if TYPE_CHECKING:
    from playfair.attribution.games.game import Game

PAIRS_AT_ONCE = 8192
SPARE = 2.0
"""Pairs per coefficient from which on a richer set of coefficients is fitted."""
SPARE_TRIPLES = 3.0
RIDGE = 1e-9
"""Of the mean of the diagonal: less would let rounding into the ESVs, more would bias them."""
SIZE_TERMS = 4
"""Regressors that are odd functions of the size alone."""
MOST_TRIPLES = 700
"""Longer sequences have more triples than are worth their time, which goes with their square."""


class RegressionSampler(PairedSampler):
    """Weighted least squares of v(S) - v(X without S) on who belongs to S, with slopes by size.

    Pairs of a subset and its complement are spread over the sizes k by the Shapley kernel
    1 / (k (n - k)), each drawn once. With x_i = 1[i in S] - k/n, the differences are fitted by

        sum over i of ( a_i + b_i g(k) ) x_i  +  sum over triples of c_ijl g(k)^2 x_i x_j x_l
        + an odd function of k,      g(k) = n^2 / (4 k (n - k))

    and the ESVs are those of the fitted game, in closed form, plus the equal share of
    v(X) - v(empty). With a_i alone this is KernelSHAP on pairs (Covert and Lee, "Improving
    KernelSHAP", 2021); b_i follows models that average over frames, where a frame counts the more
    the fewer there are. Triples enter when there are enough pairs. What the fit leaves over is
    orthogonal to all x_i under the kernel, so it adds nothing to the ESVs as the sample grows: the
    estimate is consistent, its bias of the order of 1 / pairs.

    The standard error is that of a linear estimate with leverage-corrected residuals (MacKinnon and
    White 1985) and the correction for sampling without replacement.
    """

    name = "regression"
    summary = "weighted least squares on pairs of a subset and its complement, with slopes by size"
    advice = "first: the most accurate from some 4 n evaluations on"

    @classmethod
    def for_game(cls, game: "Game", options: Any, seed: int = 0) -> Method:
        """Logits that are weighted sums of outputs have an estimate without a joint fit."""
        from playfair.attribution.methods.costs import has_closed_form
        from playfair.attribution.samplers.logit_sampling import LogitSampler

        if has_closed_form(game):
            return LogitSampler(game.n_frames, game.logit_scales or 0, options, seed)
        return cls(game.n_frames, game.n_max, options, seed)

    def __init__(
        self, n_frames: int, n_max: int | None, options: SamplerOptions, seed: int = 0
    ) -> None:
        super().__init__(n_frames, n_max, options, seed)
        self._inverses: dict[int, np.ndarray] = {}

    @classmethod
    def least_pairs(cls, n_frames: int) -> int:
        # With hardly more pairs than coefficients, residuals say little about the error.
        return int(1.5 * n_frames) + 8

    def size_weights(self) -> np.ndarray:
        return shapley_kernel(self.n_frames)

    def estimate(self, scores: Columns, prior: Columns) -> tuple[Columns, Columns]:
        esv, coefficients = self._fitted(scores, prior)
        if not len(coefficients):
            return esv, np.zeros_like(esv)
        pair_count = (len(scores) - 1) // 2
        degree, weights = self._degree(pair_count), self._pair_weights(pair_count)
        inverse = self._inverse(pair_count)
        to_esv = self._to_esv(degree)
        variance = np.zeros_like(esv)
        unused = 1 - self.used_share(pair_count)
        for pairs in _blocks(pair_count):
            columns = self._regressors(pairs, degree)
            weighted = columns * weights[pairs, None]
            leverage = (product(columns, inverse) * weighted).sum(axis=1)
            residual = self._answers(scores, pairs) - product(columns, coefficients)
            residual_variance = residual**2 / np.maximum(1 - leverage, 0.05)[:, None]
            influence = product(to_esv @ inverse, weighted.T)
            variance += product(influence**2 * unused[pairs], residual_variance)
        return esv, np.sqrt(variance)

    def values(self, scores: Columns, prior: Columns) -> Columns:
        return self._fitted(scores, prior)[0]

    def _fitted(self, scores: Columns, prior: Columns) -> tuple[Columns, Columns]:
        """ESVs (n, X) and the coefficients (F, X) of the fit; none for a single frame."""
        n_frames = self.n_frames
        esv = np.tile((scores[0].astype(np.float64) - prior) / n_frames, (n_frames, 1))
        if n_frames == 1:
            return esv, np.zeros((0, esv.shape[1]))
        pair_count = (len(scores) - 1) // 2
        degree, weights = self._degree(pair_count), self._pair_weights(pair_count)
        moments = (
            product(
                (self._regressors(pairs, degree) * weights[pairs, None]).T,
                self._answers(scores, pairs),
            )
            for pairs in _blocks(pair_count)
        )
        coefficients = product(self._inverse(pair_count), reduce(np.add, moments))
        return esv + product(self._to_esv(degree), coefficients), coefficients

    def _answers(self, scores: Columns, pairs: slice) -> Columns:
        return self.differences(scores[: 1 + 2 * pairs.stop])[pairs].astype(np.float64)

    def _to_esv(self, degree: int) -> np.ndarray:
        """(n, F): the ESVs of each regressor, zeros for those of the size."""
        return np.pad(esv_of_regressors(self.n_frames, degree), ((0, 0), (0, SIZE_TERMS)))

    def _inverse(self, pair_count: int) -> np.ndarray:
        """(F, F), of the normal equations of the leading pairs: the same for all scores."""
        if pair_count not in self._inverses:
            degree, weights = self._degree(pair_count), self._pair_weights(pair_count)
            blocks = ((pairs, self._regressors(pairs, degree)) for pairs in _blocks(pair_count))
            grams = (
                product((columns * weights[pairs, None]).T, columns) for pairs, columns in blocks
            )
            gram = reduce(np.add, grams)
            # Membership sums to the size of the subset, so some directions are not determined.
            gram[np.diag_indices_from(gram)] += RIDGE * np.trace(gram) / len(gram)
            # Of the whole sample and of what a jackknife repeats: more are not asked for by turns.
            for earlier in list(self._inverses)[:-1]:
                del self._inverses[earlier]
            self._inverses[pair_count] = np.linalg.inv(gram)
        return self._inverses[pair_count]

    def _degree(self, pair_count: int) -> int:
        """1: slopes a_i only; 2: b_i too; 3: triples too."""
        triple_count = comb(self.n_frames, 3)
        if 1 < triple_count <= MOST_TRIPLES and pair_count >= SPARE_TRIPLES * triple_count:
            return 3
        return 2 if pair_count >= SPARE * 2 * self.n_frames else 1

    def _pair_weights(self, pair_count: int) -> np.ndarray:
        """(P,): the kernel's weight of each size, spread over the pairs of that size."""
        size = self.size[:pair_count]
        return shapley_kernel(self.n_frames)[size - 1] / np.bincount(size)[size]

    def _regressors(self, pairs: slice, degree: int) -> np.ndarray:
        """(P, F): membership terms, in the order of `esv_of_regressors`, then those of the size."""
        n_frames = self.n_frames
        size = self.size[pairs].astype(np.float64)
        member = self.smaller[pairs] - (size / n_frames)[:, None]
        growth = size_growth(size, n_frames)[:, None]
        columns = [member]
        if degree >= 2:
            columns.append(member * growth)
        if degree >= 3:
            first, second, third = np.array(list(combinations(range(n_frames), 3))).T
            triples = member[:, first] * member[:, second] * member[:, third]
            columns.append(triples * growth**2)
        balance = 1 - 2 * size[:, None] / n_frames
        columns += [balance, balance**3, balance * growth, balance * growth**2]
        return np.concatenate(columns, axis=1)


def shapley_kernel(n_frames: int) -> np.ndarray:
    """(n/2,): 1 / (k (n - k)) for sizes 1..n/2, halved in the middle, which is its own partner."""
    sizes = np.arange(1, n_frames // 2 + 1)
    return halved_middle(1 / (sizes * (n_frames - sizes)), n_frames)


def size_growth(size: np.ndarray, n_frames: int) -> np.ndarray:
    """g(k) = n^2 / (4 k (n - k)): 1 for half of the frames, larger for fewer and for more."""
    growth: np.ndarray = n_frames**2 / (4 * size * (n_frames - size))
    return growth


def esv_of_regressors(n_frames: int, degree: int) -> np.ndarray:
    """(n, F): the ESVs of games whose pair difference is one membership regressor each.

    A regressor on a set of frames has one ESV for these frames, the mean over sizes of half of
    E[. | i in S] - E[. | i not in S], and one for all others; they sum to zero.
    """
    sizes = np.arange(1, n_frames)
    growth = size_growth(sizes, n_frames)
    slope = np.full((n_frames, n_frames), -1 / (n_frames - 1))
    np.fill_diagonal(slope, 1.0)
    halves = 1 / (2 * n_frames)
    parts = [slope * (n_frames - 1) * halves]
    if degree >= 2:
        parts.append(slope * growth.sum() * halves)
    if degree >= 3:
        share = sizes / n_frames
        inside = (1 - share) * _pair_moment(sizes - 1, n_frames - 1, share)
        outside = -share * _pair_moment(sizes, n_frames - 1, share)
        within = (growth**2 * (inside - outside)).sum() * halves
        triples = np.array(list(combinations(range(n_frames), 3)))
        part = np.full((n_frames, len(triples)), -3 * within / (n_frames - 3))
        part[triples.T, np.arange(len(triples))] = within
        parts.append(part)
    return np.concatenate(parts, axis=1)


def _pair_moment(members: np.ndarray, among: int, share: np.ndarray) -> np.ndarray:
    """E[(1[j in S] - q)(1[l in S] - q)] for `members` of `among` frames in S and q = `share`."""
    one = members / among
    both = members * (members - 1) / (among * (among - 1))
    moment: np.ndarray = both - 2 * share * one + share**2
    return moment


def _blocks(pair_count: int) -> list[slice]:
    return [
        slice(start, min(start + PAIRS_AT_ONCE, pair_count))
        for start in range(0, pair_count, PAIRS_AT_ONCE)
    ]
