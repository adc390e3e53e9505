"""Exact Element Shapley Values from one pass over the lattice of subsets, level by level."""

from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from functools import cache, lru_cache
from math import comb, factorial

import torch
from torch import Tensor

from playfair.attribution.games.game import Game, check_finite
from playfair.attribution.games.lattice import (
    Chunk,
    lattice_chunks,
    lattice_level,
    lattice_masks,
    membership,
    sums_of_rows,
)
from playfair.attribution.games.threads import threads_for
from playfair.attribution.limits import MAX_FRAMES
from playfair.errors import InputError

CHUNK_ROWS = 6144
"""Subsets (times videos) handled at once: few enough that what is computed stays in cache."""
GPU_CHUNK_ROWS = 1 << 17
"""The same on a GPU, which products of few rows leave idle."""
FRESH_NUMBERS = 31 << 18
"""Logits of a level that memory is taken anew for, 31 MiB: as much as malloc can be had to keep."""


@dataclass(frozen=True)
class ExactValues:
    """What one pass over the lattice gives for V videos of n frames and K chosen classes.

    scores: (V, C), of the whole sequence. esv: (V, n, K). table: (V, 2^n, K), the score of every
    subset, by its mask (bit i set: frame i belongs to it), the prior at mask 0; None unless asked;
    the next call with the same workspace overwrites it.
    prior: (C,), the score of the empty subset. evaluations: model outputs used for each video.
    """

    scores: Tensor
    esv: Tensor
    table: Tensor | None
    prior: Tensor
    evaluations: int


class Workspace:
    """Buffers that are kept from one batch of videos to the next, because fresh ones cost time."""

    def __init__(self) -> None:
        self._buffers: dict[str, Tensor] = {}

    def take(self, name: str, rows: int, columns: int, device: torch.device) -> Tensor:
        """An uninitialised (rows, columns) float32 tensor; it is overwritten by the next take."""
        buffer = self._buffers.get(name)
        if buffer is None or buffer.numel() < rows * columns or buffer.device != device:
            buffer = torch.empty(rows * columns, device=device)
            self._buffers[name] = buffer
        return buffer[: rows * columns].view(rows, columns)


@torch.inference_mode()
def exact_values(
    game: Game,
    class_idx: Tensor | None = None,
    keep_table: bool = False,
    workspace: Workspace | None = None,
) -> ExactValues:
    """Exact ESVs of all videos of a game, for all classes or those in `class_idx` (K,).

        ESV(i, c) = sum over X' in X without i of |X'|! (n - |X'| - 1)! / n!
                    * [ v_c(X' + i) - v_c(X') ]

    Each subset is scored once, and a level's ESVs are one product of its weights (n, R) and scores
    (R, V * K). A multi-scale game follows the bottom-up recurrence on logits (L(X) is 1/|X| times
    the single-scale logits plus (|X| - 1)/|X| times the mean of L over the children; beyond n_max
    the mean alone).

    Time: 2^n model outputs, n 2^(n-1) rows of C to sum (multi-scale), n 2^n K products. Memory:
    two levels of logits, 2 C(n, n/2) V C numbers (multi-scale), and chunks; 2^n V K with the table.
    Raises `InputError` above 20 frames, and for scores that are no finite numbers.
    """
    check_length(game.n_frames)
    workspace = workspace or Workspace()
    n_frames, video_count, device = game.n_frames, game.video_count, game.device
    chosen = game.class_count if class_idx is None else len(class_idx)
    prior = game.prior_score if class_idx is None else game.prior_score[class_idx]
    # The empty subset stands in the sum of every frame, with weight -1/n.
    each = prior.div(-n_frames).expand(n_frames, video_count, -1)
    esv = each.contiguous().view(n_frames, -1)
    table = None
    if keep_table:
        table = workspace.take("table", video_count * 2**n_frames, chosen, device)
        table = table.view(video_count, 2**n_frames, chosen)
        table[:, 0] = prior
    scores = torch.empty(0)
    score_count = 2**n_frames * video_count * game.class_count
    with nullcontext() if game.calls_model else threads_for(score_count):
        for chunk, scores in scored_chunks(game, workspace):
            kept = scores if class_idx is None else scores[..., class_idx]
            weights = shapley_weights(n_frames, str(device))[:, chunk.rows]
            esv.addmm_(weights, kept.reshape(-1, video_count * chosen))
            if table is not None:
                table[:, lattice_masks(n_frames, str(device))[chunk.rows]] = kept.transpose(0, 1)
    # A score that is no number is in the ESVs of all frames.
    check_finite(esv.view(n_frames, video_count, chosen), 1)
    scales = n_frames if game.n_max is None else min(n_frames, game.n_max)
    return ExactValues(
        scores=scores[-1].clone(),
        esv=esv.view(n_frames, video_count, chosen).transpose(0, 1).contiguous(),
        table=table,
        prior=game.prior_score,
        evaluations=sum(comb(n_frames, size) for size in range(1, scales + 1)),
    )


