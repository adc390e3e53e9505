"""Discarding: what a model says as frames are taken away in the order of their values.

Any values can be judged by it, whatever they were made by: the better they are, the faster the
score of a class falls when the frames of the highest values go first, and the longer it stays, or
rises, when those of the lowest go first. All scores are read off the table of the scores of all
subsets of frames, (V, 2^n, C) in the order of masks (bit i: frame i is there; 0: the prior).
"""

import zlib
from collections.abc import Sequence

import numpy as np
from torch import Tensor

from playfair.attribution.exact.frame_sets import discard_scores

ORDERS = ("highest", "lowest")
"""Which frames go first."""


def discarding_orders(value: np.ndarray, uid: Sequence[str]) -> np.ndarray:
    """Frames in the order in which they are discarded: values (V, n) -> (V, 2, n), see `ORDERS`.

    Frames of equal values come in an order that is drawn from the video's uid, so that equal values
    for all frames are an order at random.
    """
    tie = np.stack([_draw(one, value.shape[1]) for one in uid])
    return np.stack([np.lexsort((tie, -value)), np.lexsort((tie, value))], axis=1)


def _draw(uid: str, n_frames: int) -> np.ndarray:
    return np.random.default_rng([zlib.crc32(uid.encode()), n_frames]).random(n_frames)


def discarding_curves(
    table: np.ndarray | Tensor, orders: np.ndarray, class_idx: np.ndarray, label: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The score of one class, and whether the model is right, frame after frame.

    Args:
        table: (V, 2^n, C). orders: (V, 2, n), from :func:`discarding_orders`. class_idx: (V,), the
            class whose score is followed. label: (V,), the true class.

    Returns:
        score (V, 2, n + 1) float64, with 0, 1 .. n frames discarded; right (V, 2, n) float64, 1.0
        or 0.0, with 0 .. n - 1 discarded (of no frames there is no prediction).
    """
    scores = np.stack([discard_scores(table, orders[:, k]) for k in range(len(ORDERS))], axis=1)
    columns = class_idx[:, None, None, None]
    score = np.take_along_axis(scores, columns, axis=3)[..., 0].astype(np.float64)
    right = scores[:, :, :-1].argmax(axis=3) == label[:, None, None]
    return score, right.astype(np.float64)


def area_under(curve: np.ndarray) -> np.ndarray:
    """The area under curves (..., n + 1) over the share of frames discarded, by trapezoids."""
    area: np.ndarray = ((curve[..., 1:] + curve[..., :-1]) / 2).mean(axis=-1)
    return area


def best_areas(scores: np.ndarray) -> np.ndarray:
    """The areas under the best of all n! orders: scores (V, 2^n) of one class -> (V, 2).

    The smallest possible one, which no values can undercut highest first, and the largest, which
    none can exceed lowest first. By dynamic programming over subsets: of all ways down from a
    subset the best goes on with the best way of one of its children.
    """
    n_frames = scores.shape[1].bit_length() - 1
    found = []
    for better in (np.minimum, np.maximum):
        best = scores.astype(np.float64).T.copy()
        best[0] /= 2
        for mask in range(1, len(best)):
            children = [mask ^ (1 << frame) for frame in range(n_frames) if mask >> frame & 1]
            share = 0.5 if mask == len(best) - 1 else 1.0
            best[mask] = share * best[mask] + better.reduce(best[children])
        found.append(best[-1] / n_frames)
    return np.stack(found, axis=1)
