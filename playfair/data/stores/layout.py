"""What the columns of feature, ESV, attribution and collated files are: their types and shapes.

Axes: V videos, C classes, n frames of each (or n elements of g frames), F frames of all videos one
after the other, D numbers of a feature. In one file an axis has one length.
"""

import re
from pathlib import Path
from typing import NamedTuple

import h5py

from playfair.errors import InputError


class Column(NamedTuple):
    """The kind of a column's values, and its axes."""

    kind: str
    axes: tuple[str, ...]


_KINDS = {"whole numbers": "iu", "numbers": "fiu", "truth values": "b", "text": "OS"}

COLUMNS = {
    "uid": Column("text", ("V",)),
    "label": Column("whole numbers", ("V",)),
    "sequence_length": Column("whole numbers", ("V",)),
    "offsets": Column("whole numbers", ("V + 1",)),
    "features": Column("numbers", ("F", "D")),
    "class_name": Column("text", ("C",)),
    "prior": Column("numbers", ("C",)),
    "frame_idx": Column("whole numbers", ("V", "n")),
    "element_frame_idx": Column("whole numbers", ("V", "n", "g")),
    "scores": Column("numbers", ("V", "C")),
    "esv": Column("numbers", ("V", "n", "C")),
    "esv_se": Column("numbers", ("V", "n", "C")),
    "evaluations": Column("whole numbers", ("V",)),
    "efficiency_gap": Column("numbers", ("V", "C")),
    "interactions": Column("numbers", ("V", "2", "n", "n")),
    "sufficient_frames": Column("truth values", ("V", "n")),
    "necessary_frames": Column("truth values", ("V", "n")),
    "subset_scores": Column("numbers", ("V", "2^n", "C")),
    "value": Column("numbers", ("V", "n", "2")),
    "class_idx": Column("whole numbers", ("V", "2")),
}
_MOST_OF_ALL_SUBSETS = 32
"""Frames of which no file has the scores of all subsets."""
_FLAT = {"frame_idx": ("F",), "esv": ("F", "C"), "esv_se": ("F", "C")}
"""The axes in a file with offsets, in which the videos have different numbers of frames."""


def check_layout(path: str | Path, file: h5py.File) -> None:
    """Check the columns of a file, as far as it has them, at its root and in its groups 1, 2, ...

    Raises:
        InputError: for one of another type or shape than the others require.
    """
    lengths = _check_group(path, file, {"2": 2})
    for number in numbers_of_frames(file):
        _check_group(path, file[str(number)], lengths)


def numbers_of_frames(file: h5py.File) -> list[int]:
    """The groups 1, 2, ... of a collated file, ascending."""
    names = [name for name in file if re.fullmatch("[1-9][0-9]{0,5}", name)]
    return sorted(int(name) for name in names if isinstance(file.get(name), h5py.Group))


def _check_group(path: str | Path, group: h5py.Group, known: dict[str, int]) -> dict[str, int]:
    """The lengths of the axes that all groups share."""
    lengths = dict(known)
    flat = _FLAT if "offsets" in group else {}
    for name, (kind, axes) in COLUMNS.items():
        if name not in group:
            continue
        column = group[name]
        expected = flat.get(name, axes)
        if not isinstance(column, h5py.Dataset):
            raise InputError(f"{path}: {column.name} is a group, expected a data set of {kind}")
        if column.dtype.kind not in _KINDS[kind]:
            raise InputError(f"{path}: {column.name} holds {column.dtype}, expected {kind}")
        shape = column.shape
        if shape is None or len(shape) != len(expected):
            raise InputError(
                f"{path}: {column.name} has the shape {shape}, expected ({', '.join(expected)})"
            )
        if "n" in lengths:
            lengths["2^n"] = 2 ** min(lengths["n"], _MOST_OF_ALL_SUBSETS)
        for axis, length in zip(expected, shape, strict=True):
            axis, length = ("V", length - 1) if axis == "V + 1" else (axis, length)
            if lengths.setdefault(axis, length) != length:
                raise InputError(
                    f"{path}: {column.name} has the shape {shape}, expected "
                    f"({', '.join(expected)}) with {axis} = {lengths[axis]}"
                )
    return {axis: length for axis, length in lengths.items() if axis in ("2", "V", "C")}
