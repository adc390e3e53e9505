"""The joint estimate of a multi-scale model and its ESVs from single-scale outputs on a sample.

A multi-scale model averages f_s over all s-frame subsets of X; a sample has few of them. Here each
scale's logits are fitted on the sampled subsets by who belongs to them, one by one and in pairs,

    f_s(S) ~ c + sum over i of a_i x_i + sum over i < j of b_ij x_i x_j,      x_i = 1[i in S] - s/n

(a ridge regression), because the mean of the right-hand side over the s-frame subsets of any X is
known in closed form. The logits of a sampled X of k frames are then

    L(X) ~ 1/min(k, n_max) * ( f_k(X) itself, if k <= n_max
                               + sum over the smaller scales of the fitted mean over X )

Its bias: what interactions of three and more frames add to the mean over X is missing, and noise in
logits does not average out in the softmax. Both shrink as the sample grows, the first down to the
size of these interactions, which is not zero; docs/attribution.md has measured values.

How much of the error is due to the fit is told by a jackknife: the subsets are dealt into `GROUPS`
groups, and the fit is repeated without each of them.
"""

from collections.abc import Iterator
from math import comb

import numpy as np
import torch
from numpy.typing import NDArray

Columns = NDArray[np.floating]
"""Scores, logits or ESVs, one column for each video and class."""

GROUPS = 8
MOST_PAIRS = 1000
"""Sequences with more pairs of frames than this are fitted without pairs."""

LINEAR_RIDGE = 0.02
PAIR_RIDGE = 0.5
"""Variance that the terms leave over, relative to what they explain together."""

ROWS_AT_ONCE = 8192


def joint_logits(member: np.ndarray, outputs: Columns, n_max: int) -> Iterator[Columns]:
    """Logits (m, X) of sampled subsets (m, n), first from all, then without each group in turn.

    outputs: (m, X), f_k of subsets of k <= n_max frames; other rows are ignored.
    """
    size = member.sum(axis=1)
    fits = {
        scale: _ScaleFit(member[size == scale], outputs[size == scale], scale)
        for scale in range(1, n_max + 1)
        if (size == scale).any()
    }
    for dropped in (None, *range(GROUPS)):
        coefficients = {scale: fit.coefficients(dropped) for scale, fit in fits.items()}
        yield _combined(member, outputs, n_max, coefficients)


def _combined(
    member: np.ndarray, outputs: Columns, n_max: int, coefficients: dict[int, Columns]
) -> Columns:
    """Logits (m, X): each subset's own output and the fitted means over its smaller subsets."""
    n_frames = member.shape[1]
    size = member.sum(axis=1)
    logits = np.zeros(outputs.shape, dtype=np.float32)
    for count in np.unique(size):
        rows = np.nonzero(size == count)[0]
        below = [scale for scale in coefficients if scale < count]
        if below:
            total = np.zeros_like(coefficients[below[0]])
            for scale in below:
                total += coefficients[scale] * _mean_factors(n_frames, scale, count)
            for start in range(0, len(rows), ROWS_AT_ONCE):
                chunk = rows[start : start + ROWS_AT_ONCE]
                logits[chunk] = _product(_terms(member[chunk], 0.0), total)
        if count <= n_max:
            logits[rows] += outputs[rows]
        logits[rows] /= len(below) + (count <= n_max)
    return logits


class _ScaleFit:
    """Ridge regression of one scale's logits (m, X) on the terms of its subsets (m, n)."""

    def __init__(self, member: np.ndarray, outputs: Columns, scale: int) -> None:
        self.n_frames = member.shape[1]
        self.scale = scale
        self.share = scale / self.n_frames
        is_complete = len(member) == comb(self.n_frames, scale)
        # A scale sampled in full has no sampling error, and a group must leave something behind.
        group_count = 1 if is_complete or len(member) <= GROUPS else GROUPS
        groups = [
            _sums(member[g::group_count], outputs[g::group_count], self.share)
            for g in range(group_count)
        ]
        self.grams = [gram for gram, _ in groups]
        self.moments = [moments for _, moments in groups]

    def coefficients(self, dropped: int | None) -> Columns:
        """(F, X): what the terms in membership itself, not centred, count."""
        gram, moments = sum(self.grams), sum(self.moments)
        if dropped is not None and len(self.grams) > 1:
            gram = gram - self.grams[dropped]
            moments = moments - self.moments[dropped]
        inverse = np.linalg.inv(gram + np.diag(self._ridge(len(gram))))
        return _uncentred(_product(inverse, moments), self.n_frames, self.share)

    def _ridge(self, term_count: int) -> np.ndarray:
        variance = self.share * (1 - self.share)
        pair_count = term_count - 1 - self.n_frames
        ridge = np.full(term_count, 1e-9)
        # All subsets of one frame determine their logits: nothing is left over.
        if self.scale > 1:
            ridge[1 : 1 + self.n_frames] += LINEAR_RIDGE * self.n_frames * variance
        ridge[1 + self.n_frames :] += PAIR_RIDGE * pair_count * variance**2
        return ridge


def _sums(member: np.ndarray, outputs: Columns, share: float) -> tuple[Columns, Columns]:
    """Products of terms with terms (F, F), and with outputs (F, X)."""
    parts = []
    for start in range(0, len(member), ROWS_AT_ONCE):
        terms = _terms(member[start : start + ROWS_AT_ONCE], share)
        answers = outputs[start : start + ROWS_AT_ONCE].astype(np.float64)
        parts.append((_product(terms.T, terms), _product(terms.T, answers)))
    return sum(gram for gram, _ in parts), sum(moments for _, moments in parts)


def _product(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Matrix product by torch: numpy's own pool of threads would fight with torch's."""
    return (torch.from_numpy(left) @ torch.from_numpy(right)).numpy()


def _terms(member: np.ndarray, share: float) -> np.ndarray:
    """Membership (m, n) -> (m, F): 1, x_i and (for short sequences) x_i x_j; x = member - share."""
    single = member - share
    columns = [np.ones((len(member), 1)), single]
    if _has_pairs(member.shape[1]):
        first, second = np.triu_indices(member.shape[1], k=1)
        columns.append(single[:, first] * single[:, second])
    return np.concatenate(columns, axis=1)


def _uncentred(coefficients: Columns, n_frames: int, share: float) -> Columns:
    """Coefficients of terms in member - share -> those of terms in member."""
    uncentred = coefficients.copy()
    single, pairs = coefficients[1 : 1 + n_frames], coefficients[1 + n_frames :]
    uncentred[0] += share**2 * pairs.sum(axis=0) - share * single.sum(axis=0)
    if len(pairs):
        touches = np.zeros((n_frames, len(pairs)))
        touches[np.triu_indices(n_frames, k=1), np.arange(len(pairs))] = share
        uncentred[1 : 1 + n_frames] -= _product(touches, pairs)
    return uncentred


def _mean_factors(n_frames: int, scale: int, count: int) -> Columns:
    """(F, 1): what the mean over s-frame subsets leaves of each term of X of `count` frames."""
    factors = [1.0, *[scale / count] * n_frames]
    if _has_pairs(n_frames):
        both = scale * (scale - 1) / (count * (count - 1))
        factors += [both] * comb(n_frames, 2)
    return np.array(factors)[:, None]


def _has_pairs(n_frames: int) -> bool:
    return comb(n_frames, 2) <= MOST_PAIRS
