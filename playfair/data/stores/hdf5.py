"""The one way by which HDF5 files are opened for reading: what lies outside of them stays outside.

A file may come from anybody. Nothing of it is read before every object in it has been looked at:
its data lie in the file itself (no external storage, no links to other files, no virtual data),
they are there (every chunk that the shape declares), with filters that this installation has,
the columns that playfair knows have the types and shapes of `playfair.data.stores.layout`, and the
seal is whole, if it has one. Numbers are compared with their checksums as they are read.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from h5py import h5a, h5d, h5g, h5l, h5o, h5t, h5z

from playfair.data.stores.heaps import has_endless_heap
from playfair.data.stores.layout import check_layout
from playfair.data.stores.seal import SEAL, is_intact
from playfair.errors import InputError

MOST_COMPRESSED = 100
"""How many times larger than what is stored compressed data may be, beyond SMALL bytes."""
SMALL = 1 << 26
MOST_ATTRIBUTE_BYTES = 1 << 24
AGAIN = "delete it and run the workflow again"
_CHECKSUMS_AND_ORDERS = (h5z.FILTER_FLETCHER32, h5z.FILTER_SHUFFLE)
"""Filters that leave data as large as they are."""

_SEEN: set[tuple[str | int, ...]] = set()
"""Files that this process has looked through; gathering opens every shard for every block."""

_NUMBERS_AND_TEXT = (h5t.INTEGER, h5t.FLOAT, h5t.STRING, h5t.ENUM)
_KINDS = {
    h5t.BITFIELD: "bit field",
    h5t.COMPOUND: "compound",
    h5t.OPAQUE: "opaque",
    h5t.REFERENCE: "reference",
    h5t.TIME: "time",
    h5t.VLEN: "variable-length",
    h5t.ARRAY: "array",
}


def open_hdf5(
    path: str | Path, expected: str, remedy: str = AGAIN, foreign: bool = False
) -> h5py.File:
    """Open a file for reading.

    Args:
        expected: what it should be, with its article. remedy: what to do where it is damaged.
        foreign: its columns may be any of numbers, texts, and lists of numbers.

    Raises:
        InputError: if it is missing, damaged, held by another program, reaches for other files,
            declares what it does not hold, or has columns of other types and shapes than ours.
    """
    path = Path(path)
    if not path.is_file():
        found = "is not a file" if path.exists() else "does not exist"
        raise InputError(f"{path} {found}: expected {expected} (HDF5)")
    try:
        file = h5py.File(path, "r")
    except PermissionError as error:
        raise InputError(
            f"{path} may not be read (permission denied): give yourself the right to"
        ) from error
    except BlockingIOError as error:
        raise InputError(
            f"{path} is open for writing in another program: close it there and run again"
        ) from error
    except OSError as error:
        raise InputError(f"{path} is not a readable HDF5 file ({error}): {remedy}") from error
    about = path.stat()
    seen = (str(path), about.st_dev, about.st_ino, about.st_size, about.st_mtime_ns, foreign)
    if seen in _SEEN:
        return file
    try:
        arrays = _check_contained(path, file, foreign)
        if has_endless_heap(path, file, arrays):
            raise InputError(f"{path} is damaged (in a heap of texts): {remedy}")
        if not foreign:
            check_layout(path, file)
        if not is_intact(file):
            raise InputError(
                f"{path} is damaged (its names, texts and attributes are not those whose hash it "
                f"states): {remedy}, or, if you changed it yourself, remove its attribute {SEAL!r}"
            )
    except InputError:
        file.close()
        raise
    except (RuntimeError, OSError, KeyError, ValueError, TypeError) as error:
        # h5py says so of objects whose descriptions are damaged.
        file.close()
        raise InputError(f"{path} is damaged ({error}): {remedy}") from error
    _SEEN.add(seen)
    return file


def read_values(column: h5py.Dataset, rows: Any = slice(None), remedy: str = AGAIN) -> np.ndarray:
    """Rows of a column, all of them by default; text as it is stored, see `read_text`.

    Raises:
        InputError: if they are not what was written, by their checksums.
    """
    try:
        return np.asarray(column[rows])
    except (OSError, RuntimeError) as error:
        raise _damaged(column, error, remedy) from error


def read_offsets(group: h5py.Group, rows: int, remedy: str = AGAIN) -> np.ndarray:
    """The column offsets (V + 1,) as int64: video v is the rows offsets[v]:offsets[v + 1].

    Raises:
        InputError: if they do not lead from 0 to the number of rows, ascending.
    """
    column = group["offsets"]
    stored = read_values(column, remedy=remedy)
    # Numbers without a sign may not fit.
    offsets = stored.astype(np.int64)
    whole = (offsets == stored).all() and (offsets[0], offsets[-1]) == (0, rows)
    if not (whole and (np.diff(offsets) >= 0).all()):
        raise InputError(
            f"{column.file.filename}: its offsets do not lead from 0 to {rows}, the number of rows "
            f"of its frames, ascending: {remedy}"
        )
    return offsets


def read_text(column: h5py.Dataset, remedy: str = AGAIN) -> np.ndarray:
    """A column of text, (V,) as str.

    Raises:
        InputError: if it is not UTF-8.
    """
    try:
        return np.asarray(column.asstr()[:]).astype(object)
    except (OSError, RuntimeError) as error:
        raise _damaged(column, error, remedy) from error
    except UnicodeDecodeError as error:
        raise InputError(
            f"{column.file.filename}: {column.name} is not text in UTF-8 ({error.reason})"
        ) from error


def read_attributes(item: h5py.File | h5py.Group) -> dict[str, Any]:
    """What a file, or a group of it, says of itself, without the seal."""
    return {name: value for name, value in item.attrs.items() if name != SEAL}


def _damaged(column: h5py.Dataset, error: Exception, remedy: str) -> InputError:
    return InputError(f"{column.file.filename} is damaged (in {column.name}: {error}): {remedy}")


def _check_contained(path: Path, file: h5py.File, with_lists: bool) -> list[h5d.DatasetID]:
    """Refuse a file that reaches for others, or declares more than it holds; its arrays."""
    arrays = []
    for name, found in _objects(path, file):
        where = f"{path}: {name or '/'}"
        for number in range(h5a.get_num_attrs(found)):
            _check_attribute(where, h5a.open(found, index=number))
        if isinstance(found, h5d.DatasetID):
            _check_dataset(where, found, with_lists)
            arrays.append(found)
    return arrays


def _objects(path: Path, file: h5py.File) -> Iterator[tuple[str, h5g.GroupID | h5d.DatasetID]]:
    """Every group and data set with its name; only links within the file are followed.

    A soft link is not: its target is in the file and has a link of its own, or there is none.
    """
    waiting: list[tuple[str, h5g.GroupID]] = [("", file.id)]
    seen = {h5o.get_info(file.id).addr}
    yield "", file.id
    while waiting:
        parent, group = waiting.pop()
        for link in group:
            name = f"{parent}/{link.decode('utf-8', errors='replace')}"
            kind = group.links.get_info(link).type
            if kind == h5l.TYPE_SOFT:
                continue
            if kind != h5l.TYPE_HARD:
                raise InputError(
                    f"{path}: {name} is a link to another file: copy the data into this one "
                    "(h5py's copy with expand_external=True)"
                )
            found = h5o.open(group, link)
            address = h5o.get_info(found).addr
            if address in seen:
                continue
            seen.add(address)
            if isinstance(found, h5g.GroupID):
                waiting.append((name, found))
            if isinstance(found, h5g.GroupID | h5d.DatasetID):
                yield name, found


def _check_dataset(where: str, dataset: h5d.DatasetID, with_lists: bool) -> None:
    created = dataset.get_create_plist()
    if created.get_external_count():
        raise InputError(f"{where} keeps its data in another file: write them into this one")
    if created.get_layout() == h5d.VIRTUAL:
        raise InputError(
            f"{where} is a virtual data set, of data in other files: write them into this one"
        )
    _check_type(where, dataset.get_type(), with_lists)
    filters = [created.get_filter(number) for number in range(created.get_nfilters())]
    is_packed = any(code not in _CHECKSUMS_AND_ORDERS for code, *_ in filters)
    for code, _, _, name in filters:
        if not h5z.filter_avail(code):
            said = name.decode("utf-8", errors="replace") or f"number {code}"
            raise InputError(
                f"{where} is compressed by a filter that is not installed ({said}): write it with "
                "gzip or without a filter"
            )
    declared = dataset.get_space().get_simple_extent_npoints() * dataset.get_type().get_size()
    stored = dataset.get_storage_size()
    if declared > (max(SMALL, MOST_COMPRESSED * stored) if is_packed and stored else stored):
        raise InputError(
            f"{where} declares {declared} bytes of data, shape {dataset.shape}, of which {stored} "
            "are stored: write the file again, with all of its data"
        )


def _check_attribute(where: str, attribute: h5a.AttrID) -> None:
    where = f"{where}, attribute {attribute.name.decode('utf-8', errors='replace')}"
    _check_type(where, attribute.get_type())
    size = attribute.get_space().get_simple_extent_npoints() * attribute.get_type().get_size()
    if size > MOST_ATTRIBUTE_BYTES:
        raise InputError(f"{where} is too large: expected at most {MOST_ATTRIBUTE_BYTES} bytes")


def _check_type(where: str, found: h5t.TypeID, with_lists: bool = False) -> None:
    if with_lists and found.get_class() == h5t.VLEN:
        found = found.get_super()
    if found.get_class() not in _NUMBERS_AND_TEXT:
        kind = _KINDS.get(found.get_class(), "unknown")
        raise InputError(f"{where} is of a {kind} type: expected numbers or text")
