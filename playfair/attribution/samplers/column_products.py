"""Columns of numbers, one for each video and class, and their matrix products."""

import numpy as np
import torch
from numpy.typing import NDArray

Columns = NDArray[np.floating]
"""Scores, logits or ESVs (..., X), one column for each video and class."""


def product(left: np.ndarray, right: np.ndarray) -> Columns:
    """Matrix product by torch: the threads of numpy's own pool would fight with those of torch."""
    return (torch.from_numpy(left) @ torch.from_numpy(right)).numpy()
