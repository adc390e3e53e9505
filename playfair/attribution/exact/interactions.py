"""Pairwise Shapley interactions of frames, read off the table of the scores of all subsets."""

from functools import lru_cache
from math import factorial

import numpy as np
import torch
from torch import Tensor

NUMBERS_AT_ONCE = 2**18
"""Numbers in one operand of a product, of which there are some six in memory at a time."""


def class_columns(table: np.ndarray | Tensor, class_idx: np.ndarray) -> Tensor:
    """The table's columns of each video's own classes: (V, 2^n, C), (V, K) -> (V, 2^n, K)."""
    table = torch.as_tensor(table)
    columns = torch.as_tensor(class_idx, dtype=torch.int64, device=table.device)
    return table.gather(2, columns[:, None, :].expand(-1, table.shape[1], -1))


def pairwise_interactions(table: np.ndarray | Tensor) -> np.ndarray:
    """The pairwise Shapley interaction index: table (V, 2^n, K) -> (V, n, n, K) float32.

        I(i, j) = sum over X' in X without i, j of |X'|! (n - |X'| - 2)! / (n - 1)!
                  * [ v(X' + i + j) - v(X' + i) - v(X' + j) + v(X') ]

    Positive: the two frames are worth more together than apart (each needs the other); negative:
    they say the same. In the unit of the scores, symmetric, zero on the diagonal (Grabisch and
    Roubens, "An axiomatic approach to the concept of interaction among players in cooperative
    games", 1999). The table is in the order of masks, as `exact_values` gives it.

    With m the membership of frames in a subset T, its score counts
    m_i m_j q + (m_i + m_j) r + s, where q, r and s depend on the size of T only: products of
    matrices, at n^2 2^n K additions for each video.
    """
    table = torch.as_tensor(table)
    n_frames = table.shape[1].bit_length() - 1
    subset_count, column_count = table.shape[1], len(table) * table.shape[2]
    pairs = torch.triu_indices(n_frames, n_frames, offset=1, device=table.device)
    weights = torch.from_numpy(_weights(n_frames)).to(table.device)
    total = torch.zeros(pairs.shape[1], column_count, dtype=torch.float64, device=table.device)
    step = max(1, NUMBERS_AT_ONCE // max(pairs.shape[1], column_count, 1))
    for start in range(0, subset_count, step):
        masks = torch.arange(start, min(start + step, subset_count), device=table.device)
        member = (masks >> torch.arange(n_frames, device=table.device)[:, None]) & 1
        both, one, neither = weights[:, member.sum(dim=0)]
        first, second = member[pairs[0]].double(), member[pairs[1]].double()
        counts = first * second * (both - 2 * one + neither)
        counts += (first + second) * (one - neither) + neither
        columns = table[:, start : start + step].transpose(0, 1).flatten(start_dim=1)
        total += counts @ columns.double()
    interactions = torch.zeros(
        n_frames, n_frames, column_count, dtype=torch.float64, device=table.device
    )
    interactions[pairs[0], pairs[1]] = total
    interactions[pairs[1], pairs[0]] = total
    shaped = interactions.view(n_frames, n_frames, len(table), -1).permute(2, 0, 1, 3)
    return shaped.float().cpu().numpy()


@lru_cache(maxsize=32)
def _weights(n_frames: int) -> np.ndarray:
    """(3, n + 1): what a subset of each size counts that holds both, one, neither of a pair."""
    weights = np.zeros((3, n_frames + 1))
    for others in range(n_frames - 1):
        weight = factorial(others) * factorial(n_frames - others - 2) / factorial(n_frames - 1)
        weights[:, others + 2][0] = weight
        weights[:, others + 1][1] = -weight
        weights[:, others][2] = weight
    return weights
