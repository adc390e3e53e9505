"""Features that another program computed, checked and brought into a feature file of the run."""

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import numpy as np

from playfair.data.clips.failed_clips import FailedClip
from playfair.data.clips.labels import Clip, class_indices
from playfair.data.stores.feature_sources import (
    FeatureFolder,
    Source,
    UnreadableFeatures,
    open_source,
)
from playfair.data.stores.feature_store import write_features


def import_features(
    source: str | Path,
    path: str | Path,
    clips: Sequence[Clip],
    class_names: Sequence[str],
    *,
    feature_dim: int,
    fps: float,
    attributes: Mapping[str, Any],
) -> list[FailedClip]:
    """Write the features of some clips to the feature file `path`, whole or not at all.

    Memory is that of one video.

    Args:
        source: a feature file (HDF5), or a directory of arrays, see
            :mod:`playfair.data.stores.feature_sources`.
        clips: which videos, such as those of a shard, with their classes; may be none.
        feature_dim: D that the models expect. fps: features per second.
        attributes: what the file shall say of itself, beside where its features come from.

    Returns:
        The videos without features that can be used, which are left out, sorted by uid.

    Raises:
        InputError: if the source as a whole cannot be read, or a clip's class is not known.
    """
    opened = open_source(source, str(attributes.get("split", "")))
    clips = sorted(clips, key=lambda clip: clip.uid)
    labels = class_indices(clips, class_names).tolist()
    good: list[tuple[Clip, int, int]] = []
    failures = []
    for clip, label in zip(clips, labels, strict=True):
        try:
            good.append((clip, label, len(_checked(opened, clip, feature_dim))))
        except UnreadableFeatures as error:
            failures.append(FailedClip(clip.uid, str(source), str(error)))
    origin = {"architecture": "precomputed", "source": str(source), "checkpoint_hash": ""}
    about = {**attributes, **origin, "fps": fps}
    with (
        nullcontext() if isinstance(opened, FeatureFolder) else opened.store,
        write_features(
            path,
            uids=[clip.uid for clip, _, _ in good],
            labels=[label for _, label, _ in good],
            sequence_lengths=[length for _, _, length in good],
            feature_dim=feature_dim,
            attributes=about,
        ) as writer,
    ):
        for clip, _, _ in good:
            writer.append(_checked(opened, clip, feature_dim))
    return failures


def _checked(source: Source, clip: Clip, feature_dim: int) -> np.ndarray:
    """(T, D) float32 of a clip, finite and with T >= 1, or `UnreadableFeatures`."""
    try:
        return as_features(source.read(clip), clip.uid, feature_dim)
    except MemoryError as error:
        raise UnreadableFeatures(
            f"the features of {clip.uid!r} take more memory than there is"
        ) from error


def as_features(values: np.ndarray, uid: str, feature_dim: int) -> np.ndarray:
    """(T, D) float32, finite and with T >= 1, or `UnreadableFeatures`."""
    if values.ndim != 2 or values.shape[1] != feature_dim or len(values) == 0:
        raise UnreadableFeatures(
            f"the features of {uid!r} have the shape {values.shape}, expected "
            f"(frames, {feature_dim})"
        )
    if values.dtype.kind not in "fiu":
        raise UnreadableFeatures(
            f"the features of {uid!r} are {values.dtype}, expected real numbers"
        )
    with np.errstate(over="ignore"):
        features = values.astype(np.float32)
    if not np.isfinite(features).all():
        frame = int(np.flatnonzero(~np.isfinite(features).all(axis=1))[0])
        raise UnreadableFeatures(
            f"the features of {uid!r} are not finite numbers (first in frame {frame})"
        )
    return features
