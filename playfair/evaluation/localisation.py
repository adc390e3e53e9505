"""Localisation: do ESVs point at the frames that are known to carry the evidence?

The evidence of a clip lies in one or more intervals of its frames, `first_frame` to `last_frame`,
both inclusive and at the frame rate that `frame_idx` counts in. A sampled frame is *inside* when
first_frame <= frame_idx <= last_frame for one of them. All functions take V videos of n sampled
frames.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd


def frames_inside(
    frame_idx: np.ndarray, first_frame: np.ndarray, last_frame: np.ndarray
) -> np.ndarray:
    """Which sampled frames lie in the interval: (V, n), (V,), (V,) -> (V, n) bool."""
    return (frame_idx >= first_frame[:, None]) & (frame_idx <= last_frame[:, None])


def inside_any(frame_idx: np.ndarray, intervals: np.ndarray) -> np.ndarray:
    """Which frames (n,) of one video lie inside any of K intervals (K, 2), as (n,) bool."""
    first, last = intervals.T
    inside = frames_inside(frame_idx[None].repeat(len(first), axis=0), first, last)
    return np.asarray(inside.any(axis=0))


def evidence_of(
    uid: Sequence[str] | np.ndarray, frame_idx: np.ndarray, ground_truth: pd.DataFrame
) -> tuple[np.ndarray, np.ndarray]:
    """Which frames of which videos carry evidence: inside (V, n) bool, and is_known (V,) bool.

    Args:
        uid: (V,), each once. frame_idx: (V, n). ground_truth: columns uid, first_frame, last_frame,
            with one row or several for each video whose evidence is known.
    """
    video = pd.Index(uid).get_indexer(pd.Index(ground_truth["uid"]))
    rows = ground_truth[video >= 0]
    video = video[video >= 0]
    first, last = rows["first_frame"].to_numpy(), rows["last_frame"].to_numpy()
    inside = np.zeros(frame_idx.shape, dtype=bool)
    np.logical_or.at(inside, video, frames_inside(frame_idx[video], first, last))
    is_known = np.isin(np.arange(len(uid)), video)
    return inside, is_known


def positive_mass_inside(esv: np.ndarray, inside: np.ndarray) -> np.ndarray:
    """Share of the positive ESV mass that the frames inside the interval hold.

        share(v) = sum_{i inside} max(ESV(v, i), 0) / sum_i max(ESV(v, i), 0)

    Args:
        esv: (V, n) ESVs of one class per video.
        inside: (V, n) bool, from :func:`frames_inside`.

    Returns:
        (V,) float64 within 0..1; NaN for a video without positive mass (no frame supports the
        class), which averages have to leave out.
    """
    positive = np.maximum(esv.astype(np.float64), 0)
    mass = positive.sum(axis=1)
    share: np.ndarray = (positive * inside).sum(axis=1) / np.where(mass > 0, mass, np.nan)
    return share


def uniform_mass_inside(inside: np.ndarray) -> np.ndarray:
    """The same share if every frame were attributed the same: (V, n) bool -> (V,) float64.

    It is the share of sampled frames that lie inside, and so also the chance that a frame drawn at
    random does.
    """
    share: np.ndarray = inside.mean(axis=1, dtype=np.float64)
    return share


def largest_inside(esv: np.ndarray, inside: np.ndarray) -> np.ndarray:
    """Whether the frame with the largest ESV lies inside: (V, n), (V, n) -> (V,) bool.

    Of equal values the first frame counts. The largest ESV may be negative, so that this is
    defined for videos without positive mass too.
    """
    top = esv.argmax(axis=1)
    return np.take_along_axis(inside, top[:, None], axis=1)[:, 0]


def auroc(value: np.ndarray, inside: np.ndarray) -> np.ndarray:
    """The chance that a frame inside has a higher value than one outside, ties counting half.

    (V, n), (V, n) -> (V,) float64: 0.5 is chance, whatever the share of frames inside; NaN where
    all frames are inside, or none.
    """
    higher = value[:, :, None] > value[:, None, :]
    tied = value[:, :, None] == value[:, None, :]
    pairs = inside[:, :, None] & ~inside[:, None, :]
    count = pairs.sum(axis=(1, 2))
    wins = ((higher + 0.5 * tied) * pairs).sum(axis=(1, 2))
    share: np.ndarray = wins / np.where(count > 0, count, np.nan)
    return share


def average_precision(value: np.ndarray, inside: np.ndarray) -> np.ndarray:
    """The mean, over frames inside, of the share of frames inside among those valued no lower.

    (V, n), (V, n) -> (V,) float64; NaN where no frame is inside. Chance is about the share inside.
    """
    at_least = value[:, None, :] >= value[:, :, None]
    precision = (at_least & inside[:, None, :]).sum(axis=2) / at_least.sum(axis=2)
    count = inside.sum(axis=1)
    mean: np.ndarray = (precision * inside).sum(axis=1) / np.where(count > 0, count, np.nan)
    return mean
