"""How far sampled ESVs are from a reference: exact values, or a run with a far larger budget."""

import numpy as np


def relative_error(esv: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """Mean absolute error over the mean absolute reference value, per video.

        error(v) = mean |esv(v) - reference(v)| / mean |reference(v)|

    Args:
        esv, reference: (V, n) or (V, n, C), of one shape; the means are over frames and classes.

    Returns:
        (V,) float64; NaN where the reference is 0 throughout.
    """
    axes = tuple(range(1, esv.ndim))
    size = np.abs(reference).mean(axis=axes, dtype=np.float64)
    difference = np.abs(esv.astype(np.float64) - reference).mean(axis=axes)
    error: np.ndarray = difference / np.where(size > 0, size, np.nan)
    return error


def correlation(esv: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """Pearson's correlation with the reference over frames and classes, per video.

    Args:
        esv, reference: (V, n) or (V, n, C), of one shape.

    Returns:
        (V,) float64 within -1..1; NaN where either is constant.
    """
    first, second = (
        values.reshape(len(values), -1).astype(np.float64) for values in (esv, reference)
    )
    first = first - first.mean(axis=1, keepdims=True)
    second = second - second.mean(axis=1, keepdims=True)
    size = np.sqrt((first**2).sum(axis=1) * (second**2).sum(axis=1))
    correlation: np.ndarray = (first * second).sum(axis=1) / np.where(size > 0, size, np.nan)
    return correlation
