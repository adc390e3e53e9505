"""Exact ESVs of any number of videos of one length, a bounded batch at a time."""

from collections.abc import Sequence
from math import comb
from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import Tensor

from playfair.attribution.exact.frame_sets import (
    smallest_necessary_frames,
    smallest_sufficient_frames,
)
from playfair.attribution.exact.interactions import class_columns, pairwise_interactions
from playfair.attribution.exact.logits import (
    exact_logit_values,
    videos_of_logits,
)
from playfair.attribution.exact.method import ExactOptions
from playfair.attribution.exact.shapley import (
    Workspace,
    check_length,
    exact_bytes,
    exact_values,
    rows_at_once,
)
from playfair.attribution.games.calls import Model
from playfair.attribution.games.from_model import make_game, place_model
from playfair.attribution.games.game import Game, check_features
from playfair.attribution.limits import DEFAULT_BATCH_SIZE, DEFAULT_MEMORY_BUDGET
from playfair.attribution.methods.arguments import (
    as_elements,
    bytes_in_words,
    check_memory_budget,
    check_whole_number,
    chosen_classes,
)
from playfair.attribution.methods.batches import batches_of
from playfair.attribution.methods.costs import has_closed_form
from playfair.attribution.result import Score
from playfair.errors import InputError

LEAST_SUBSETS = 96
"""Of each video at once at least; with fewer, more videos bring no speed."""


def exact_esvs(
    model: Model | Sequence[Model],
    features: np.ndarray | Tensor,
    priors: ArrayLike,
    *,
    score: Score = "probability",
    class_idx: ArrayLike | None = None,
    batch_size: int = DEFAULT_BATCH_SIZE,
    memory_budget: int = DEFAULT_MEMORY_BUDGET,
    device: torch.device | str | None = None,
    progress: bool = False,
) -> tuple[np.ndarray, np.ndarray]:
    """Exact ESVs: features (V, n, ...) -> scores (V, C) and esv (V, n, C), float32.

    model: a `TSN`, a list of `TRN` heads, or callables, see `make_game`. class_idx (K,): classes to
    explain; esv is then (V, n, K). batch_size: most subsequences per call of a plain callable.
    memory_budget: bytes for the engine's buffers. The same call gives the same bits; with other
    videos beside it, a video's values differ by `ROUNDING_TOLERANCE` at most.

    Raises `InputError` above 20 frames (but for logits of heads and multi-scale models, see
    `playfair.attribution.exact.logits`) and above the memory budget; it names the sampler to use.

    >>> import torch
    >>> def model(frames):  # (N, k, 2) -> (N, 2): the share of either feature
    ...     return frames.mean(dim=1)
    >>> features = torch.tensor([[[0.5, 0.5], [0.9, 0.1]]])
    >>> scores, esv = exact_esvs(model, features, [0.5, 0.5])
    >>> print(scores)
    [[0.7 0.3]]
    >>> print(esv[0].round(2))
    [[-0.1  0.1]
     [ 0.3 -0.3]]
    """
    videos = as_elements(features)
    check_features(videos)
    if score != "logit":
        check_length(videos.shape[1])
    check_whole_number(batch_size, "batch_size", 1)
    check_memory_budget(memory_budget)
    model, place = place_model(model, device)
    game = make_game(model, videos[:1].to(place), priors, score, batch_size)
    chosen = None if class_idx is None else chosen_classes(class_idx, game.class_count)
    scores, esv = [], []
    if has_closed_form(game):
        count = videos_of_logits(game, memory_budget)
        for _, playing in batches_of(game, videos, count, "exact", progress):
            found = exact_logit_values(playing)
            scores.append(found["scores"])
            esv.append(found["value"] if chosen is None else found["value"][..., chosen])
        return np.concatenate(scores), np.concatenate(esv)
    explained = game.class_count if chosen is None else len(chosen)
    count = videos_at_once(game, explained, False, memory_budget)
    workspace = Workspace()
    for _, playing in batches_of(game, videos, count, "exact", progress):
        values = exact_values(playing, _as_tensor(chosen, place), workspace=workspace)
        scores.append(values.scores.cpu().numpy())
        esv.append(values.esv.cpu().numpy())
    return np.concatenate(scores), np.concatenate(esv)


def read_off(
    game: Game,
    class_idx: np.ndarray,
    label: np.ndarray | None,
    options: ExactOptions,
    workspace: Workspace,
) -> dict[str, Any]:
    """The fields of the result of `Exact` on one batch, but for those that all methods have.

    The classes of interactions are those to explain or, with label (V,), the true and the predicted
    one of each video.
    """
    if not options.added_fields():
        is_all = np.array_equal(class_idx, np.arange(game.class_count))
        chosen = None if is_all else class_idx
        values = exact_values(game, _as_tensor(chosen, game.device), workspace=workspace)
        scores = values.scores.cpu().numpy()
        return {
            "scores": scores[:, class_idx],
            "value": values.esv.cpu().numpy(),
            "evaluations": values.evaluations,
        }
    values = exact_values(game, None, True, workspace)
    assert values.table is not None
    scores = values.scores.cpu().numpy()
    found: dict[str, Any] = {
        "scores": scores[:, class_idx],
        "value": values.esv.cpu().numpy()[..., class_idx],
        "evaluations": values.evaluations,
    }
    if options.interactions:
        found["interactions"] = _interactions(values.table, class_idx, label, scores.argmax(axis=1))
    if options.frame_sets:
        found["sufficient_frames"] = smallest_sufficient_frames(values.table)
        found["necessary_frames"] = smallest_necessary_frames(values.table)
    if options.subset_scores:
        found["subset_scores"] = values.table.cpu().numpy()[..., class_idx]
    return found


def _interactions(
    table: Tensor, class_idx: np.ndarray, label: np.ndarray | None, predicted: np.ndarray
) -> np.ndarray:
    """(V, n, n, K), or with label (V, n, n, 2), NaN for a true class that is not known."""
    if label is None:
        is_all = np.array_equal(class_idx, np.arange(table.shape[2]))
        return pairwise_interactions(table if is_all else table[..., torch.from_numpy(class_idx)])
    known = label >= 0
    pair = np.stack([np.where(known, label, predicted), predicted], axis=1)
    values = pairwise_interactions(class_columns(table, pair))
    values[~known, ..., 0] = np.nan
    return values


def _as_tensor(class_idx: np.ndarray | None, device: torch.device) -> Tensor | None:
    return None if class_idx is None else torch.from_numpy(class_idx).to(device)


def videos_at_once(game: Game, class_count: int, keep_table: bool, memory_budget: int) -> int:
    """Enough videos to keep the processor busy with the widest level, within the budget.

    class_count: classes to explain. Raises `InputError` when one video is too many.
    """
    n_frames = game.n_frames
    check_length(n_frames)
    wanted = 1
    if game.shares_work:
        widest = max(LEAST_SUBSETS, comb(n_frames, n_frames // 2))
        wanted = max(1, rows_at_once(game.device) // widest)
    while wanted > 1 and exact_bytes(game, wanted, class_count, keep_table) > memory_budget:
        wanted //= 2
    needed = exact_bytes(game, wanted, class_count, keep_table)
    if needed > memory_budget:
        raise InputError(
            f"Exact values of {n_frames} frames and {game.class_count} classes need "
            f"{bytes_in_words(needed)}, but the memory budget is {bytes_in_words(memory_budget)}: "
            "raise the budget, or use method='regression'."
        )
    return wanted
