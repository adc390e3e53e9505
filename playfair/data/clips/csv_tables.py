"""CSV files that people write: one strict way to read them."""

import csv
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from io import StringIO
from pathlib import Path

from playfair.errors import InputError, printable

DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs"}
"""Spreadsheets separate by semicolons where the comma is in numbers."""
SUFFIXES = (".csv", ".tsv")
_HEADER_BYTES = 1 << 16
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


def is_csv(path: str | Path) -> bool:
    """Whether a path is that of a CSV file by its name."""
    return Path(path).suffix.lower() in SUFFIXES


def read_csv_rows(
    path: str | Path, needed: Sequence[Collection[str]], expected: str
) -> list[dict[str, str]]:
    """Read a CSV file with a header: its rows by column, cells as text without blanks.

    Its text is UTF-8, or UTF-16 with a byte-order mark; its cells are separated by whichever of
    `DELIMITERS` gives the columns that are needed, whose names may be in capitals. Lines without
    any text are no rows.

    Args:
        needed: sets of columns, of one of which the file has all. expected: these columns in words.

    Raises:
        InputError: naming the file, and the row (counted from 1, below the header) at fault.
    """
    path = Path(path)
    text = _read_text(path, expected)
    delimiter = next(
        (one for one in DELIMITERS if _has_one(_header(text, one), needed)),
        max(DELIMITERS, key=text.partition("\n")[0].count),
    )
    try:
        lines = list(_lines(text, delimiter))
    except csv.Error as error:
        raise InputError(f"{path} is not a CSV file ({error}): mend it") from error
    columns = _names(lines[0]) if lines else []
    if not _has_one(columns, needed) or len(set(columns)) < len(columns):
        found = printable(", ".join(columns))[:200] or "none"
        raise InputError(
            f"{path} has the columns {found}: expected {expected}, once each and separated by "
            "commas"
        )
    for number, line in enumerate(lines[1:], start=1):
        if len(line) != len(columns):
            raise InputError(
                f"{path}: row {number} has {len(line)} cells where the header has {len(columns)}: "
                f'put quotation marks (") around text with {DELIMITERS[delimiter]}'
            )
    return [dict(zip(columns, (cell.strip() for cell in line), strict=True)) for line in lines[1:]]


def has_column(path: str | Path, name: str) -> bool:
    """Whether the header of a CSV file, which exists, has a column."""
    with open(path, "rb") as file:
        text = _decoded(file.read(_HEADER_BYTES), errors="replace")
    return any(name in _header(text, delimiter) for delimiter in DELIMITERS)


def _read_text(path: Path, expected: str) -> str:
    if not path.is_file():
        raise InputError(f"{path} does not exist: expected a CSV file with the columns {expected}")
    try:
        return _decoded(path.read_bytes())
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is not a CSV file in UTF-8 ({error}): save it as such") from error
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror})") from error


def _decoded(content: bytes, errors: str = "strict") -> str:
    # Spreadsheets put a byte-order mark in front.
    return content.decode("utf-16" if content.startswith(_UTF_16) else "utf-8-sig", errors)


def _lines(text: str, delimiter: str) -> Iterator[list[str]]:
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    return (line for line in reader if any(map(str.strip, line)))


def _header(text: str, delimiter: str) -> list[str]:
    """The names of the columns, in small letters."""
    with suppress(csv.Error):
        return _names(next(_lines(text, delimiter), []))
    return []


def _names(cells: Sequence[str]) -> list[str]:
    return [cell.strip().lower() for cell in cells]


def _has_one(columns: Collection[str], needed: Sequence[Collection[str]]) -> bool:
    return any(set(names) <= set(columns) for names in needed)
