"""95 % intervals: of a proportion (Wilson), of a mean, and by bootstrap over clips."""

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


def bootstrap_interval(
    values: np.ndarray, seed: int = 0, draws: int = 1000
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mean over clips and its 95 % percentile bootstrap interval: (V, ...) -> three of (...).

    Clips are drawn with replacement, the same for all columns, so that differences of columns are
    paired. Clips with NaN in a column are left out of its mean; all three are NaN where none is
    left.
    """
    values = np.asarray(values, dtype=np.float64)
    count, shape = len(values), values.shape[1:]
    flat = values.reshape(count, -1) if count else np.zeros((0, int(np.prod(shape))))
    some = (~np.isnan(flat)).any(axis=0)
    mean, low, high = (np.full(flat.shape[1], np.nan) for _ in range(3))
    if some.any():
        known = ~np.isnan(flat[:, some])
        columns = np.hstack([np.where(known, flat[:, some], 0.0), known.astype(np.float64)])
        generator = np.random.default_rng(seed)
        drawn = []
        for first in range(0, draws, _DRAWS_AT_ONCE):
            size = min(_DRAWS_AT_ONCE, draws - first)
            weights = generator.multinomial(count, np.full(count, 1 / count), size=size)
            drawn.append(weights @ columns)
        mean[some] = _means(columns.sum(axis=0))
        # A draw may have none of the few clips that a column has.
        low[some], high[some] = np.nanpercentile(_means(np.vstack(drawn)), [2.5, 97.5], axis=0)
    return mean.reshape(shape), low.reshape(shape), high.reshape(shape)


_DRAWS_AT_ONCE = 100


def _means(sums: np.ndarray) -> np.ndarray:
    """Sums and counts (..., 2 K) -> means (..., K), NaN without a count."""
    total, count = np.split(sums, 2, axis=-1)
    mean: np.ndarray = total / np.where(count > 0, count, np.nan)
    return mean
