"""How far the features of a clip lie from those of other clips, such as a network was trained on.

A network gives a class to whatever it is shown, often with a score near 1. The mean feature of a
clip tells whether it resembles what the network knows:

    d(clip) = min over the known clips k of | mean of the clip's features - mean of k's features |

in units of a limit that 99 in 100 of the known clips keep, each among the others.
"""

from collections.abc import Iterable

import numpy as np

from playfair.data.stores.feature_store import FeatureStore

MOST_CLIPS = 2000
"""Known clips that count, spread evenly over all: a few thousand show what there is."""
KEPT_BY = 0.99
"""Share of the known clips that keep the limit."""
_FAR = 100
LEAST_CLIPS = 10
"""Fewer known clips say nothing."""


def mean_features(store: FeatureStore, most: int = MOST_CLIPS) -> np.ndarray:
    """(N, D) float64: the mean feature of each video of a file, of at most so many."""
    count = min(len(store), most)
    videos = np.linspace(0, len(store) - 1, count).round().astype(int)
    means = [store.features(int(video)).mean(axis=0, dtype=np.float64) for video in videos]
    return np.stack(means) if means else np.empty((0, store.feature_dim))


def distances(points: np.ndarray, known: np.ndarray, is_same: bool = False) -> np.ndarray:
    """(M,): how far each of the points (M, D) lies from the nearest of the known ones (N, D).

    is_same: the points are the known ones, and each one's nearest is another.
    """
    nearest = np.empty(len(points))
    for place, point in enumerate(points):
        squares = np.square(known - point).sum(axis=1)
        if is_same:
            squares[place] = np.inf
        nearest[place] = np.sqrt(squares.min())
    return nearest


def unfamiliarity(features: np.ndarray, stores: Iterable[FeatureStore]) -> tuple[float, int] | None:
    """How far a clip's features (T, D) lie from those of the videos in files, and of how many.

    1 is the limit that 99 in 100 of the videos keep; None where there are too few videos.
    """
    known = np.concatenate([mean_features(store) for store in stores])
    if len(known) < LEAST_CLIPS:
        return None
    limit = np.quantile(distances(known, known, is_same=True), KEPT_BY)
    mean = features.mean(axis=0, dtype=np.float64)
    distance = distances(mean[None], known)[0]
    return float(distance / max(limit, np.finfo(np.float64).tiny)), len(known)


def words(found: tuple[float, int], known: str) -> str:
    """What was found, in a line; known: what the videos are called, such as "training clips"."""
    times, count = found
    amount = f"{times:.1f} times" if times <= _FAR else f"more than {_FAR} times"
    verdict = "unlike what it knows, so that scores say little" if times > 1 else "as what it knows"
    return (
        f"the features lie {amount} as far from the nearest of {count} {known} as 99 in 100 of "
        f"these at most: {verdict}"
    )
