"""The joint estimate of a multi-scale model and its ESVs from single-scale outputs on a sample.

A multi-scale model averages f_s over all s-frame subsets of X; a sample has few of them. Here each
scale's logits are fitted on the sampled subsets by who belongs to them, one by one and in pairs,

    f_s(S) ~ c + sum over i of a_i x_i + sum over i < j of b_ij x_i x_j,      x_i = 1[i in S] - s/n

(a ridge regression), because the mean of the right-hand side over the s-frame subsets of any X is
known in closed form. The logits of a sampled X of k frames are then

    L(X) ~ 1/min(k, n_max) * ( f_k(X) itself, if k <= n_max
                               + sum over the smaller scales of the fitted mean over X )

Where a scale was sampled in full, what the fit leaves over is known too, and its mean over the
s-frame subsets of X is added: then nothing of that scale is estimated.

Its bias: what interactions of three and more frames add to the mean over X is missing, and noise in
logits does not average out in the softmax. Both shrink as the sample grows, the first down to the
size of these interactions, which is not zero; docs/attribution.md has measured values.

How much of the error is due to the fit is told by a jackknife: the subsets are dealt into `GROUPS`
groups, and the fit is repeated without each of them.

A scale with m subsets and F coefficients is fitted in the dual, an m x m system, if m <= F (the
inner product of the terms of two subsets depends on their overlap alone), else in the primal. All
of it is in float64 by torch, whose number of threads is the one that the caller sets.
"""

from collections.abc import Iterator
from functools import cached_property
from math import comb

import numpy as np
import torch
from torch import Tensor

from playfair.attribution.samplers.column_products import Columns

GROUPS = 8
MOST_PAIRS = 1000
"""Sequences with more pairs of frames than this are fitted without pairs."""

LINEAR_RIDGE = 0.02
PAIR_RIDGE = 0.5
"""Variance that the terms leave over, relative to what they explain together."""
LEAST_RIDGE = 1e-9

MOST_CONTAINED = 2**27
"""Pairs of a sampled set and a subset of a scale sampled in full: some seconds."""

ROWS_AT_ONCE = 2048
"""Rows of terms computed at once; more than F, so that the subsets of a dual system are one block.
"""


def joint_logits(
    member: np.ndarray, outputs: Columns, n_max: int, leading: int | None = None
) -> Iterator[Columns]:
    """Logits (m, X) of sampled subsets (m, n), first from all, then without each group in turn.

    outputs: (m, X), f_k of subsets of k <= n_max frames; other rows are ignored. leading: how many
    subsets get logits without each group, all by default; the fits are to all in any case.
    """
    size = member.sum(axis=1)
    scales = np.unique(size[size <= n_max])
    fits = [_ScaleFit(member, outputs, np.nonzero(size == scale)[0]) for scale in scales]
    larger = _MeanTerms(member, np.nonzero(size > n_max)[0])
    known = np.zeros_like(outputs)
    for fit in fits:
        fit.add_left_over(known)
    for dropped in (None, *range(GROUPS)):
        count = len(outputs) if dropped is None or leading is None else leading
        logits = np.zeros((count, outputs.shape[1]), dtype=np.float32)
        coefficients = torch.zeros(1, outputs.shape[1], dtype=torch.float64)
        for below, fit in enumerate(fits):
            for rows, terms in fit.mean_terms.blocks(count):
                fitted = terms[:, : len(coefficients)] @ coefficients
                logits[rows] = (outputs[rows] + fitted.numpy() + known[rows]) / (below + 1)
            coefficients = coefficients + fit.coefficients(dropped)
        for rows, terms in larger.blocks(count):
            logits[rows] = ((terms @ coefficients).numpy() + known[rows]) / len(fits)
        yield logits


class _MeanTerms:
    """The terms of membership in the mean over the s-frame subsets of sets X, for all s at once.

    Of the subsets of X, |X| = k, the share s / k has a frame i of X, and the share
    s (s - 1) / (k (k - 1)) has i and j. The terms are without s and s - 1, which `_ScaleFit` has.
    """

    def __init__(self, member: np.ndarray, rows: np.ndarray) -> None:
        self.member, self.rows = member, rows

    def blocks(self, count: int) -> Iterator[tuple[np.ndarray, Tensor]]:
        """Some rows below `count` and their terms (rows, F), again and again until all are done."""
        for block in _blocks(self.rows[self.rows < count]):
            terms = self.first[: len(block)] if block[0] == self.rows[0] else self._of(block)
            yield block, terms

    @cached_property
    def first(self) -> Tensor:
        """The terms of the first block, which often is the only one."""
        return self._of(self.rows[:ROWS_AT_ONCE])

    def _of(self, rows: np.ndarray) -> Tensor:
        member = torch.from_numpy(self.member[rows]).double()
        size = member.sum(dim=1, keepdim=True)
        return _terms(member / size, member / (size - 1).clamp(min=1))


