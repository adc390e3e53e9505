"""Results of a method with chosen values, for tests of what comes after."""

from contextlib import contextmanager

import h5py
import numpy as np

from playfair.attribution.result import Attribution, gap_to_efficiency
from playfair.data.stores.seal import seal


def result_of(scores, esv, **fields):
    """A result of V videos: scores (V, C); esv (V, n, C), or a list of arrays (T, C)."""
    count, class_count = np.shape(scores)
    scores = np.asarray(scores)
    prior = fields.get("prior", np.full(class_count, 1 / class_count, np.float32))
    gaps = [
        gap_to_efficiency(np.asarray(values)[None], scores[video : video + 1], prior)[0]
        for video, values in enumerate(esv)
    ]
    values = {
        "value": esv,
        "scores": scores,
        "prior": prior,
        "class_idx": np.arange(class_count),
        "method": "exact",
        "score": "probability",
        "seed": None,
        "evaluations": np.zeros(count, np.int64),
        "efficiency_gap": np.reshape(gaps, (count, class_count)),
    }
    return Attribution(**{**values, **fields})


@contextmanager
def edited(path):
    """An HDF5 file opened to change it, and sealed again, as anybody can."""
    with h5py.File(path, "a") as file:
        yield file
        seal(file)
