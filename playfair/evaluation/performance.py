"""How well a model classifies: the scores of the true classes."""

import numpy as np

TOP = 5
"""Among how many classes of the highest scores the true one has to be, beside the first place."""


def ranks(scores: np.ndarray, label: np.ndarray) -> np.ndarray:
    """How many classes come before the labelled one by score: (V, C), (V,) -> (V,) int64.

    Of equal scores the first class counts as higher, as it does in predictions. -1 without a label.
    """
    known = label >= 0
    place = np.where(known, label, 0)[:, None]
    own = np.take_along_axis(scores, place, axis=1)
    earlier = np.arange(scores.shape[1]) < place
    before = (scores > own) | ((scores == own) & earlier)
    return np.where(known, before.sum(axis=1), -1)


def true_class_scores(scores: np.ndarray, label: np.ndarray) -> np.ndarray:
    """Score of each video's labelled class: scores (V, C), label (V,) -> (V,); NaN for label -1."""
    known = label >= 0
    taken = np.take_along_axis(scores, np.where(known, label, 0)[:, None], axis=1)[:, 0]
    return np.where(known, taken.astype(np.float64), np.nan)
