"""The ESVs of a batch of labelled videos as the columns of an ESV file, exact or sampled."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch

from playfair.attribution.exact.exact import exact_batches, exact_esvs
from playfair.attribution.exact.frame_sets import (
    smallest_necessary_frames,
    smallest_sufficient_frames,
)
from playfair.attribution.exact.interactions import class_columns, pairwise_interactions
from playfair.attribution.games.game import Model
from playfair.attribution.samplers.sampling import sampled_esvs

Columns = dict[str, Any]


def esv_columns(
    model: Model | Sequence[Model],
    features: np.ndarray,
    label: np.ndarray,
    priors: np.ndarray,
    options: Mapping[str, Any],
    device: torch.device | str | None = None,
) -> Columns:
    """Columns scores (V, C) and esv (V, n, C) of V videos of n frames, and the optional ones.

    Args:
        features: (V, n, D). label: (V,) class indices, -1 where unknown.
        options: method, and for samplers budget, tolerance, rescale, iterations,
            max_samples_per_scale and seed; interactions and frame_sets for exact values.
    """
    if options["method"] != "exact":
        return _sampled(model, features, priors, options, device)
    if not (options["interactions"] or options["frame_sets"]):
        scores, esv = exact_esvs(model, features, priors, device=device)
        return {"scores": scores, "esv": esv}
    batches, first = [], 0
    for values in exact_batches(model, features, priors, keep_table=True, device=device):
        scores = values.scores.cpu().numpy()
        columns: Columns = {"scores": scores, "esv": values.esv.cpu().numpy()}
        assert values.table is not None
        if options["interactions"]:
            columns["interactions"] = _interactions(
                values.table, label[first : first + len(scores)], scores.argmax(axis=1)
            )
        if options["frame_sets"]:
            columns["sufficient_frames"] = smallest_sufficient_frames(values.table)
            columns["necessary_frames"] = smallest_necessary_frames(values.table)
        batches.append(columns)
        first += len(scores)
    return {name: np.concatenate([batch[name] for batch in batches]) for name in batches[0]}


def all_frames_columns(
    model: Model | Sequence[Model],
    features: Sequence[np.ndarray],
    priors: np.ndarray,
    options: Mapping[str, Any],
    device: torch.device | str | None = None,
) -> Columns:
    """Columns of videos of different lengths, (T_v, D) each, every frame of them explained.

    frame_idx, esv and esv_se are lists of one array per video. Videos of one length share a batch.
    """
    lengths = np.array([len(video) for video in features])
    found: Columns = {}
    for length in np.unique(lengths):
        videos = [int(video) for video in np.flatnonzero(lengths == length)]
        batch = np.stack([features[video] for video in videos])
        for name, rows in _sampled(model, batch, priors, options, device).items():
            values = found.setdefault(name, [None] * len(features))
            for video, row in zip(videos, rows, strict=True):
                values[video] = row
    found["frame_idx"] = [np.arange(length) for length in lengths]
    return found


def optional_columns(options: Mapping[str, Any]) -> tuple[str, ...]:
    """The optional columns that these options make, see `EsvTable`."""
    if options["method"] != "exact":
        return ("esv_se", "evaluations", "efficiency_gap")
    columns = ["interactions"] if options["interactions"] else []
    if options["frame_sets"]:
        columns += ["sufficient_frames", "necessary_frames"]
    return tuple(columns)


def _sampled(
    model: Model | Sequence[Model],
    features: np.ndarray,
    priors: np.ndarray,
    options: Mapping[str, Any],
    device: torch.device | str | None,
) -> Columns:
    names = ("budget", "tolerance", "rescale", "iterations", "max_samples_per_scale")
    settings = {name: options[name] for name in names}
    estimate = sampled_esvs(
        model, features, priors, options["method"], options["seed"], device=device, **settings
    )
    return {
        "scores": estimate.scores,
        "esv": estimate.esv,
        "esv_se": estimate.standard_error,
        "evaluations": estimate.evaluations,
        "efficiency_gap": estimate.efficiency_gap,
    }


def _interactions(table: torch.Tensor, label: np.ndarray, predicted: np.ndarray) -> np.ndarray:
    """(V, 2, n, n) of the true and the predicted class."""
    known = label >= 0
    class_idx = np.stack([np.where(known, label, predicted), predicted], axis=1)
    values = pairwise_interactions(class_columns(table, class_idx))
    values = np.moveaxis(values, -1, 1)
    values[~known, 0] = np.nan
    return values
