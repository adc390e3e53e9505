"""HDF5 files opened for reading, or one sentence that says why not."""

from pathlib import Path

import h5py

from playfair.errors import InputError


def open_hdf5(path: str | Path, expected: str, remedy: str = "run the workflow again") -> h5py.File:
    """Open a file for reading.

    Args:
        expected: what it should be, with its article. remedy: what makes it again.

    Raises:
        InputError: if it is missing or damaged.
    """
    if not Path(path).is_file():
        raise InputError(f"{path} does not exist: expected {expected} (HDF5)")
    try:
        return h5py.File(path, "r")
    except OSError as error:
        raise InputError(
            f"{path} is not a readable HDF5 file ({error}): delete it and {remedy}"
        ) from error
