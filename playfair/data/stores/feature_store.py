"""Feature files: one feature vector per frame of every video (HDF5).

``features (sum of frames, D)`` float32 holds the videos one after the other; video v is the rows
``offsets[v]:offsets[v + 1]``. ``uid (V,)`` and ``label (V,)`` go with it.
Numbers carry checksums, the rest is sealed (`playfair.data.stores.columns`).
"""

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from tqdm import tqdm

import playfair
from playfair.data.clips.frame_sampling import sample_frame_idx
from playfair.data.stores.columns import TEXT, create_column, create_hdf5, write_column
from playfair.data.stores.hdf5 import (
    open_hdf5,
    read_attributes,
    read_offsets,
    read_text,
    read_values,
)
from playfair.errors import InputError

_CHUNK_BYTES = 1 << 18


class FeatureWriter:
    """Fills an open feature file front to back; made by :func:`write_features`."""

    def __init__(self, features: h5py.Dataset):
        self._features = features
        self._row = 0

    def append(self, features: np.ndarray) -> None:
        """Append the features (N, D) of the next N frames, across the borders of videos."""
        self._features[self._row : self._row + len(features)] = features
        self._row += len(features)

    @property
    def rows(self) -> int:
        """The number of frames written."""
        return self._row


@contextmanager
def write_features(
    path: str | Path,
    uids: Sequence[str],
    labels: Sequence[int],
    sequence_lengths: Sequence[int],
    feature_dim: int,
    attributes: Mapping[str, Any],
) -> Iterator[FeatureWriter]:
    """Open a feature file for videos of known lengths (in frames), to be filled in that order.

    The file appears under `path` only when the block succeeds and every frame was written.
    """
    offsets = np.concatenate([[0], np.cumsum(sequence_lengths, dtype=np.int64)]).astype(np.int64)
    with create_hdf5(path) as file:
        file.attrs.update({**attributes, "playfair_version": playfair.__version__})
        write_column(file, "uid", uids, TEXT)
        write_column(file, "label", labels, np.int64)
        write_column(file, "offsets", offsets, np.int64)
        shape = (int(offsets[-1]), feature_dim)
        writer = FeatureWriter(
            create_column(file, "features", shape, np.float32, chunk_bytes=_CHUNK_BYTES)
        )
        yield writer
        if writer.rows != offsets[-1]:
            raise InputError(
                f"{path} got the features of {writer.rows} frames where {offsets[-1]} were "
                "expected: run the extraction again"
            )


class FeatureStore:
    """A feature file opened for reading; features are read when asked for.

    Attributes:
        uid: (V,) str. label: (V,) int64, -1 where unknown. sequence_length: (V,) int64, in frames.
        feature_dim: D. path: of the file. attributes: how it was made.

    Args:
        remedy: what to do where the file is damaged.

    Raises:
        InputError: if it is no feature file, or, from what reads features too, damaged.
    """

    def __init__(self, path: str | Path, remedy: str = "delete it and extract again"):
        self.path = Path(path)
        self._remedy = remedy
        self._file = open_hdf5(path, "a feature file", remedy)
        missing = [n for n in ("features", "offsets", "uid", "label") if n not in self._file]
        if missing:
            raise InputError(f"{path} has no dataset {missing[0]!r}: expected a feature file")
        self._features = self._file["features"]
        self._offsets = read_offsets(self._file, len(self._features), remedy)
        self.uid = read_text(self._file["uid"])
        self.label = read_values(self._file["label"], remedy=remedy)
        self.sequence_length = np.diff(self._offsets)
        self.feature_dim = int(self._features.shape[1])
        self.attributes: dict[str, Any] = read_attributes(self._file)

    def features(self, position: int) -> np.ndarray:
        """(T, D) float32: every frame of the video at `position` in the file."""
        rows = slice(self._offsets[position], self._offsets[position + 1])
        return read_values(self._features, rows, self._remedy)

    def videos(self) -> list[np.ndarray]:
        """The features of all videos, (T, D) float32 each, read at once."""
        features = read_values(self._features, remedy=self._remedy)
        return np.split(features, self._offsets[1:-1])

    def __len__(self) -> int:
        return len(self.uid)

    def close(self) -> None:
        self._file.close()

    def __enter__(self) -> "FeatureStore":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def sampled_batches(
    store: FeatureStore, n_frames: int, batch_size: int, sampling: str = "integers"
) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """The videos of at least `n_frames` frames, sampled there: batches of B, with a progress bar.

    Yields positions in the file (B,), frame_idx (B, n) and features (B, n, D).
    """
    positions = np.flatnonzero(store.sequence_length >= n_frames)
    short = len(store) - len(positions)
    print(f"{short} of {len(store)} videos have fewer than {n_frames} frames", file=sys.stderr)
    with tqdm(total=len(positions), desc=f"{n_frames} frames", unit="video") as bar:
        for first in range(0, len(positions), batch_size):
            batch = positions[first : first + batch_size]
            lengths = store.sequence_length[batch]
            frame_idx = np.stack([sample_frame_idx(one, n_frames, sampling) for one in lengths])
            videos = zip(batch, frame_idx, strict=True)
            yield batch, frame_idx, np.stack([store.features(v)[idx] for v, idx in videos])
            bar.update(len(batch))
