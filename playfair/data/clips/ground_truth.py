"""Ground truth: in which frames of a clip the evidence for its class lies."""

from pathlib import Path

import numpy as np
import pandas as pd

from playfair.data.clips.csv_tables import read_csv_rows
from playfair.errors import InputError, quoted

COLUMNS = ("uid", "first_frame", "last_frame")
MOST_DIGITS = 9


def read_ground_truth(path: str | Path, rate: float = 1.0) -> pd.DataFrame:
    """Read a CSV with columns uid (str), first_frame and last_frame (both inclusive).

    Args:
        rate: frames gulped per frame that the CSV counts. Frame k of the result is inside if its
            middle, at k + 1/2, lies in the interval; an interval keeps at least one frame.

    Raises:
        InputError: if the file is no such CSV, a frame is no whole number from 0, or an interval is
            empty.
    """
    rows = []
    for number, cells in enumerate(read_csv_rows(path, [COLUMNS], ", ".join(COLUMNS)), start=1):
        uid, *texts = (cells[column] for column in COLUMNS)
        for column, text in zip(COLUMNS[1:], texts, strict=True):
            if not (text.isascii() and text.isdecimal()) or len(text) > MOST_DIGITS:
                raise InputError(
                    f"{path}: row {number} has the {column} {quoted(text)}: expected a whole "
                    "number from 0"
                )
        first, last = map(int, texts)
        if last < first:
            raise InputError(
                f"{path}: the interval of {quoted(uid)} in row {number} ends before it begins: "
                "expected first_frame <= last_frame"
            )
        rows.append((uid, first, last))
    table = pd.DataFrame(rows, columns=list(COLUMNS)).astype({"uid": object})
    begins = np.ceil(table["first_frame"].to_numpy(np.float64) * rate - 0.5).astype(np.int64)
    ends = np.ceil((table["last_frame"].to_numpy(np.float64) + 1) * rate - 0.5).astype(np.int64) - 1
    return table.assign(first_frame=begins, last_frame=np.maximum(begins, ends))
