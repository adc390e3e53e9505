"""The interface in one call: features, a model and priors in; Element Shapley Values out."""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import Tensor

from playfair.attribution.estimate import Estimate
from playfair.attribution.exact.exact import as_elements, chosen_classes, exact_estimate
from playfair.attribution.exact.shapley import DEFAULT_MEMORY_BUDGET
from playfair.attribution.games.from_model import DEFAULT_BATCH_SIZE, make_game, place_model
from playfair.attribution.games.game import Model
from playfair.attribution.games.scores import Score
from playfair.attribution.result import Attribution
from playfair.attribution.samplers.sampling import SAMPLERS, sampled_esvs
from playfair.errors import InputError

EXACT_OPTIONS = ("interactions", "frame_sets")
SAMPLER_OPTIONS = ("budget", "tolerance", "rescale", "iterations", "max_samples_per_scale")
PER_FRAME = ("esv", "standard_error", "interactions", "sufficient_frames", "necessary_frames")

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
    are recognised and run much faster; a network that takes nothing but whole clips is wrapped in a
    `playfair.MaskedModel`. priors: (C,), the score of no frames at all, as probabilities, or
    "uniform".

    method: "exact" (up to 20 frames; options interactions=True and frame_sets=True), or a sampler,
    "regression", "permutation", "stratified" or "constructive" (options budget, tolerance, rescale,
    iterations, max_samples_per_scale, see `sampled_esvs`); seed is for samplers. score: the unit of
    what is shared out, "probability", "logit" or "log_odds". classes: numbers of the classes to
    explain, all by default. device: where to compute, by default where the model's parameters are.
    batch_size: most subsequences in one call of a plain callable. memory_budget: bytes. progress:
    whether to show a bar.

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
    _check_method(method, options)
    videos, form = as_videos(features, element_ndim)
    model, place = place_model(model, device)
    game = make_game(model, videos[0][None].to(place), priors, score, batch_size)
    wanted = np.arange(game.class_count) if classes is None else classes
    class_idx = chosen_classes(wanted, game.class_count)
    settings: dict[str, Any] = {
        "score": score,
        "class_idx": class_idx,
        "batch_size": batch_size,
        "memory_budget": memory_budget,
        "device": place,
        "progress": progress,
    }
    groups = videos_by_length(videos)
    estimates = []
    for members in groups:
        batch = torch.stack([videos[member] for member in members])
        if method == "exact":
            estimates.append(exact_estimate(model, batch, game.prior.cpu(), **settings, **options))
        else:
            estimates.append(
                sampled_esvs(model, batch, game.prior.cpu(), method, seed, **settings, **options)
            )
    prior = game.prior_score.cpu().numpy()[class_idx.numpy()]
    common = {"prior": prior, "class_idx": class_idx.numpy(), "method": method, "score": score}
    common["seed"] = None if method == "exact" else seed
    return _assembled(estimates, groups, form, common)


def _check_method(method: str, options: dict[str, Any]) -> None:
    if method != "exact" and method not in SAMPLERS:
        raise InputError(f"Unknown method {method!r}: choose one of exact, {', '.join(SAMPLERS)}.")
    known = EXACT_OPTIONS if method == "exact" else SAMPLER_OPTIONS
    unknown = sorted(set(options) - set(known))
    if unknown:
        raise InputError(
            f"The method {method!r} has no option {unknown[0]!r}: its options are "
            f"{', '.join(known)}."
        )


def as_videos(features: Features, element_ndim: int = 1) -> tuple[list[Tensor], str]:
    """Features as a list of videos (T_v, ...), and their form: "single", "batch" or "list"."""
    if isinstance(features, list | tuple) and any(hasattr(video, "shape") for video in features):
        videos, form = [as_elements(torch.as_tensor(video)) for video in features], "list"
    else:
        elements = as_elements(torch.as_tensor(features))
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


def _assembled(
    estimates: list[Estimate], groups: list[list[int]], form: str, common: dict[str, Any]
) -> Attribution:
    """Estimates of groups of videos -> one result, in the videos' own order and form."""
    places = {
        member: (estimate, place)
        for estimate, members in zip(estimates, groups, strict=True)
        for place, member in enumerate(members)
    }

    def gathered(field: str) -> Any:
        chosen = [places[member] for member in range(len(places))]
        values = [getattr(estimate, field) for estimate, _ in chosen]
        if values[0] is None:
            return None
        rows = [value[place] for value, (_, place) in zip(values, chosen, strict=True)]
        if form == "single":
            return rows[0]
        ragged = form == "list" and field in PER_FRAME
        return rows if ragged else np.stack(rows)

    names = [field.name for field in fields(Estimate)]
    return Attribution(**{name: gathered(name) for name in names}, **common)
