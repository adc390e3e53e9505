"""Attribution files: values of one method that are no ESVs, of one model at one n_frames (HDF5).

``value (V, n, 2)`` float32 holds a frame's values for the true class of its video and for the one
that the model predicts, ``class_idx (V, 2)`` which classes these are; where the true one is not
known, NaN and -1. ``uid (V,)`` and ``frame_idx (V, n)`` go with them, and the attributes of an ESV
file say how they were made.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import h5py
import numpy as np

import playfair
from playfair.attribution.result import Attribution
from playfair.data.clips.csv_tables import is_csv
from playfair.data.clips.given_values import read_value_table
from playfair.data.stores.columns import (
    TEXT,
    append_rows,
    create_growing_columns,
    create_hdf5,
)
from playfair.data.stores.hdf5 import open_hdf5, read_attributes, read_text, read_values
from playfair.errors import InputError


@dataclass(frozen=True)
class AttributionTable:
    """The values of V videos at n frames each.

    Attributes:
        uid: (V,) str. frame_idx: (V, n) int64. value: (V, n, 2) float32, for the true and for the
            predicted class, class_idx: (V, 2) int64; NaN and -1 where the true one is not known.
        attributes: dataset, model, method, seed, hashes.
    """

    uid: np.ndarray
    frame_idx: np.ndarray
    value: np.ndarray
    class_idx: np.ndarray
    attributes: dict[str, Any] = field(default_factory=dict)


class AttributionWriter:
    """Appends batches of videos to an open file; made by :func:`write_attributions`."""

    def __init__(self, file: h5py.File):
        self._file = file

    def append(
        self,
        result: Attribution,
        *,
        uid: Sequence[str] | np.ndarray,
        label: np.ndarray,
        frame_idx: np.ndarray,
    ) -> None:
        """Append a batch of B videos: the values of their true and of their predicted class.

        Args:
            result: of all classes. uid, label: (B,), -1 where unknown. frame_idx: (B, n).

        Raises:
            InputError: if values of a video are no finite numbers.
        """
        class_idx = np.stack([label, result.scores.argmax(axis=1)], axis=1)
        value = np.take_along_axis(result.value, np.maximum(class_idx, 0)[:, None], axis=2)
        known = class_idx >= 0
        for one, values, of_class in zip(uid, value, known, strict=True):
            if not np.isfinite(values[:, of_class]).all():
                raise InputError(
                    f"the values of {one!r} by {result.method} are NaN or infinite: look at the "
                    "weights of the model's head, and at the features of this video"
                )
        value[label < 0, :, 0] = np.nan
        columns = {"uid": uid, "frame_idx": frame_idx, "value": value, "class_idx": class_idx}
        append_rows(self._file, columns)


@contextmanager
def write_attributions(
    path: str | Path, n_frames: int, attributes: Mapping[str, Any]
) -> Iterator[AttributionWriter]:
    """Open a file for appending; it appears under `path` only when the block succeeds."""
    with create_hdf5(path) as file:
        file.attrs.update({**attributes, "playfair_version": playfair.__version__})
        file.attrs["n_frames"] = n_frames
        create_growing_columns(
            file,
            {
                "uid": ((), TEXT),
                "frame_idx": ((n_frames,), np.int64),
                "value": ((n_frames, 2), np.float32),
                "class_idx": ((2,), np.int64),
            },
        )
        yield AttributionWriter(file)


def read_attributions(path: str | Path) -> AttributionTable:
    """Read an attribution file whole.

    Raises:
        InputError: if it is none.
    """
    with open_hdf5(path, "an attribution file") as file:
        names = ("uid", "frame_idx", "value", "class_idx")
        missing = [name for name in names if name not in file]
        if missing:
            raise InputError(f"{path} has no dataset {missing[0]!r}: expected an attribution file")
        return AttributionTable(
            uid=read_text(file["uid"]),
            frame_idx=read_values(file["frame_idx"]),
            value=read_values(file["value"]),
            class_idx=read_values(file["class_idx"]),
            attributes=read_attributes(file),
        )


def read_given_values(
    path: str | Path, uid: Sequence[str] | np.ndarray, n_frames: int
) -> np.ndarray:
    """Values of another source: (V, 2, n) float64, for the true and for the predicted class.

    Args:
        path: a CSV file as `read_value_table` describes it, whose values count for either class,
            or an attribution file (.h5, .hdf5) of any one number of frames.

    Returns:
        NaN for videos, and for numbers of frames, that the file does not have.

    Raises:
        InputError: if it is neither, or holds something else.
    """
    if is_csv(path):
        return np.repeat(read_value_table(path, uid, n_frames)[:, None], 2, axis=1)
    values = np.full((len(uid), 2, n_frames), np.nan)
    table = read_attributions(path)
    if table.value.shape[1] == n_frames:
        row_of = {one: row for row, one in enumerate(table.uid)}
        known = np.array([video for video, one in enumerate(uid) if one in row_of], dtype=np.int64)
        rows = [row_of[uid[video]] for video in known]
        values[known] = np.swapaxes(table.value[rows], 1, 2)
    return values
