"""Exact ESVs of logits, at any length: weighted sums of single-scale outputs.

The logits of a subsequence X of k frames are, with n_max scales and m(k) = min(k, n_max),

    L(X) = 1/m(k) * sum over s = 1..m(k) of the mean over T in X, |T| = s, of f_s(T)

which is linear in every f_s(T), and so are the ESVs. Adding up over all X that hold T gives

    ESV(i) = -prior / n + sum over s of [ s/n A(s) F_s(i) + B(s) ( F_s - s/n F_s(i) ) ]
    A(s) = sum over k = s..n of 1 / (k m(k)),    B(s) = ( 1/m(n) - s A(s) ) / ( n - s ),   B(n) = 0

where F_s is the mean of f_s over all subsets of s frames and F_s(i) that over those with frame i. A
TSN is the case n_max = 1, whose f_1 are the logits of single frames and A(1) is the n-th harmonic
number. All of it holds for logits relative to their mean over the classes, as `Score` has them.
"""

from collections.abc import Iterator
from itertools import chain, combinations, islice
from math import comb
from typing import Any

import numpy as np
import torch
from torch import Tensor

from playfair.attribution.games.game import Game, check_finite
from playfair.attribution.games.lattice import lattice_level
from playfair.attribution.limits import MAX_FRAMES
from playfair.attribution.methods.arguments import bytes_in_words
from playfair.attribution.methods.costs import output_count
from playfair.errors import InputError

MOST_OUTPUTS = 2**25
"""Outputs of one video that are still computed one and all: some minutes for a TRN."""
ROWS_AT_ONCE = 6144
MOST_VIDEOS = 64


def check_output_count(game: Game) -> None:
    """Raise `InputError` where there are too many outputs to compute them all."""
    assert game.logit_scales is not None
    count = output_count(game.n_frames, game.logit_scales)
    if count > MOST_OUTPUTS:
        raise InputError(
            f"Exact logits of {game.n_frames} frames need {count:,} outputs of the model's "
            f"{game.logit_scales} scales; they are computed up to {MOST_OUTPUTS:,}: use "
            "method='regression', which samples them, or fewer frames."
        )


@torch.inference_mode()
def exact_logit_values(game: Game) -> dict[str, Any]:
    """The whole sequence's logits and the ESVs of all videos and classes of such a game.

    Returns the fields scores (V, C) float32, value (V, n, C) float32 and evaluations, the number of
    outputs used for each video: n for a TSN, the sum over s of C(n, s) for a multi-scale game.
    Time and memory go with that number and one chunk of it. Raises `InputError` beyond
    `MOST_OUTPUTS`, and for scores that are no finite numbers.
    """
    check_output_count(game)
    n_frames, scales = game.n_frames, min(game.n_frames, game.logit_scales or 0)
    esv = game.prior_score.double().div(-n_frames).expand(n_frames, game.video_count, -1)
    scores = torch.zeros_like(esv[0])
    for size in range(1, scales + 1):
        mean, mean_with = _means(game, size)
        inside, outside = output_weights(n_frames, scales, size)
        share = size / n_frames
        esv = esv + share * inside * mean_with + outside * (mean - share * mean_with)
        scores = scores + mean / scales
    # Relative to the mean over the classes, as the prior is.
    scores = scores - scores.mean(dim=-1, keepdim=True)
    esv = esv - esv.mean(dim=-1, keepdim=True)
    check_finite(esv, 1)
    return {
        "scores": scores.float().cpu().numpy(),
        "value": esv.transpose(0, 1).float().cpu().numpy(),
        "evaluations": output_count(n_frames, scales),
    }


def chosen_logit_values(game: Game, class_idx: np.ndarray) -> dict[str, Any]:
    """`exact_logit_values` of some classes (K,); all are needed for their mean."""
    values = exact_logit_values(game)
    return {
        "scores": values["scores"][:, class_idx],
        "value": values["value"][..., class_idx],
        "evaluations": values["evaluations"],
    }


def videos_of_logits(game: Game, memory_budget: int) -> int:
    """Enough videos to keep the processor busy with the widest scale, within the budget.

    Raises `InputError` when one video is too many, or has more than `MOST_OUTPUTS` outputs.
    """
    check_output_count(game)
    n_frames, scales = game.n_frames, min(game.n_frames, game.logit_scales or 0)
    widest = max(comb(n_frames, size) for size in range(1, scales + 1))
    wanted = 1
    if game.shares_work:
        wanted = min(MOST_VIDEOS, max(1, ROWS_AT_ONCE // widest))
    while wanted > 1 and _bytes(game, widest, wanted) > memory_budget:
        wanted //= 2
    needed = _bytes(game, widest, wanted)
    if needed > memory_budget:
        raise InputError(
            f"Exact logits of {n_frames} frames and {game.class_count} classes need "
            f"{bytes_in_words(needed)}, but the memory budget is {bytes_in_words(memory_budget)}: "
            "raise the budget."
        )
    return wanted


def _bytes(game: Game, widest: int, video_count: int) -> int:
    """Of a chunk of outputs with what they are made from, and of what is summed up."""
    rows = max(video_count, min(ROWS_AT_ONCE, widest * video_count))
    of_video = 8 * (3 * game.n_frames + 2) * game.class_count
    lattice = 8 * game.n_frames * 2**game.n_frames if game.n_frames <= MAX_FRAMES else 0
    return int(lattice + 12 * rows * max(game.class_count, 256) + video_count * of_video)


def output_weights(n_frames: int, scales: int, size: int) -> tuple[float, float]:
    """A(s) and B(s): the weights of all outputs of subsets of `size` frames together."""
    inside = sum(1 / (count * min(count, scales)) for count in range(size, n_frames + 1))
    if size == n_frames:
        return inside, 0.0
    return inside, (1 / min(n_frames, scales) - size * inside) / (n_frames - size)


def _means(game: Game, size: int) -> tuple[Tensor, Tensor]:
    """F_s (V, C) and F_s(i) (n, V, C) in float64."""
    n_frames, device = game.n_frames, game.device
    rows = max(1, ROWS_AT_ONCE // game.video_count)
    total = torch.zeros(
        n_frames + 1, game.video_count, game.class_count, dtype=torch.float64, device=device
    )
    for frame_idx in _subsets(n_frames, size, rows, str(device)):
        weights = torch.zeros(len(frame_idx), n_frames + 1, device=device)
        weights[:, n_frames] = 1
        weights.scatter_(1, frame_idx.long(), 1.0)
        total += game.weighted_outputs(frame_idx, weights.T)
    return total[-1] / comb(n_frames, size), total[:-1] / comb(n_frames - 1, size - 1)


def _subsets(n_frames: int, size: int, rows: int, device: str) -> Iterator[Tensor]:
    """All subsets of `size` frames in chunks (rows, size) int32."""
    if n_frames <= MAX_FRAMES:
        frame_idx = lattice_level(n_frames, size, device).frame_idx
        yield from (part.clone() for part in frame_idx.split(rows))
        return
    subsets = combinations(range(n_frames), size)
    while True:
        flat = np.fromiter(chain.from_iterable(islice(subsets, rows)), dtype=np.int32)
        if not len(flat):
            return
        yield torch.from_numpy(flat.reshape(-1, size)).to(device)
