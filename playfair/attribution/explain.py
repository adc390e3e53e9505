"""The interface in one call: features, a model and priors in; the values of frames out."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import Tensor

from playfair.attribution.games.calls import Model
from playfair.attribution.games.from_model import make_game, place_model
from playfair.attribution.limits import DEFAULT_BATCH_SIZE, DEFAULT_MEMORY_BUDGET
from playfair.attribution.methods.arguments import (
    as_elements,
    check_memory_budget,
    check_whole_number,
    chosen_classes,
    known_labels,
)
from playfair.attribution.methods.batches import attribute
from playfair.attribution.methods.registry import make_options, method_class
from playfair.attribution.result import OF_VIDEO, PER_FRAME, Attribution, Score
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
    labels: ArrayLike | None = None,
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
    are recognised and run much faster; a network that takes nothing but whole clips is wrapped in a
    `playfair.MaskedModel`. priors: (C,), the score of no frames at all, as probabilities, or
    "uniform".

    method: a name in the registry of methods: "exact" (up to 20 frames, or any number where logits
    are shared out that heads combine; options interactions, frame_sets and subset_scores), a
    sampler such as "regression" (options such as budget and tolerance), or "auto", which chooses.
    seed: of samplers. score: the unit of what is shared out, "probability", "logit" or "log_odds".
    classes: numbers of the classes to explain, all by default. labels: the true class of each
    video, -1 where it is unknown; interactions are then those of the true and of the predicted
    class only. device: where to compute, by default where the model's parameters are. batch_size:
    most subsequences in one call of a plain callable. memory_budget: bytes. progress: whether to
    show a bar.

    The same call gives the same bits; with other videos beside it, a video's values differ by
    `ROUNDING_TOLERANCE` at most (unless a sampler's error just meets or misses a given tolerance,
    and it stops elsewhere). What is drawn depends on (seed, n, method) and the options only.

    Raises `InputError` for input that cannot be explained; it says what to do.

    >>> import torch
    >>> def model(frames):  # (N, k, 2) -> (N, 2): the share of either feature
    ...     return frames.mean(dim=1)
    >>> features = torch.tensor([[0.5, 0.5], [0.9, 0.1]])
    >>> explain(features, model, priors=[0.5, 0.5])
    Element Shapley Values (exact, unit: probability) of 1 video
      2 frames, 3 evaluations; class 0: score 0.7000 = prior 0.5000 +0.2000 over the frames
      supported by frame 1 (+0.3000)
      distracted by frame 0 (-0.1000)
    """
    kind, chosen_options = method_class(method), make_options(method, options)
    check_whole_number(seed, "seed", 0)
    check_whole_number(batch_size, "batch_size", 1)
    check_whole_number(element_ndim, "element_ndim", 0)
    check_memory_budget(memory_budget)
    videos, form = as_videos(features, element_ndim)
    model, place = place_model(model, device)
    game = make_game(model, videos[0][None].to(place), priors, score, batch_size)
    class_idx = chosen_classes(classes, game.class_count)
    label = None if labels is None else known_labels(labels, len(videos), game.class_count)
    groups = videos_by_length(videos)
    results: list[Attribution] = []
    advice: str | None = None
    for members in groups:
        batch = torch.stack([videos[member] for member in members])
        # Of this length, by which memory is reckoned.
        playing = game.with_features(batch[:1].to(place))
        asked = kind.for_game(playing, chosen_options, seed)
        of_members = None if label is None else label[members]
        results.append(
            attribute(
                asked,
                playing,
                batch,
                class_idx,
                of_members,
                memory_budget=memory_budget,
                progress=progress,
            )
        )
        advice = advice or asked.advice_for(playing)
    return replace(_assembled(results, groups, form), advice=advice)


def as_videos(features: Features, element_ndim: int = 1) -> tuple[list[Tensor], str]:
    """Features as a list of videos (T_v, ...), and their form: "single", "batch" or "list"."""
    if isinstance(features, list | tuple) and not features:
        raise InputError("There are no videos to explain: features are an empty list.")
    if isinstance(features, list | tuple) and any(hasattr(video, "shape") for video in features):
        form = "list"
        videos = [
            as_elements(video, f"Features of video {number}")
            for number, video in enumerate(features)
        ]
    else:
        elements = as_elements(features)
        if elements.ndim not in (element_ndim + 1, element_ndim + 2):
            raise InputError(
                f"Features have {elements.ndim} axes; with elements of {element_ndim} axes, one "
                f"video has {element_ndim + 1} and a batch {element_ndim + 2} (see element_ndim)."
            )
        form = "single" if elements.ndim == element_ndim + 1 else "batch"
        videos = [elements] if form == "single" else list(elements)
    if not videos:
        raise InputError("There are no videos to explain: features are empty.")
    for number, video in enumerate(videos):
        if video.ndim < 2 or len(video) == 0:
            raise InputError(
                f"Video {number} has the shape {tuple(video.shape)}; expected (T, ...) with T >= 1."
            )
        if video.shape[1:] != videos[0].shape[1:]:
            raise InputError(
                f"Elements of video {number} have the shape {tuple(video.shape[1:])}, those of "
                f"video 0 {tuple(videos[0].shape[1:])}: all videos need the same."
            )
        if video.is_floating_point() and not bool(video.isfinite().all()):
            raise InputError(f"Video {number} has features that are not finite numbers.")
    return videos, form


def videos_by_length(videos: Sequence[Tensor]) -> list[list[int]]:
    """Positions of videos of equal length, shortest first."""
    lengths = sorted({len(video) for video in videos})
    return [
        [position for position, video in enumerate(videos) if len(video) == length]
        for length in lengths
    ]


def _assembled(results: list[Attribution], groups: list[list[int]], form: str) -> Attribution:
    """Results of groups of videos -> one result, in the videos' own order and form."""
    if form == "single":
        return results[0].select(0)
    if form == "batch":
        return results[0]
    places = {
        member: (result, place)
        for result, members in zip(results, groups, strict=True)
        for place, member in enumerate(members)
    }

    def gathered(field: str) -> Any:
        chosen = [places[member] for member in range(len(places))]
        if getattr(chosen[0][0], field) is None:
            return None
        rows = [getattr(result, field)[place] for result, place in chosen]
        return rows if field in PER_FRAME else np.stack(rows)

    return replace(results[0], **{field: gathered(field) for field in OF_VIDEO})
