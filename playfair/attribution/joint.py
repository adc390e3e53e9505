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

from math import comb

import numpy as np
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


def joint_logits(
    member: np.ndarray, outputs: Columns, n_max: int, dropped: int | None = None
) -> Columns:
    """Logits (m, X) of sampled subsets (m, n) from single-scale logits (m, X) of those it has.

    outputs: f_k of subsets of k <= n_max frames; other rows are ignored. dropped: the group of
    subsets, 0 to GROUPS - 1, that the fit does without; scales sampled in full keep all of theirs.
    """
    n_frames = member.shape[1]
    size = member.sum(axis=1)
    scales = [scale for scale in range(1, n_max + 1) if (size == scale).any()]
    fits = {scale: _fit(member, outputs, size, scale, dropped) for scale in scales}
    logits = np.zeros(outputs.shape)
    for count in np.unique(size):
        rows = np.nonzero(size == count)[0]
        below = [scale for scale in scales if scale < count]
        if below:
            fitted = sum(fits[scale] * _mean_factors(n_frames, scale, count) for scale in below)
            for start in range(0, len(rows), ROWS_AT_ONCE):
                chunk = rows[start : start + ROWS_AT_ONCE]
                logits[chunk] = _terms(member[chunk], 0.0) @ fitted
        if count <= n_max:
            logits[rows] += outputs[rows]
        logits[rows] /= len(below) + (count <= n_max)
    return logits


def _fit(
    member: np.ndarray, outputs: Columns, size: np.ndarray, scale: int, dropped: int | None
) -> Columns:
    """(F, X): coefficients of the uncentred terms of one scale."""
    n_frames = member.shape[1]
    rows = np.nonzero(size == scale)[0]
    if dropped is not None and len(rows) < comb(n_frames, scale) and len(rows) > GROUPS:
        rows = rows[np.arange(len(rows)) % GROUPS != dropped]
    share = scale / n_frames
    gram, moments = np.zeros(()), np.zeros(())
    for start in range(0, len(rows), ROWS_AT_ONCE):
        chunk = rows[start : start + ROWS_AT_ONCE]
        terms = _terms(member[chunk], share)
        gram = gram + terms.T @ terms
        moments = moments + terms.T @ outputs[chunk]
    variance = share * (1 - share)
    pair_count = len(gram) - 1 - n_frames
    # All subsets of one frame determine their logits: nothing is left over.
    linear_ridge = 0.0 if scale == 1 else LINEAR_RIDGE * n_frames * variance
    ridge = np.full(len(gram), 1e-9)
    ridge[1 : 1 + n_frames] += linear_ridge
    ridge[1 + n_frames :] += PAIR_RIDGE * pair_count * variance**2
    gram[np.diag_indices_from(gram)] += ridge
    return _uncentred(np.linalg.solve(gram, moments), n_frames, share)


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
        first, second = np.triu_indices(n_frames, k=1)
        np.subtract.at(uncentred, 1 + first, share * pairs)
        np.subtract.at(uncentred, 1 + second, share * pairs)
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
