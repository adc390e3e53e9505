"""CSV files that people write: one strict way to read them."""

import csv
from collections.abc import Sequence
from pathlib import Path

from playfair.errors import InputError, printable


def read_csv_rows(
    path: str | Path, needed: Sequence[Sequence[str]], expected: str
) -> list[dict[str, str]]:
    """Read a CSV file in UTF-8 with a header: its rows by column, cells as text without blanks.

    Lines without any text are no rows.

    Args:
        needed: sets of columns, of one of which the file has all. expected: these columns in words.

    Raises:
        InputError: naming the file, and the row (counted from 1, below the header) at fault.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(f"{path} does not exist: expected a CSV file with the columns {expected}")
    try:
        # Spreadsheets put a byte-order mark in front.
        with open(path, newline="", encoding="utf-8-sig") as file:
            lines = [line for line in csv.reader(file, strict=True) if any(map(str.strip, line))]
    except (csv.Error, UnicodeDecodeError) as error:
        raise InputError(f"{path} is not a CSV file in UTF-8 ({error}): mend it") from error
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror})") from error
    columns = [name.strip() for name in lines[0]] if lines else []
    is_complete = any(set(names) <= set(columns) for names in needed)
    if not is_complete or len(set(columns)) < len(columns):
        found = printable(", ".join(columns))[:200] or "none"
        raise InputError(
            f"{path} has the columns {found}: expected {expected}, once each and separated by "
            "commas"
        )
    for number, line in enumerate(lines[1:], start=1):
        if len(line) != len(columns):
            raise InputError(
                f"{path}: row {number} has {len(line)} cells where the header has {len(columns)}: "
                'put quotation marks (") around text with commas'
            )
    return [dict(zip(columns, (cell.strip() for cell in line), strict=True)) for line in lines[1:]]
