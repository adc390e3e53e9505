"""Values of frames that people bring, from whatever source, as a CSV file."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from playfair.data.clips.csv_tables import read_csv_rows
from playfair.errors import InputError, quoted

COLUMNS = ("uid", "n_frames", "element", "value")


def read_value_table(
    path: str | Path, uid: Sequence[str] | np.ndarray, n_frames: int
) -> np.ndarray:
    """The values (V, n) float64 of videos at `n_frames` frames; NaN where the file has none.

    The CSV has a row per frame: uid, n_frames, element (from 0, in the order of time) and value.
    Rows of other videos, or of other numbers of frames, are passed over.

    Raises:
        InputError: naming the file and the row or video at fault, if numbers are none, an element
            is none of n_frames, is given twice, or is missing where others of its video are there.
    """
    place = {one: number for number, one in enumerate(uid)}
    values = np.full((len(uid), n_frames), np.nan)
    for number, cells in enumerate(read_csv_rows(path, [COLUMNS], ", ".join(COLUMNS)), start=1):
        count, element, value = _numbers(path, number, cells)
        video = place.get(cells["uid"])
        if count != n_frames or video is None:
            continue
        if not np.isnan(values[video, element]):
            raise InputError(
                f"{path}: row {number} gives element {element} of {quoted(cells['uid'])} at "
                f"{n_frames} frames once more: give one value for each"
            )
        values[video, element] = value
    missing = np.isnan(values)
    partly = missing.any(axis=1) & ~missing.all(axis=1)
    if partly.any():
        video = int(partly.argmax())
        raise InputError(
            f"{path} has no value of element {int(missing[video].argmax())} of "
            f"{quoted(str(uid[video]))} at {n_frames} frames: give one for each, or none"
        )
    return values


def _numbers(path: str | Path, number: int, cells: dict[str, str]) -> tuple[int, int, float]:
    try:
        count, element, value = int(cells["n_frames"]), int(cells["element"]), float(cells["value"])
    except ValueError:
        said = ", ".join(quoted(cells[column]) for column in COLUMNS[1:])
        raise InputError(
            f"{path}: row {number} has {said} as {', '.join(COLUMNS[1:])}: expected two whole "
            "numbers and a number"
        ) from None
    if not 0 <= element < count or not np.isfinite(value):
        raise InputError(
            f"{path}: row {number} gives element {element} of {count} the value {value}: expected "
            "elements from 0 to n_frames - 1 and finite values"
        )
    return count, element, value
