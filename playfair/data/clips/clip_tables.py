"""Lists of clips as CSV files, as people write them for their own videos."""

import os
import re
from pathlib import Path
from typing import NamedTuple

from playfair.data.clips.csv_tables import has_column, is_csv, read_csv_rows
from playfair.errors import InputError, quoted

SPLITS = ("train", "validation")
_LEFT_OUT = "test"


class Row(NamedTuple):
    """One clip of a CSV list: path is None, label "", where the file does not say."""

    number: int
    uid: str
    path: str | None
    label: str


def read_rows(path: str | Path, split: str | None = None, label_name: str = "label") -> list[Row]:
    """Read a CSV list of clips: columns uid or path (or both), label, and optionally split.

    Without a column uid, the uid is the name of the file in `path` without its extension, with "_"
    for every character but letters, digits, "_", "-" and ".". Other columns are ignored.

    Args:
        split: "train" or "validation": of a list with a column split, those rows only (which may
            hold "test" too: such rows belong to neither).
        label_name: the column of class names, which has to be there if it has another name.

    Raises:
        InputError: naming the file and the row (counted from 1, below the header) at fault.
    """
    table = read_csv_rows(path, [["uid"], ["path"]], "uid or path, label and perhaps split")
    label_name = label_name.lower()
    if label_name != "label" and table and label_name not in table[0]:
        raise InputError(
            f"{path} has no column {quoted(label_name)}, which label_name names: expected one of "
            f"{', '.join(table[0])}"
        )
    rows = []
    split_of: dict[str, str] = {}
    for number, cells in enumerate(table, start=1):
        if "split" in cells:
            _check_split(path, number, cells["split"])
        row = _row(path, number, cells, label_name)
        found = cells.get("split", split)
        if found in SPLITS and split_of.setdefault(row.uid, found) != found:
            raise InputError(
                f"{path}: row {number} has the uid {quoted(row.uid)}, which is in the other split "
                "as well: leave it in one"
            )
        if split in (None, found):
            rows.append(row)
    if split is not None and not rows:
        raise InputError(
            f"{path} has no row of the split {split!r} among its {len(table)}: add some, or give "
            f"each split a file of its own"
        )
    _check_files_differ(path, rows)
    return rows


def check_tells_splits(path: str | Path) -> None:
    """Check that a list that is given for both splits says which clip belongs to which.

    Raises:
        InputError: if it is no CSV or has no column split: all clips would be in both.
    """
    if not Path(path).is_file() or (is_csv(path) and has_column(path, "split")):
        return
    raise InputError(
        f"{path} is the list of both splits and has no column split: add it (CSV), or give each "
        "split a file of its own"
    )


def _row(path: str | Path, number: int, cells: dict[str, str], label_name: str) -> Row:
    place = cells.get("path", "")
    uid = cells["uid"] if "uid" in cells else re.sub(r"[^\w.-]", "_", Path(place).stem)
    if not uid:
        column = "uid" if "uid" in cells else "path"
        raise InputError(f"{path}: row {number} has no {column}: every clip needs one")
    too_long = max(map(len, map(os.fsencode, [*place.split("/"), ""]))) > 255 or len(place) > 2000
    if too_long or re.search(r"[\x00-\x1f\x7f]", place):
        raise InputError(
            f"{path}: row {number} has the path {quoted(place)}: expected no control characters, "
            "and no longer a name than file systems take"
        )
    return Row(number, uid, place or None, cells.get(label_name, ""))


def _check_split(path: str | Path, number: int, found: str) -> None:
    if found not in (*SPLITS, _LEFT_OUT):
        raise InputError(
            f"{path}: row {number} has the split {quoted(found)}: expected train or validation "
            f"(or {_LEFT_OUT}, which is left out)"
        )


def _check_files_differ(path: str | Path, rows: list[Row]) -> None:
    """Say of two files that come to one uid what the list lacks."""
    first: dict[str, Row] = {}
    for row in rows:
        other = first.setdefault(row.uid, row)
        if other is not row and row.path != other.path:
            raise InputError(
                f"{path}: {quoted(other.path or '')} and {quoted(row.path or '')} both come to "
                f"the uid {quoted(row.uid)}: give each its own in a column uid"
            )
