"""HDF5 files as they are written: whole, with checksums on all that they hold.

Arrays of numbers carry fletcher32 checksums, which HDF5 compares whenever it reads them; the rest
is sealed, see `playfair.data.stores.seal`.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from playfair.data.stores.seal import seal
from playfair.errors import InputError
from playfair.files import written_whole

TEXT = h5py.string_dtype("utf-8")
CHUNK_BYTES = 1 << 20
FORMAT = ("v110", "v110")
"""The format of HDF5 1.10 (2016): the first whose structures all carry checksums."""


@contextmanager
def create_hdf5(path: str | Path) -> Iterator[h5py.File]:
    """Open a new file for writing; it appears under `path`, sealed, only if the block succeeds.

    Raises:
        InputError: if a text for it, such as another file's attribute, is not UTF-8.
    """
    with written_whole(path) as temporary, h5py.File(temporary, "w", libver=FORMAT) as file:
        try:
            yield file
            seal(file)
        except UnicodeEncodeError as error:
            raise InputError(
                f"{path} cannot be written, because {error.object!r} is not text in UTF-8: make "
                "anew what it is made from"
            ) from error


def create_column(
    group: h5py.Group,
    name: str,
    shape: tuple[int, ...],
    dtype: Any,
    *,
    chunk_bytes: int = CHUNK_BYTES,
    chunk_rows: int | None = None,
) -> h5py.Dataset:
    """Make a column of a known shape, to be filled, in chunks of some bytes or of some rows."""
    if 0 in shape:
        return group.create_dataset(name, shape=shape, dtype=dtype)
    rows = chunk_rows or max(1, chunk_bytes // (np.dtype(dtype).itemsize * _values_of_row(shape)))
    chunks = (min(rows, shape[0]), *shape[1:])
    return _create(group, name, shape, dtype, chunks)


def write_column(group: h5py.Group, name: str, values: Any, dtype: Any) -> None:
    """Write a column at once; text is given as str."""
    values = _values(values, dtype)
    column = create_column(group, name, values.shape, dtype)
    if values.size:
        column[:] = values


def create_growing_columns(
    file: h5py.File, columns: Mapping[str, tuple[tuple[int, ...], Any]]
) -> None:
    """Make empty columns that grow: the shape of a row, and the type, of each by its name."""
    for name, (shape, dtype) in columns.items():
        rows = max(1, min(1024, CHUNK_BYTES // (8 * _values_of_row((0, *shape)))))
        _create(file, name, (0, *shape), dtype, (rows, *shape), maxshape=(None, *shape))


def _create(
    group: h5py.Group,
    name: str,
    shape: tuple[int, ...],
    dtype: Any,
    chunks: tuple[int, ...],
    **options: Any,
) -> h5py.Dataset:
    # HDF5 has no checksums of text.
    return group.create_dataset(
        name, shape=shape, dtype=dtype, chunks=chunks, fletcher32=dtype != TEXT, **options
    )


def _values_of_row(shape: tuple[int, ...]) -> int:
    return int(np.prod(shape[1:], dtype=np.int64))


def _values(values: Any, dtype: Any) -> np.ndarray:
    return np.asarray(values, dtype=object if dtype == TEXT else dtype)


def append_rows(file: h5py.File, columns: Mapping[str, Any]) -> None:
    """Append rows to columns of a file; text is given as str."""
    for name, rows in columns.items():
        dataset = file[name]
        first = len(dataset)
        values = _values(rows, dataset.dtype)
        dataset.resize(first + len(values), axis=0)
        dataset[first:] = values
