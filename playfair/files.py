"""Files and directories that appear whole or not at all, and the hashes that identify them."""

import csv
import errno
import glob
import hashlib
import json
import os
import shutil
import socket
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from playfair.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

CONTENTS = ".contents.json"
"""In a directory: the list of its files, {"files": {name: size in bytes}, ...}."""

_unfinished: set[Path] = set()
NAMES = ("uid", "model", "class", "class_name", "rival_class_name")
"""Columns of tables that hold names."""


@contextmanager
def written_whole(path: str | Path) -> Iterator[Path]:
    """Yield a temporary path beside `path`, renamed to `path` only if the block succeeds.

    The block may create a file or a directory there. On an error nothing is left behind and what
    stood at `path` before is untouched. The temporary name keeps the suffix, because libraries
    choose a format by it. What a killed process of this machine left behind is removed.

    Raises:
        InputError: if the disk is full, or there can be no such file.
    """
    path = Path(path)
    temporary = path.with_name(f"{_partial_prefix(path)}{os.getpid()}.partial{path.suffix}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _remove_abandoned(path)
        _remove(temporary)
        _unfinished.add(temporary)
        yield temporary
        if temporary.is_dir() and path.is_dir():
            shutil.rmtree(path)
        os.replace(temporary, path)
    except Exception as error:
        if isinstance(error, InputError):
            raise
        if _is_disk_full(error):
            raise InputError(
                f"no space is left in {path.parent} to write {path.name}: make space on that disk, "
                "or in its quota, and run again"
            ) from error
        if isinstance(error, OSError) and _is_about(error, path, temporary):
            raise InputError(
                f"{path} cannot be written ({error.strerror}): choose another name or directory"
            ) from error
        raise
    finally:
        with suppress(OSError):
            _remove(temporary)
        _unfinished.discard(temporary)


def remove_unfinished() -> None:
    """Remove what this process is writing, whose end is not waited for; then it has to end."""
    for path in list(_unfinished):
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def _partial_prefix(path: Path) -> str:
    return f".{path.stem}.{socket.gethostname()}-"


def _remove_abandoned(path: Path) -> None:
    """Remove what processes of this machine that live no more left of `path`."""
    if ".partial" in path.parent.name:
        # Within a directory that is being written, which may hold very many files.
        return
    prefix = _partial_prefix(path)
    for left in path.parent.glob(f"{glob.escape(prefix)}*.partial{glob.escape(path.suffix)}"):
        process = left.name.removeprefix(prefix).split(".")[0]
        if process.isdecimal() and not _is_alive(int(process)):
            _remove(left)


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def _is_about(error: OSError, path: Path, temporary: Path) -> bool:
    """Whether an error is about a file that is being written, or its directories."""
    if error.filename is None:
        return str(temporary) in str(error)
    return error.filename in map(str, (temporary, path, *path.parents))


def _is_disk_full(error: BaseException | None) -> bool:
    """Whether an error comes from a full disk or quota; HDF5 says so in its message only."""
    numbers = (errno.ENOSPC, errno.EDQUOT)
    while error is not None:
        if getattr(error, "errno", None) in numbers:
            return True
        if any(os.strerror(number) in str(error) for number in numbers):
            return True
        error = error.__cause__ or error.__context__
    return False


def write_contents(directory: str | Path, **about: Any) -> None:
    """Write the list of a directory's files into it, the last of what is written there.

    Args:
        about: what the list shall say besides (JSON values).
    """
    sizes = {entry.name: entry.stat().st_size for entry in os.scandir(directory)}
    contents = {"files": dict(sorted(sizes.items())), **about}
    Path(directory, CONTENTS).write_text(json.dumps(contents, indent=0))


def read_contents(directory: str | Path) -> dict[str, Any] | None:
    """What the list of a directory's files says; None where there is none.

    Raises:
        InputError: if it is no such list.
    """
    path = Path(directory, CONTENTS)
    if not path.is_file():
        return None
    try:
        contents: dict[str, Any] = json.loads(path.read_bytes())
        contents["files"] = {str(name): int(size) for name, size in contents["files"].items()}
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise InputError(f"{path} cannot be read ({error})") from error
    return contents


def lost_files(directory: str | Path) -> list[str]:
    """What is wrong with the files of a directory, by its list of them: a phrase for each."""
    try:
        contents = read_contents(directory)
    except InputError as error:
        return [str(error)]
    if contents is None:
        return []
    found = {entry.name: entry.stat().st_size for entry in os.scandir(directory)}
    wrong = []
    for name, size in contents["files"].items():
        path = Path(directory, name)
        if name not in found:
            wrong.append(f"{path} is missing")
        elif found[name] != size:
            wrong.append(f"{path} has {found[name]} bytes, {size} were written")
    return wrong


def write_rows(path: str | Path, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write a CSV table, whole or not at all; without pandas, whose import takes half a second."""
    text = StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    _write_table(path, text.getvalue())


def write_csv(table: "pd.DataFrame", path: str | Path) -> None:
    """Write a table without its index, whole or not at all."""
    _write_table(path, table.to_csv(index=False))


def _write_table(path: str | Path, text: str) -> None:
    # Spreadsheets take UTF-8 for what it is by a byte-order mark alone; ASCII needs none.
    encoding = "utf-8" if text.isascii() else "utf-8-sig"
    with written_whole(path) as temporary:
        temporary.write_bytes(text.encode(encoding))


def read_csv(path: str | Path) -> "pd.DataFrame":
    """Read a table as :func:`write_csv` wrote it: names stay text, even "NA" and "007"."""
    import pandas as pd  # takes half a second, which most users of this module can do without

    return pd.read_csv(path, dtype=dict.fromkeys(NAMES, str), keep_default_na=False, na_values=[""])


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def below(directory: str | Path, path: str | Path) -> Path:
    """A path that a list gives, relative to a directory, in which it must lie.

    Raises:
        InputError: if it leads out of the directory. Links in the directory are the user's own.
    """
    place = Path(directory, path)
    # Not resolved: that would follow the links.
    here = Path.cwd()
    absolute, above = (os.path.normpath(here / one) for one in (place, directory))
    if absolute != above and not absolute.startswith(above.rstrip(os.sep) + os.sep):
        raise InputError(
            f"the path {str(path)!r} in a list leads out of {directory}: give the data set a "
            "directory in which all of its files lie"
        )
    return place


def is_hdf5(path: str | Path) -> bool:
    """Whether a path is that of an HDF5 file by its name."""
    return Path(path).suffix in (".h5", ".hdf5")


def file_hash(path: str | Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
