"""Ground truth: in which frames of a clip the evidence for its class lies."""

from pathlib import Path

import numpy as np
import pandas as pd

from playfair.errors import InputError

COLUMNS = ("uid", "first_frame", "last_frame")


def read_ground_truth(path: str | Path, rate: float = 1.0) -> pd.DataFrame:
    """Read a CSV with columns uid (str), first_frame and last_frame (both inclusive).

    Args:
        rate: frames gulped per frame that the CSV counts. Frame k of the result is inside if its
            middle, at k + 1/2, lies in the interval; an interval keeps at least one frame.

    Raises:
        InputError: if a column is missing or an interval is empty.
    """
    table = pd.read_csv(path, dtype={"uid": str})
    missing = [column for column in COLUMNS if column not in table.columns]
    if missing:
        raise InputError(f"{path} has no column {missing[0]!r}: expected {', '.join(COLUMNS)}")
    empty = table[table["last_frame"] < table["first_frame"]]
    if len(empty):
        raise InputError(
            f"{path}: the interval of {empty['uid'].iloc[0]!r} ends before it begins "
            f"({len(empty)} such rows): expected first_frame <= last_frame"
        )
    first = np.ceil(table["first_frame"] * rate - 0.5).astype(np.int64)
    last = np.ceil((table["last_frame"] + 1) * rate - 0.5).astype(np.int64) - 1
    return table.assign(first_frame=first, last_frame=np.maximum(first, last))