class _ScaleFit:
    """Ridge regression of one scale's logits, in `rows` of member (m, n) and outputs (m, X).

    The constant is not penalised. Unless a scale is sampled in full, groups can be left out.
    """

    def __init__(self, member: np.ndarray, outputs: Columns, rows: np.ndarray) -> None:
        self.member, self.outputs, self.rows = member, outputs, rows
        self.mean_terms = _MeanTerms(member, rows)
        self.n_frames = n_frames = member.shape[1]
        self.scale = scale = int(member[rows[0]].sum())
        self.share = share = scale / n_frames
        self.ends = _ends_of_pairs(n_frames)
        self.term_counts = [1, *self.ends.shape]
        self.is_full = len(rows) == comb(n_frames, scale)
        # A scale sampled in full has no sampling error, and a group must leave something behind.
        self.has_groups = len(rows) > GROUPS and not self.is_full
        self.fitted = self._dual if len(rows) <= sum(self.term_counts) else self._primal
        self.linear_ridge = self.pair_ridge = LEAST_RIDGE
        # All subsets of one frame determine their logits: nothing is left over.
        if scale > 1:
            self.linear_ridge += LINEAR_RIDGE * n_frames * share * (1 - share)
        self.pair_ridge += PAIR_RIDGE * self.ends.shape[1] * (share * (1 - share)) ** 2

    def add_left_over(self, means: Columns) -> None:
        """To means (m, X), the mean over the s-frame subsets of each X of what the fit leaves over.

        That is zero, as expected, unless the scale was sampled in full and is not too large.
        """
        size = self.member.sum(axis=1)
        above = np.nonzero(size > self.scale)[0]
        if not self.is_full or self.scale == 1 or len(above) * len(self.rows) > MOST_CONTAINED:
            return
        fitted = [
            (terms @ self.coefficients(None)).numpy()
            for _, terms in self.mean_terms.blocks(len(self.member))
        ]
        residual = torch.from_numpy(self.outputs[self.rows] - np.concatenate(fitted)).float()
        subsets = torch.from_numpy(self.member[self.rows]).float()
        for block in _blocks(above):
            contained = torch.from_numpy(self.member[block]).float() @ subsets.T == self.scale
            count = torch.from_numpy(_binomials(size[block], self.scale)).float()
            means[block] += (contained.float() @ residual / count[:, None]).numpy()

    def coefficients(self, dropped: int | None) -> Tensor:
        """(F, X): what `_MeanTerms` count, fitted to all subsets or to those outside of a group."""
        if dropped is None or not self.has_groups:
            return self._of_all
        return self._uncentred(*self.fitted(slice(dropped, len(self.rows), GROUPS)))

    @cached_property
    def _of_all(self) -> Tensor:
        return self._uncentred(*self.fitted(None))

    def _uncentred(self, constant: Tensor, linear: Tensor, pairs: Tensor) -> Tensor:
        constant = constant + self.share * (self.share * pairs.sum(dim=0) - linear.sum(dim=0))
        linear = linear - self.share * (self.ends @ pairs)
        return torch.cat(
            [constant[None], self.scale * linear, self.scale * (self.scale - 1) * pairs]
        )

    def _dual(self, group: slice | None) -> tuple[Tensor, Tensor, Tensor]:
        """c (X,), a (n, X) and b (pairs, X), sums over subsets of their terms times their weights.

        Without a group, whose weights are then 0: the inverse of a matrix less rows and columns.
        """
        inverse, weights = self._dual_system
        if group is not None:
            factor = torch.linalg.cholesky(inverse[group, group])
            weights = weights - inverse[:, group] @ torch.cholesky_solve(weights[group], factor)
        _, linear, pairs = (self.mean_terms.first.T @ weights[:-1]).split(self.term_counts)
        linear = self.scale * linear
        pairs = self.scale * (self.scale - 1) * pairs - self.share * (self.ends.T @ linear)
        return weights[-1], linear, self.linear_ridge / self.pair_ridge * pairs

    @cached_property
    def _dual_system(self) -> tuple[Tensor, Tensor]:
        """(m + 1, m) and (m + 1, X): an inverse, and the weights w and below them c that it gives.

        They solve (kernel + ridge) w + c = outputs, sum of w = 0.
        """
        member = torch.from_numpy(self.member[self.rows]).double()
        overlap = member @ member.T
        # x.x is less than the overlap by the same for all, which c makes up for.
        product = overlap - self.share * self.scale
        odds = 1 - 2 * self.share
        squares = odds**2 * overlap + self.scale * self.share**2 * (self.share + 2 * odds)
        pair_weight = self.linear_ridge / self.pair_ridge * bool(self.ends.shape[1])
        kernel = overlap + pair_weight * (product**2 - squares) / 2
        kernel.diagonal().add_(self.linear_ridge)
        inverse = torch.cholesky_inverse(torch.linalg.cholesky(kernel))
        of_constant = inverse.sum(dim=0, keepdim=True) / inverse.sum()
        inverse = inverse - inverse.sum(dim=1, keepdim=True) @ of_constant
        inverse = torch.cat([inverse, of_constant])
        return inverse, inverse @ torch.from_numpy(self.outputs[self.rows]).double()

    def _primal(self, group: slice | None) -> tuple[Tensor, Tensor, Tensor]:
        """The same from sums over all subsets less those over the group."""
        gram, moments = self._sums
        if group is not None:
            gram_of_group, moments_of_group = self._sums_over(self.rows[group])
            gram, moments = gram - gram_of_group, moments - moments_of_group
        ridges = torch.tensor([0.0, self.linear_ridge, self.pair_ridge], dtype=torch.float64)
        ridge = ridges.repeat_interleave(torch.tensor(self.term_counts))
        factor = torch.linalg.cholesky(gram + torch.diag(ridge))
        constant, linear, pairs = torch.cholesky_solve(moments, factor).split(self.term_counts)
        return constant[0], linear, pairs

    @cached_property
    def _sums(self) -> tuple[Tensor, Tensor]:
        return self._sums_over(self.rows)

    def _sums_over(self, rows: np.ndarray) -> tuple[Tensor, Tensor]:
        """Products of terms with terms (F, F), and with outputs (F, X)."""
        gram = torch.zeros(2 * [sum(self.term_counts)], dtype=torch.float64)
        moments = torch.zeros(len(gram), self.outputs.shape[1], dtype=torch.float64)
        for block in _blocks(rows):
            centred = torch.from_numpy(self.member[block]).double() - self.share
            terms = _terms(centred, centred)
            gram.addmm_(terms.T, terms)
            moments.addmm_(terms.T, torch.from_numpy(self.outputs[block]).double())
        return gram, moments


