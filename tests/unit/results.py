"""Results of a method with chosen values, for tests of what comes after."""

import numpy as np

from playfair.attribution.result import Attribution


def result_of(scores, esv, **fields):
    """A result of V videos: scores (V, C); esv (V, n, C), or a list of arrays (T, C)."""
    count, class_count = np.shape(scores)
    values = {
        "value": esv,
        "scores": np.asarray(scores),
        "prior": np.full(class_count, 1 / class_count, np.float32),
        "class_idx": np.arange(class_count),
        "method": "exact",
        "score": "probability",
        "seed": None,
        "evaluations": np.zeros(count, np.int64),
        "efficiency_gap": np.zeros((count, class_count), np.float32),
    }
    return Attribution(**{**values, **fields})
