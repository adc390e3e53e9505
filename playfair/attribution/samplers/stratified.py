"""Sampling stratified by the size of subsets and by the membership of each frame."""

import numpy as np

from playfair.attribution.samplers.column_products import Columns
from playfair.attribution.samplers.paired import PairedSampler


class StratifiedSampler(PairedSampler):
    """Mean scores with and without each frame, size by size, on pairs of complements.

        ESV(i) = ( v(X) - v(empty) ) / n + 1/n * sum over k = 1..n-1 of d_k(i)
        d_k(i) = mean of v(S) over |S| = k with i - mean of v(S) over |S| = k without i

    which follows from the definition by sorting subsets by size (Castro et al., "Improving
    polynomial estimation of the Shapley value by stratified random sampling with optimum
    allocation", 2017). A pair gives one sample for d_k and one for d_{n-k}. Unbiased as soon as
    every size has subsets with and without every frame; before that, a missing d_k(i) is replaced
    by the mean of the others, and its variance by the largest of theirs. The standard error is that
    of the differences of means, with the correction for sampling without replacement.
    """

    name = "stratified"
    summary = "mean scores with and without each frame, size by size, on such pairs"
    advice = "when no fit is wanted at all"

    @classmethod
    def least_pairs(cls, n_frames: int) -> int:
        return 2 * n_frames

    def estimate(self, scores: Columns, prior: Columns) -> tuple[Columns, Columns]:
        n_frames = self.n_frames
        equal_share = np.tile((scores[0].astype(np.float64) - prior) / n_frames, (n_frames, 1))
        if n_frames == 1:
            return equal_share, np.zeros_like(equal_share)
        difference = self.differences(scores).astype(np.float64)
        pair_count = len(difference)
        share = self.used_share(pair_count)
        sizes = np.arange(1, n_frames // 2 + 1)
        slopes = np.full((len(sizes), n_frames, scores.shape[1]), np.nan)
        variances = np.full_like(slopes, np.nan)
        for size in np.unique(self.size[:pair_count]):
            places = np.nonzero(self.size[:pair_count] == size)[0]
            slopes[size - 1], variances[size - 1] = _slopes(
                self.smaller[places], difference[places], 2 * size == n_frames
            )
            unused = 1 - share[places[0]]
            variances[size - 1] = variances[size - 1] * unused if unused > 0 else 0.0
        slopes = _filled(slopes, _mean_of_known(slopes))
        variances = _filled(variances, _largest_known(variances))
        esv = equal_share + slopes.sum(axis=0) / n_frames
        return esv, np.sqrt(variances.sum(axis=0)) / n_frames


def _slopes(member: np.ndarray, difference: Columns, is_middle: bool) -> tuple[Columns, Columns]:
    """d_k + d_{n-k} (d_k alone in the middle) and its variance: (P, n), (P, X) -> two (n, X).

    Frames that are in all of these subsets, or in none, get NaN.
    """
    count = len(member)
    if is_middle:
        # A subset of half the frames and its complement are both samples of d_{n/2}.
        sign = np.where(member, 1.0, -1.0)
        mean = sign.T @ difference / count
        spread = (difference**2).sum(axis=0) - count * mean**2
        return mean, _over(spread, (count - 1) * count)
    inside = member.sum(axis=0)[:, None].astype(np.float64)
    outside = count - inside
    sum_inside = member.T.astype(np.float64) @ difference
    mean_inside = _over(sum_inside, inside)
    mean_outside = _over(difference.sum(axis=0) - sum_inside, outside)
    squares = member.T.astype(np.float64) @ difference**2
    spread_inside = np.maximum(squares - inside * mean_inside**2, 0)
    spread_outside = np.maximum(
        (difference**2).sum(axis=0) - squares - outside * mean_outside**2, 0
    )
    variance = _over(spread_inside, inside * (inside - 1))
    variance = variance + _over(spread_outside, outside * (outside - 1))
    return mean_inside - mean_outside, variance


def _over(numerator: Columns | float, denominator: Columns | float) -> Columns:
    """The quotient, NaN where the denominator is not positive."""
    positive = np.where(np.asarray(denominator) > 0, denominator, np.nan)
    return np.asarray(numerator) / positive


def _mean_of_known(values: Columns) -> Columns:
    """Mean over sizes (axis 0) of what is known; 0 where nothing is."""
    known = np.isfinite(values)
    mean: Columns = np.where(known, values, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    return mean


def _largest_known(values: Columns) -> Columns:
    """Largest over sizes (axis 0) of what is known; infinite where nothing is."""
    largest = np.where(np.isfinite(values), values, -np.inf).max(axis=0)
    return np.where(np.isfinite(largest), largest, np.inf)


def _filled(values: Columns, substitute: Columns) -> Columns:
    return np.where(np.isfinite(values), values, substitute)
