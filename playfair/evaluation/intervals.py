"""95 % intervals: of a proportion (Wilson) and of a mean."""

import numpy as np
from numpy.typing import ArrayLike

STANDARD_NORMAL_95 = 1.959963984540054


def wilson_interval(
    successes: ArrayLike, trials: ArrayLike, quantile: float = STANDARD_NORMAL_95
) -> tuple[np.ndarray, np.ndarray]:
    """Confidence interval of a proportion after Wilson.

    With p = successes / trials, t = trials and z = quantile:

        (p + z²/2t ± z sqrt(p (1 - p) / t + z²/4t²)) / (1 + z²/t)

    It stays within 0..1 and is sensible for few trials and for proportions near 0 and 1.

    Args:
        successes, trials: counts, of one shape (or broadcastable to one).
        quantile: of the standard normal distribution; the default gives 95 %.

    Returns:
        Lower and upper ends; NaN where there are no trials.

    Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference",
    JASA 22 (1927).
    """
    trials = np.asarray(trials, dtype=np.float64)
    possible = np.where(trials > 0, trials, np.nan)
    share = np.asarray(successes, dtype=np.float64) / possible
    square = quantile**2 / possible
    centre = (share + square / 2) / (1 + square)
    spread = np.sqrt(share * (1 - share) / possible + square / (4 * possible))
    half_width = quantile * spread / (1 + square)
    # Rounding may leave the ends a few 1e-17 outside the range that proportions have.
    return np.clip(centre - half_width, 0, 1), np.clip(centre + half_width, 0, 1)


def mean_interval(
    values: ArrayLike, axis: int = 0, quantile: float = STANDARD_NORMAL_95
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mean and its confidence interval, mean ± quantile * standard deviation / sqrt(count).

    NaN entries are left out. The interval is NaN where fewer than two values remain, and the mean
    where none does.

    Returns:
        mean, lower and upper end, each with the shape of `values` without `axis`.
    """
    values = np.asarray(values, dtype=np.float64)
    present = ~np.isnan(values)
    count = present.sum(axis=axis)
    total = np.where(present, values, 0.0).sum(axis=axis)
    mean = total / np.where(count > 0, count, np.nan)
    deviation = np.where(present, values - np.expand_dims(mean, axis), 0.0)
    variance = (deviation**2).sum(axis=axis) / np.where(count > 1, count - 1, np.nan)
    half_width = quantile * np.sqrt(variance / np.where(count > 0, count, np.nan))
    return mean, mean - half_width, mean + half_width
