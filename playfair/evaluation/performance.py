"""How well a model classifies: the scores of the true classes."""

import numpy as np


def true_class_scores(scores: np.ndarray, label: np.ndarray) -> np.ndarray:
    """Score of each video's labelled class: scores (V, C), label (V,) -> (V,); NaN for label -1."""
    known = label >= 0
    taken = np.take_along_axis(scores, np.where(known, label, 0)[:, None], axis=1)[:, 0]
    return np.where(known, taken.astype(np.float64), np.nan)
