"""Columns of numbers, one for each video and class, and their matrix products."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from torch import Tensor

Columns = NDArray[np.floating]
"""Scores, logits or ESVs (..., X), one column for each video and class."""

ALIGNMENT = 64
"""Bytes; where torch lets its own memory begin."""


def product(left: np.ndarray, right: np.ndarray) -> Columns:
    """Matrix product by torch: the threads of numpy's own pool would fight with those of torch."""
    return (_aligned(left) @ _aligned(right)).numpy()


def _aligned(values: np.ndarray) -> "Tensor":
    """As a tensor, copied if need be: the last bits of a product may depend on where operands lie,
    and numpy's memory lies elsewhere in every process.
    """
    # Here, since the configuration reads the options of samplers, and should not wait for torch.
    import torch

    tensor = torch.from_numpy(values)
    return tensor.clone() if tensor.data_ptr() % ALIGNMENT else tensor
