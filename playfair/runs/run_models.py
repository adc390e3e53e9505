"""A model of a finished run, and one more clip explained by it."""

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import torch

from playfair.attribution.explain import explain
from playfair.attribution.methods.registry import method_class
from playfair.data.clips.frame_sampling import sample_frame_idx
from playfair.data.stores.esv_table import EsvTable
from playfair.errors import InputError
from playfair.models.heads.loading import load_heads
from playfair.runs.clip_views import ClipView

_UNLABELLED = -1


@dataclass(frozen=True)
class RunModel:
    """A model of a run: its options, the files of its heads, its classes and their priors (C,).

    prior: probabilities, whatever the unit of the run's scores. n_frames: at how many frames the
    run explains it, ascending. backbone_hash: of the weights that its features were computed by.
    frame_sampling: how frames are sampled, see `sample_frame_idx`. prior_kind: what the prior is,
    "class_frequency" or "mean_output".
    """

    name: str
    options: dict[str, Any]
    heads: list[Path]
    n_frames: list[int]
    class_name: np.ndarray
    prior: np.ndarray
    backbone_hash: str
    frame_sampling: str = "integers"
    prior_kind: str = "class_frequency"


def explain_view(
    view: ClipView,
    uid: str,
    model: RunModel,
    device: torch.device,
    n_frames: int | None = None,
    **options: Any,
) -> EsvTable:
    """The ESVs of one clip by one model, as a table of one video without a label.

    Args:
        uid: the clip's name in the table.
        n_frames: by default the most that the run explains and the clip has.
        options: other values for the model's attribution options, such as method and budget.

    Raises:
        InputError: if the clip has too few frames.
    """
    length = len(view.features)
    if n_frames is None:
        possible = [number for number in model.n_frames if number <= length]
        if not possible:
            raise InputError(
                f"the clip {uid} has {length} frames at {view.fps:g} frames per second, but the "
                f"run explains {model.n_frames[0]} or more: choose fewer with --n-frames"
            )
        n_frames = possible[-1]
    frame_idx = sample_frame_idx(length, n_frames, model.frame_sampling)
    section = {**model.options["attribution"], **options}
    method = section["method"]
    most = method_class(method).most_frames
    if most is not None and n_frames > most:
        raise InputError(
            f"{method} values of {n_frames} frames are out of reach (at most {most}): choose a "
            "sampler with --method"
        )
    # What files hold beside the values is not shown.
    shown = {
        declared.name: section[declared.name]
        for declared in fields(method_class(method).options_class)
        if declared.name in section and not declared.metadata["adds"]
    } | {name: value for name, value in options.items() if name not in ("method", "seed", "score")}
    heads = load_heads(model.options, model.heads, view.features.shape[1], len(model.class_name))
    result = explain(
        view.features[frame_idx][None],
        heads,
        model.prior,
        method,
        section.get("seed", 0),
        device=device,
        score=section.get("score", "probability"),
        **shown,
    )
    return EsvTable.of_result(
        result,
        uid=[uid],
        label=[_UNLABELLED],
        sequence_length=[length],
        frame_idx=frame_idx[None],
        class_name=model.class_name,
        attributes={
            "model": model.name,
            "method": method,
            "advice": result.advice,
            "prior": model.prior_kind,
        },
    )
