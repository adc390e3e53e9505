"""Feature files: one feature vector per frame of every video (HDF5).

``features (sum of frames, D)`` float32 holds the videos one after the other; video v is the rows
``offsets[v]:offsets[v + 1]``. ``uid (V,)`` and ``label (V,)`` go with it.
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
from playfair.data.stores.hdf5 import open_hdf5, read_text
from playfair.errors import InputError
from playfair.files import written_whole

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
    chunk_rows = min(int(offsets[-1]), max(1, _CHUNK_BYTES // (4 * feature_dim)))
    with written_whole(path) as temporary, h5py.File(temporary, "w") as file:
        file.attrs.update({**attributes, "playfair_version": playfair.__version__})
        file.create_dataset(
            "uid", data=np.asarray(uids, dtype=object), dtype=h5py.string_dtype("utf-8")
        )
        file["label"] = np.asarray(labels, dtype=np.int64)
        file["offsets"] = offsets
        writer = FeatureWriter(
            file.create_dataset(
                "features",
                shape=(int(offsets[-1]), feature_dim),
                dtype=np.float32,
                chunks=(chunk_rows, feature_dim) if chunk_rows else None,
            )
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
        feature_dim: D. attributes: how the file was made.
    """

    def __init__(self, path: str | Path):
        self._file = open_hdf5(path, "a feature file", "extract again")
        missing = [n for n in ("features", "offsets", "uid", "label") if n not in self._file]
        if missing:
            raise InputError(f"{path} has no dataset {missing[0]!r}: expected a feature file")
        self._offsets = self._file["offsets"][:].astype(np.int64)
        self._features = self._file["features"]
        self.uid = read_text(self._file["uid"])
        self.label = self._file["label"][:]
        self.sequence_length = np.diff(self._offsets)
        self.feature_dim = int(self._features.shape[1])
        self.attributes: dict[str, Any] = dict(self._file.attrs)

    @property
    def has_whole_offsets(self) -> bool:
        """Whether the offsets lead, ascending, from 0 to the number of rows of the features."""
        ends = int(self._offsets[0]), int(self._offsets[-1])
        return ends == (0, len(self._features)) and bool((self.sequence_length >= 0).all())

    def features(self, position: int) -> np.ndarray:
        """(T, D) float32: every frame of the video at `position` in the file."""
        features: np.ndarray = self._features[self._offsets[position] : self._offsets[position + 1]]
        return features

    def videos(self) -> list[np.ndarray]:
        """The features of all videos, (T, D) float32 each, read at once."""
        return np.split(self._features[:], self._offsets[1:-1])

    def __len__(self) -> int:
        return len(self.uid)

    def close(self) -> None:
        self._file.close()

    def __enter__(self) -> "FeatureStore":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def sampled_batches(
    store: FeatureStore, n_frames: int, batch_size: int
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
            frame_idx = np.stack([sample_frame_idx(length, n_frames) for length in lengths])
            videos = zip(batch, frame_idx, strict=True)
            yield batch, frame_idx, np.stack([store.features(v)[idx] for v, idx in videos])
            bar.update(len(batch))
