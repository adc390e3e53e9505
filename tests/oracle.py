"""The definitions, written out: slow, in float64, and sharing no code with `playfair`."""

from collections.abc import Callable, Sequence
from functools import cache
from itertools import combinations
from math import factorial

import numpy as np

Worth = Callable[[tuple[int, ...]], np.ndarray]
"""The worth (C,) of a subset of frames, given in ascending order."""


def softmax(logits: np.ndarray) -> np.ndarray:
    exponentials = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return exponentials / exponentials.sum(axis=-1, keepdims=True)


def shapley_values(worth: Worth, n_frames: int) -> np.ndarray:
    """(n, C): the weighted mean of what each frame adds to the subsets without it."""
    worth = cache(worth)
    esv = []
    for frame in range(n_frames):
        others = [other for other in range(n_frames) if other != frame]
        total = np.zeros_like(worth(()))
        for size in range(n_frames):
            weight = factorial(size) * factorial(n_frames - size - 1) / factorial(n_frames)
            for subset in combinations(others, size):
                joined = tuple(sorted((*subset, frame)))
                total = total + weight * (worth(joined) - worth(subset))
        esv.append(total)
    return np.array(esv)


def multi_scale_logits(
    models: Sequence[Callable[[np.ndarray], np.ndarray]],
    elements: np.ndarray,
    subset: tuple[int, ...],
) -> np.ndarray:
    """(C,): the mean over scales of the mean over sub-subsets of the single-scale logits."""
    means = []
    for scale in range(1, min(len(subset), len(models)) + 1):
        parts = combinations(subset, scale)
        means.append(np.mean([models[scale - 1](elements[list(part)]) for part in parts], axis=0))
    return np.mean(means, axis=0)


def interaction_index(worth: Worth, n_frames: int) -> np.ndarray:
    """(n, n, C): the pairwise Shapley interaction index, zero on the diagonal."""
    worth = cache(worth)
    index = np.zeros((n_frames, n_frames, len(worth(()))))
    for first, second in combinations(range(n_frames), 2):
        others = [frame for frame in range(n_frames) if frame not in (first, second)]
        for size in range(n_frames - 1):
            weight = factorial(size) * factorial(n_frames - size - 2) / factorial(n_frames - 1)
            for subset in combinations(others, size):
                both = worth(tuple(sorted((*subset, first, second))))
                one = worth(tuple(sorted((*subset, first))))
                other = worth(tuple(sorted((*subset, second))))
                index[first, second] += weight * (both - one - other + worth(subset))
        index[second, first] = index[first, second]
    return index
