"""Columns of an HDF5 file that grow by a batch of rows at a time."""

from collections.abc import Mapping
from typing import Any

import h5py
import numpy as np

TEXT = h5py.string_dtype("utf-8")
_CHUNK_BYTES = 1 << 20


def create_columns(file: h5py.File, columns: Mapping[str, tuple[tuple[int, ...], Any]]) -> None:
    """Make empty columns: the shape of a row, and the type, of each by its name."""
    for name, (shape, dtype) in columns.items():
        row_bytes = 8 * int(np.prod(shape, dtype=np.int64))
        file.create_dataset(
            name,
            shape=(0, *shape),
            maxshape=(None, *shape),
            dtype=dtype,
            chunks=(max(1, min(1024, _CHUNK_BYTES // row_bytes)), *shape),
        )


def append_rows(file: h5py.File, columns: Mapping[str, Any]) -> None:
    """Append rows to columns of a file; text is given as str."""
    for name, rows in columns.items():
        dataset = file[name]
        first = len(dataset)
        values = np.asarray(rows, dtype=object if dataset.dtype == TEXT else dataset.dtype)
        dataset.resize(first + len(values), axis=0)
        dataset[first:] = values