def scored_chunks(game: Game, workspace: Workspace) -> Iterator[tuple[Chunk, Tensor]]:
    """Every non-empty subset once, in chunks of the lattice, and their scores (r, V, C)."""
    video_count, class_count, device = game.video_count, game.class_count, game.device
    columns = video_count * class_count
    _keep_freed_memory()
    chunk_rows = max(1, rows_at_once(device) // video_count)
    below: Tensor | None = None
    for number, group in enumerate(lattice_chunks(game.n_frames, chunk_rows, str(device))):
        first, stop = group[0].rows.start, group[-1].rows.stop
        size = group[-1].parts[-1].size
        logits, summed = torch.empty(0), False
        if game.n_max is not None:
            fresh = len(group[0].parts) == 1 and (stop - first) * columns <= FRESH_NUMBERS
            if fresh and below is not None:
                # What the children of a level give lies where its logits will be.
                child_idx = lattice_level(game.n_frames, size, str(device)).child_idx
                logits, summed = _of_children(child_idx, below, game.n_max), True
            else:
                logits = workspace.take(f"group {number % 2}", stop - first, columns, device)
        for chunk in group:
            if game.n_max is None:
                outputs = game.outputs_of_chunk(chunk)
            else:
                part = logits[chunk.rows.start - first : chunk.rows.stop - first]
                if summed:
                    game.write_scales(chunk, part, kept=(size - 1) / size**2)
                else:
                    combine(game, chunk, below, part)
                outputs = part.view(-1, video_count, class_count)
            scratch = workspace.take("scores", len(chunk), columns, device)
            yield chunk, game.scores(outputs, out=scratch.view(outputs.shape))
        below = logits[stop - first - comb(game.n_frames, size) :]


def combine(game: Game, chunk: Chunk, below: Tensor | None, logits: Tensor) -> None:
    """The multi-scale recurrence for the subsets of a chunk: their logits (r, V * C) are written.

    below (R, V * C): the logits of the level below the chunk's first, None where that is empty.
    """
    assert game.n_max is not None
    game.write_scales(chunk, logits)
    for part in chunk.parts:
        size, out = part.size, logits[part.place]
        if below is not None:
            given = _of_children(part.child_idx, below, game.n_max)
            if size > game.n_max:
                out.copy_(given)
            else:
                out.add_(given, alpha=(size - 1) / size**2)
        below = out


def _of_children(child_idx: Tensor, below: Tensor, n_max: int) -> Tensor:
    """The sum of the logits of each subset's children, beyond n_max their mean: (r, V * C)."""
    rows, size = child_idx.shape
    weights = _equal_weights(size, rows, str(below.device)) if size > n_max else None
    return sums_of_rows(child_idx, below, weights)


@cache
def _keep_freed_memory() -> None:
    """Have the C library's malloc keep up to 62 MiB of freed memory, where that is glibc's.

    It keeps twice as much as the largest block under 32 MiB that was ever given back. What it gives
    to the system comes back as fresh pages, which cost more than what is computed in them.
    """
    torch.empty(FRESH_NUMBERS)


@lru_cache(maxsize=64)
def _equal_weights(size: int, rows: int, device: str) -> Tensor:
    """(rows, size) filled with 1 / size; summing with weights beats the mode "mean" by far."""
    return torch.full((rows, size), 1 / size, device=device)


@lru_cache(maxsize=64)
def shapley_weights(n_frames: int, device: str = "cpu") -> Tensor:
    """(n, 2^n - 1) float32: what the score of each subset counts in each frame's ESV.

    (size - 1)! (n - size)! / n! for a frame that belongs to it, - size! (n - size - 1)! / n! for
    one that does not. The subsets stand in the order of `lattice_masks`.
    """
    weights = []
    for size in range(1, n_frames + 1):
        inside = factorial(size - 1) * factorial(n_frames - size) / factorial(n_frames)
        outside = 0.0
        if size < n_frames:
            outside = factorial(size) * factorial(n_frames - size - 1) / factorial(n_frames)
        member = membership(lattice_level(n_frames, size, device), n_frames)
        weights.append(torch.where(member, inside, -outside).float())
    return torch.cat(weights, dim=1)


def rows_at_once(device: torch.device) -> int:
    """Subsets (times videos) that a device handles at once."""
    return GPU_CHUNK_ROWS if device.type == "cuda" else CHUNK_ROWS


def exact_bytes(game: Game, video_count: int, chosen: int, keep_table: bool) -> int:
    """Bytes that `exact_values` takes for `video_count` videos of a game's length."""
    n_frames = game.n_frames
    widest = video_count * comb(n_frames, n_frames // 2)
    lattice = 8 * n_frames * 2**n_frames
    rows = max(video_count, min(rows_at_once(game.device), video_count * 2**n_frames))
    levels = 0 if game.n_max is None else 8 * max(rows, widest) * game.class_count
    # Children's sum, hidden vectors, scores and a copy of them.
    chunks = 16 * rows * max(game.class_count, 256)
    table = 4 * 2**n_frames * video_count * chosen if keep_table else 0
    return int(lattice + levels + chunks + table)


def check_length(n_frames: int) -> None:
    """Raise `InputError` for a sequence too long for exact values."""
    if n_frames > MAX_FRAMES:
        raise InputError(
            f"Exact values need all 2^{n_frames} subsets of {n_frames} frames; they are computed "
            f"up to {MAX_FRAMES} frames: use method='regression', or fewer frames."
        )
