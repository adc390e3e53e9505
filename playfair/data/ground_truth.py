"""Ground truth: in which frames of a clip the evidence for its class lies."""

from pathlib import Path

import pandas as pd

from playfair.errors import InputError

COLUMNS = ("uid", "first_frame", "last_frame")


def read_ground_truth(path: str | Path) -> pd.DataFrame:
    """Read a CSV with columns uid (str), first_frame and last_frame (both inclusive, gulped rate).

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
    return table
