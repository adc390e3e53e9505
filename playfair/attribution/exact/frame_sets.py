"""Sets of frames that decide a prediction, read off the table of the scores of all subsets."""

import numpy as np
import torch
from torch import Tensor

from playfair.errors import InputError


def smallest_sufficient_frames(table: np.ndarray | Tensor) -> np.ndarray:
    """The fewest frames on which the model predicts what it predicts on all: (V, n) bool.

    table: (V, 2^n, C), all classes, by mask. Among sets of the same size the one that gives the
    predicted class the highest score is chosen. Sets hold at least one frame: with none there is no
    model, only the prior.
    """
    table, size, prediction = _read(table)
    score = _predicted_scores(table, prediction)
    keeps = table.argmax(dim=2) == prediction[:, None]
    keeps[:, 0] = False
    return _members(_best(keeps, size.expand_as(score), -score), table.shape[1])


def smallest_necessary_frames(table: np.ndarray | Tensor) -> np.ndarray:
    """The fewest frames whose removal changes the prediction: (V, n) bool.

    table: (V, 2^n, C), all classes, by mask. Among sets of the same size the one whose removal
    leaves the predicted class the lowest score is chosen. At least one frame stays; where no
    removal changes the prediction, the row is all False.
    """
    table, size, prediction = _read(table)
    score = _predicted_scores(table, prediction)
    changes = table.argmax(dim=2) != prediction[:, None]
    changes[:, 0] = False
    subset_count = table.shape[1]
    kept = _best(changes, -size.expand_as(score), score)
    removed = torch.where(changes.any(dim=1), (subset_count - 1) ^ kept, 0)
    return _members(removed, subset_count)


def discard_scores(table: np.ndarray | Tensor, order: np.ndarray) -> np.ndarray:
    """Scores as frames are discarded one after the other: (V, n + 1, K).

    table: (V, 2^n, K), by mask. order: (V, n), each row a permutation of the frames, first
    discarded first. Entry 0 is the score of all frames, entry n the prior.
    """
    table = torch.as_tensor(table)
    frames = torch.as_tensor(order, dtype=torch.int64, device=table.device)
    n_frames = table.shape[1].bit_length() - 1
    expected = torch.arange(n_frames, device=table.device).expand(len(table), -1)
    if frames.shape != expected.shape or not torch.equal(frames.sort(dim=1).values, expected):
        raise InputError(
            f"An order of discarding names each of the {n_frames} frames once for each of the "
            f"{len(table)} videos; found an array of shape {tuple(frames.shape)} that does not."
        )
    gone = (1 << frames).cumsum(dim=1)
    gone = torch.cat([torch.zeros_like(gone[:, :1]), gone], dim=1)
    masks = table.shape[1] - 1 - gone
    videos = torch.arange(len(table), device=table.device)[:, None]
    return table[videos, masks].cpu().numpy()


def _read(table: np.ndarray | Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """The table as a tensor, the size of each subset (2^n,), and the predictions (V,)."""
    table = torch.as_tensor(table)
    size = torch.from_numpy(np.bitwise_count(np.arange(table.shape[1])).astype(np.int64))
    return table, size.to(table.device), table[:, -1].argmax(dim=1)


def _predicted_scores(table: Tensor, prediction: Tensor) -> Tensor:
    """(V, 2^n): each subset's score for its video's prediction."""
    columns = prediction[:, None, None].expand(-1, table.shape[1], 1)
    return table.gather(2, columns)[..., 0]


def _best(allowed: Tensor, first: Tensor, second: Tensor) -> Tensor:
    """The mask among the allowed with the smallest `first`, then `second`, then mask: (V,)."""
    largest = torch.iinfo(torch.int64).max
    first = torch.where(allowed, first, largest)
    allowed = allowed & (first == first.amin(dim=1, keepdim=True))
    second = torch.where(allowed, second, torch.inf)
    return (allowed & (second == second.amin(dim=1, keepdim=True))).int().argmax(dim=1)


def _members(masks: Tensor, subset_count: int) -> np.ndarray:
    bits = torch.arange(subset_count.bit_length() - 1, device=masks.device)
    return ((masks[:, None] >> bits) & 1).bool().cpu().numpy()
