"""The interface in one call: features, a model and priors in; Element Shapley Values out."""

from collections.abc import Sequence
from math import comb
from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import Tensor

from playfair.attribution.adapters import DEFAULT_BATCH_SIZE, make_game, place_model
from playfair.attribution.estimate import Estimate
from playfair.attribution.exact import as_elements, chosen_classes, exact_esvs
from playfair.attribution.games import Game, Model
from playfair.attribution.result import Attribution
from playfair.attribution.scores import Score
from playfair.attribution.shapley import DEFAULT_MEMORY_BUDGET
from playfair.errors import InputError

Features = np.ndarray | Tensor | Sequence[np.ndarray | Tensor]


def explain(
    features: Features,
    model: Model | Sequence[Model],
    priors: ArrayLike,
    method: str = "exact",
    seed: int = 0,
    *,
    score: Score = "probability",
    classes: ArrayLike | None = None,
    element_ndim: int = 1,
    device: torch.device | str | None = None,
    batch_size: int = DEFAULT_BATCH_SIZE,
    memory_budget: int = DEFAULT_MEMORY_BUDGET,
    progress: bool = False,
    **options: Any,
) -> Attribution:
    """Share a model's class scores out over the frames of one or more videos.

    features: (T, D), one video of T frames; (V, T, D), a batch; or a list of (T_v, D), videos of
    different lengths. Elements need not be vectors: with `element_ndim=3` a video is (T, C, H, W).
    model: a callable (N, k, D) -> (N, C) probabilities for any k >= 1 (variable-length), or a list
    of callables, the s-th (N, s, D) -> (N, C) logits (multi-scale); `TSN` and lists of `TRN` heads
    are recognised and run much faster. priors: (C,), the scores of no frames at all, as
    probabilities, or "uniform".
    method: "exact" (up to 20 frames), or the name of a sampler, whose options (`budget`,
    `tolerance`, `iterations`, ...) follow as keywords; `seed` is for samplers.
    score: the unit of what is shared out, "probability", "logit" or "log_odds". classes: numbers of
    the classes to explain, all by default. device: where to compute, by default where the model's
    parameters are. batch_size: most subsequences in one call of a plain callable. memory_budget:
    bytes. progress: whether to show a bar.

    Raises `InputError` for input that cannot be explained, with what to do about it.

    >>> import torch
    >>> def model(frames):  # (N, k, 2) -> (N, 2): the share of either feature
    ...     return frames.mean(dim=1)
    >>> features = torch.tensor([[0.5, 0.5], [0.9, 0.1]])
    >>> explain(features, model, priors=[0.5, 0.5])
    Element Shapley Values (exact, unit: probability) of 1 video
      2 frames, 3 evaluations; class 0: score 0.7000 = prior 0.5000 +0.2000 over the frames
      most supported by frame 1 (+0.3000)
      most distracted by frame 0 (-0.1000)
    """
    videos, is_list, is_single = _as_videos(features, element_ndim)
    model, place = place_model(model, device)
    game = make_game(model, videos[0][None].to(place), priors, score, batch_size)
    class_idx = chosen_classes(np.arange(game.class_count) if classes is None else classes, game.class_count)
    settings = dict(
        score=score, class_idx=class_idx, batch_size=batch_size, memory_budget=memory_budget,
        device=place, progress=progress,
    )
    estimates: list[Estimate | None] = [None] * len(videos)
    for places in _by_length(videos):
        group = torch.stack([videos[place] for place in places])
        if method == "exact":
            part = _exact_estimate(model, group, game, settings)
        else:
            part = sampled_esvs(model, group, game.prior, method, seed, **settings, **options)
    return None
