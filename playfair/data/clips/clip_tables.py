"""Lists of clips as CSV files, as people write them for their own videos."""

import csv
import re
from pathlib import Path
from typing import NamedTuple

from playfair.errors import InputError

SPLITS = ("train", "validation")
_LEFT_OUT = "test"


class Row(NamedTuple):
    """One clip of a CSV list: path is None, label "", where the file does not say."""

    number: int
    uid: str
    path: str | None
    label: str


def read_rows(path: str | Path, split: str | None = None) -> list[Row]:
    """Read a CSV list of clips: columns uid or path (or both), label, and optionally split.

    Without a column uid, the uid is the name of the file in `path` without its extension, with "_"
    for every character but letters, digits, "_", "-" and ".". Other columns are ignored.

    Args:
        split: "train" or "validation": of a list with a column split, those rows only (which may
            hold "test" too: such rows belong to neither).

    Raises:
        InputError: naming the file and the row (counted from 1, below the header) at fault.
    """
    table = _read(Path(path))
    rows = []
    for number, cells in enumerate(table, start=1):
        if "split" in cells:
            _check_split(path, number, cells["split"])
            if split is not None and cells["split"] != split:
                continue
        rows.append(_row(path, number, cells))
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
    path = Path(path)
    if path.suffix.lower() == ".csv" and path.is_file():
        with open(path, newline="", encoding="utf-8-sig", errors="replace") as file:
            if "split" in map(str.strip, next(csv.reader(file), [])):
                return
    elif not path.is_file():
        return
    raise InputError(
        f"{path} is the list of both splits and has no column split: add it (CSV), or give each "
        "split a file of its own"
    )


def _read(path: Path) -> list[dict[str, str]]:
    if not path.is_file():
        raise InputError(f"{path} does not exist: expected a CSV list of clips")
    # Spreadsheets put a byte-order mark in front.
    with open(path, newline="", encoding="utf-8-sig") as file:
        try:
            lines = [line for line in csv.reader(file, strict=True) if any(map(str.strip, line))]
        except (csv.Error, UnicodeDecodeError) as error:
            raise InputError(f"{path} is not a CSV file in UTF-8 ({error}): mend it") from error
    columns = [name.strip() for name in lines[0]] if lines else []
    if not {"uid", "path"} & set(columns) or len(set(columns)) < len(columns):
        raise InputError(
            f"{path} has the columns {', '.join(columns) or 'none'}: expected uid or path, label "
            "and perhaps split, once each and separated by commas"
        )
    for number, line in enumerate(lines[1:], start=1):
        if len(line) != len(columns):
            raise InputError(
                f"{path}: row {number} has {len(line)} cells where the header has {len(columns)}: "
                'put quotation marks (") around text with commas'
            )
    return [dict(zip(columns, (cell.strip() for cell in line), strict=True)) for line in lines[1:]]


def _row(path: str | Path, number: int, cells: dict[str, str]) -> Row:
    place = cells.get("path", "")
    uid = cells["uid"] if "uid" in cells else re.sub(r"[^\w.-]", "_", Path(place).stem)
    if not uid:
        column = "uid" if "uid" in cells else "path"
        raise InputError(f"{path}: row {number} has no {column}: every clip needs one")
    return Row(number, uid, place or None, cells.get("label", ""))


def _check_split(path: str | Path, number: int, found: str) -> None:
    if found not in (*SPLITS, _LEFT_OUT):
        raise InputError(
            f"{path}: row {number} has the split {found!r}: expected train or validation "
            f"(or {_LEFT_OUT}, which is left out)"
        )


def _check_files_differ(path: str | Path, rows: list[Row]) -> None:
    """Say of two files that come to one uid what the list lacks."""
    first: dict[str, Row] = {}
    for row in rows:
        other = first.setdefault(row.uid, row)
        if other is not row and row.path != other.path:
            raise InputError(
                f"{path}: {other.path!r} and {row.path!r} both come to the uid {row.uid!r}: "
                "give each its own in a column uid"
            )
