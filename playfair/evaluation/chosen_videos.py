"""Videos drawn by seed, for studies that take too long for all."""

import numpy as np


def chosen_videos(count: int, most: int, seed: int) -> np.ndarray:
    """At most so many of `count` videos, drawn by seed: their places, ascending."""
    return np.sort(np.random.default_rng(seed).permutation(count)[:most])
