"""Exact ESVs of any number of videos of one length, a bounded batch at a time."""

from collections.abc import Iterator, Sequence
from math import comb
from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import Tensor
from tqdm import tqdm

from playfair.attribution.estimate import Estimate, concatenated, gap_to_efficiency
from playfair.attribution.exact.frame_sets import (
    smallest_necessary_frames,
    smallest_sufficient_frames,
)
from playfair.attribution.exact.interactions import pairwise_interactions
from playfair.attribution.exact.shapley import (
    CHUNK_ROWS,
    DEFAULT_MEMORY_BUDGET,
    ExactValues,
    Workspace,
    check_length,
    exact_bytes,
    exact_values,
)
from playfair.attribution.games.from_model import DEFAULT_BATCH_SIZE, make_game, place_model
from playfair.attribution.games.game import Game, Model
from playfair.attribution.games.scores import Score
from playfair.errors import InputError

MOST_VIDEOS = 64
"""Videos handled at once at most; more bring no speed."""


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

    Raises `InputError` above 20 frames and above the memory budget; it names the sampler to use.

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
    parts = list(
        exact_batches(
            model,
            features,
            priors,
            score=score,
            class_idx=class_idx,
            batch_size=batch_size,
            memory_budget=memory_budget,
            device=device,
            progress=progress,
        )
    )
    scores = torch.cat([part.scores for part in parts])
    esv = torch.cat([part.esv for part in parts])
    return scores.cpu().numpy(), esv.cpu().numpy()


def exact_estimate(
    model: Model | Sequence[Model],
    features: np.ndarray | Tensor,
    priors: ArrayLike,
    *,
    class_idx: ArrayLike,
    interactions: bool = False,
    frame_sets: bool = False,
    **settings: Any,
) -> Estimate:
    """Exact ESVs as an `Estimate`, with what is read off the table of all subsets on demand.

    interactions: whether to add the pairwise interactions of frames. frame_sets: whether to add the
    smallest sets of frames that keep the prediction, and whose removal changes it. settings: those
    of `exact_batches`.
    """
    chosen = np.asarray(class_idx)
    keep_table = interactions or frame_sets
    batches = exact_batches(model, features, priors, keep_table=keep_table, **settings)
    return concatenated([_read_off(values, chosen, interactions, frame_sets) for values in batches])


def _read_off(
    values: ExactValues, class_idx: np.ndarray, interactions: bool, frame_sets: bool
) -> Estimate:
    scores = values.scores.cpu().numpy()[:, class_idx]
    esv = values.esv.cpu().numpy()[..., class_idx]
    pairs = sufficient = necessary = None
    if interactions and values.table is not None:
        pairs = pairwise_interactions(values.table[..., torch.from_numpy(class_idx)])
    if frame_sets and values.table is not None:
        sufficient = smallest_sufficient_frames(values.table)
        necessary = smallest_necessary_frames(values.table)
    return Estimate(
        scores=scores,
        esv=esv,
        evaluations=np.full(len(esv), values.evaluations),
        efficiency_gap=gap_to_efficiency(esv, scores, values.prior.cpu().numpy()[class_idx]),
        interactions=pairs,
        sufficient_frames=sufficient,
        necessary_frames=necessary,
    )


def exact_batches(
    model: Model | Sequence[Model],
    features: np.ndarray | Tensor,
    priors: ArrayLike,
    *,
    score: Score = "probability",
    class_idx: ArrayLike | None = None,
    keep_table: bool = False,
    batch_size: int = DEFAULT_BATCH_SIZE,
    memory_budget: int = DEFAULT_MEMORY_BUDGET,
    device: torch.device | str | None = None,
    progress: bool = False,
) -> Iterator[ExactValues]:
    """`exact_esvs` as a stream of batches, in order, with the table of scores if asked for."""
    check_length(np.shape(features)[1])
    model, place = place_model(model, device)
    first = as_elements(features[:1]).to(place)
    game = make_game(model, first, priors, score, batch_size)
    chosen = None
    if class_idx is not None:
        chosen = chosen_classes(class_idx, game.class_count).to(place)
    explained = game.class_count if chosen is None else len(chosen)
    batch_count = videos_at_once(game, explained, keep_table, memory_budget)
    workspace = Workspace()
    video_count = len(features)
    with tqdm(total=video_count, desc="exact ESVs", unit="video", disable=not progress) as bar:
        for start in range(0, video_count, batch_count):
            batch = as_elements(features[start : start + batch_count]).to(place)
            game = game.with_features(batch)
            yield exact_values(game, chosen, keep_table, workspace)
            bar.update(len(batch))


def as_elements(features: np.ndarray | Tensor) -> Tensor:
    """Features as a detached tensor: floating-point numbers as float32, whole numbers as given."""
    elements = torch.as_tensor(features).detach()
    return elements.float() if elements.is_floating_point() else elements


def chosen_classes(class_idx: ArrayLike, class_count: int) -> Tensor:
    """Classes to explain (K,) int64; `InputError` if one of them does not exist."""
    chosen = torch.as_tensor(class_idx, dtype=torch.int64)
    if chosen.ndim != 1 or len(chosen) == 0:
        raise InputError("Classes to explain are given as a list of at least one class number.")
    if int(chosen.min()) < 0 or int(chosen.max()) >= class_count:
        raise InputError(
            f"Classes are numbered 0 to {class_count - 1}; asked for {chosen.tolist()}."
        )
    return chosen


def videos_at_once(game: Game, class_count: int, keep_table: bool, memory_budget: int) -> int:
    """Enough videos to keep the processor busy with the widest level, within the budget.

    class_count: classes to explain. Raises `InputError` when one video is too many.
    """
    n_frames = game.n_frames
    wanted = 1
    if game.shares_work:
        wanted = min(MOST_VIDEOS, max(1, CHUNK_ROWS // comb(n_frames, n_frames // 2)))
    while wanted > 1 and exact_bytes(game, wanted, class_count, keep_table) > memory_budget:
        wanted //= 2
    needed = exact_bytes(game, wanted, class_count, keep_table)
    if needed > memory_budget:
        raise InputError(
            f"Exact values of {n_frames} frames and {game.class_count} classes need "
            f"{needed / 2**20:.0f} MiB, but the memory budget is {memory_budget / 2**20:.0f} MiB: "
            "raise the budget, or use method='regression'."
        )
    return wanted