def _binomials(counts: np.ndarray, size: int) -> np.ndarray:
    return np.array([comb(int(count), size) for count in counts], dtype=np.float64)


def term_count(n_frames: int) -> int:
    """F: how many terms a fit has."""
    return 1 + n_frames + _pair_count(n_frames)


def _terms(left: Tensor, right: Tensor) -> Tensor:
    """(m, n), (m, n) -> (m, F): 1, left_i and, for short sequences, left_i right_j for i < j."""
    n_frames = left.shape[1]
    pair_count = _pair_count(n_frames)
    terms = left.new_ones(len(left), 1 + n_frames + pair_count)
    terms[:, 1 : 1 + n_frames] = left
    parts = terms[:, 1 + n_frames :].split([*range(n_frames - 1, 0, -1)] if pair_count else [0], 1)
    for frame, part in enumerate(parts):
        torch.mul(left[:, frame, None], right[:, frame + 1 : frame + 1 + part.shape[1]], out=part)
    return terms


def _ends_of_pairs(n_frames: int) -> Tensor:
    """(n, pairs): 1 where a frame is one of a pair of frames i < j, in the order of `_terms`."""
    pairs = torch.triu_indices(n_frames, n_frames, offset=1)[:, : _pair_count(n_frames)]
    ends = torch.zeros(n_frames, pairs.shape[1], dtype=torch.float64)
    return ends.scatter_(0, pairs, 1.0)


def _pair_count(n_frames: int) -> int:
    pair_count = comb(n_frames, 2)
    return pair_count if pair_count <= MOST_PAIRS else 0


def _blocks(rows: np.ndarray) -> list[np.ndarray]:
    return [rows[start : start + ROWS_AT_ONCE] for start in range(0, len(rows), ROWS_AT_ONCE)]
