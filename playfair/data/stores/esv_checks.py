"""Whether what an ESV file holds can be what was computed: finite numbers that add up.

For every video and class

    prior + sum over frames of ESV - score = efficiency gap

where the gap is stored with sampled values, and is 0 for exact ones.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from playfair.attribution.result import ROUNDING_TOLERANCE
from playfair.errors import InputError

_BYTES_AT_ONCE = 1 << 26


def check_values(
    path: str | Path,
    uid: Sequence[str] | np.ndarray,
    scores: np.ndarray,
    esv: np.ndarray,
    prior: np.ndarray,
    efficiency_gap: np.ndarray | None,
    attributes: Mapping[str, Any],
) -> None:
    """Check the values of V videos that were read from `path`, some videos at a time.

    Each of the n + 2 numbers of a sum may be off by `ROUNDING_TOLERANCE`, relative to scores and
    priors above 1. Sampled values without a stored gap need not add up.

    Args:
        uid: (V,). scores: (V, C). esv: (V, n, C). prior: (C,). efficiency_gap: (V, C), None where
            none is stored. attributes: of the file; its method says whether values are exact.

    Raises:
        InputError: that names the first video whose values are not finite or do not add up.
    """
    adds_up = efficiency_gap is not None or attributes.get("method") == "exact"
    gap = np.zeros_like(scores) if efficiency_gap is None else efficiency_gap
    videos = max(1, _BYTES_AT_ONCE // max(1, esv[:1].nbytes))
    for first in range(0, len(uid), videos):
        some = slice(first, first + videos)
        with np.errstate(invalid="ignore"):
            total = prior + esv[some].sum(axis=1, dtype=np.float64) - scores[some]
        # In a sum, what is not finite stays so.
        bad = np.argwhere(~np.isfinite(total))
        if len(bad):
            raise InputError(
                f"{path}: scores, ESVs or priors of {uid[first + bad[0, 0]]!r} are NaN or "
                "infinite: make it anew"
            )
        size = np.maximum(np.maximum(np.abs(scores[some]), np.abs(prior)), 1)
        off = np.abs(total - gap[some]) / (size * (esv.shape[1] + 2))
        bad = np.argwhere(~(off <= ROUNDING_TOLERANCE))
        if adds_up and len(bad):
            video, number = bad[0]
            raise InputError(
                f"{path}: the ESVs of {uid[first + video]!r} do not add up: prior + their sum - "
                f"score of class {number} is {total[video, number]:.3g}, expected "
                f"{gap[first + video, number]:.3g}; make it anew"
            )
