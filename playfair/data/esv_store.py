"""ESV files: the attributions of one model at one number of frames, and collations of them (HDF5).

An ESV file holds, at its root, ``uid (V,)``, ``label (V,)``, ``sequence_length (V,)``,
``frame_idx (V, n)``, ``scores (V, C)``, ``esv (V, n, C)``, ``prior (C,)`` and ``class_name (C,)``;
its attributes say how it was made. A collated file holds uids, labels, prior and class names at its
root and one group per number of frames (``/8/esv`` ...), over the videos common to all of them.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import h5py
import numpy as np

import playfair
from playfair.errors import InputError
from playfair.files import written_whole

UNKNOWN_LABEL = -1
_PER_VIDEO = ("frame_idx", "scores", "esv")
_CHUNK_BYTES = 1 << 20


@dataclass(frozen=True)
class EsvTable:
    """Scores and ESVs of V videos at n frames each, for C classes.

    Attributes:
        uid: (V,) str. label: (V,) int64, -1 where unknown. sequence_length: (V,) int64, in frames.
        frame_idx: (V, n) int64, which frames of the video the model saw.
        scores: (V, C) float32 class probabilities. esv: (V, n, C) float32.
        prior: (C,) float32. class_name: (C,) str.
        attributes: dataset, model, method, seed, hashes.
    """

    uid: np.ndarray
    label: np.ndarray
    sequence_length: np.ndarray
    frame_idx: np.ndarray
    scores: np.ndarray
    esv: np.ndarray
    prior: np.ndarray
    class_name: np.ndarray
    attributes: dict[str, Any] = field(default_factory=dict)

    @property
    def n_frames(self) -> int:
        return self.frame_idx.shape[1]

    @property
    def predicted(self) -> np.ndarray:
        """(V,) int64: the class with the highest score."""
        return self.scores.argmax(axis=1)

    @property
    def correct(self) -> np.ndarray:
        """(V,) bool: whether the predicted class is the labelled one."""
        return self.predicted == self.label

    def esv_for(self, classes: np.ndarray) -> np.ndarray:
        """(V, n) ESVs of one class per video, `classes` (V,) of class indices."""
        return np.take_along_axis(self.esv, np.asarray(classes)[:, None, None], axis=2)[:, :, 0]


class EsvWriter:
    """Appends batches of videos to an open ESV file; made by :func:`write_esvs`."""

    def __init__(self, file: h5py.File):
        self._file = file

    def append(
        self,
        uid: Sequence[str],
        label: np.ndarray,
        sequence_length: np.ndarray,
        frame_idx: np.ndarray,
        scores: np.ndarray,
        esv: np.ndarray,
    ) -> None:
        """Append a batch of B videos; shapes as in :class:`EsvTable` with V = B."""
        columns = {
            "uid": np.asarray(uid, dtype=object),
            "label": label,
            "sequence_length": sequence_length,
            "frame_idx": frame_idx,
            "scores": scores,
            "esv": esv,
        }
        for name, rows in columns.items():
            dataset = self._file[name]
            first = len(dataset)
            dataset.resize(first + len(uid), axis=0)
            dataset[first:] = rows


@contextmanager
def write_esvs(
    path: str | Path,
    n_frames: int,
    class_names: Sequence[str],
    prior: np.ndarray,
    attributes: Mapping[str, Any],
) -> Iterator[EsvWriter]:
    """Open an ESV file for appending; the file appears under `path` only when the block succeeds.

    Memory is that of one batch, whatever the number of videos.
    """
    class_count = len(class_names)
    text = h5py.string_dtype("utf-8")
    columns: dict[str, tuple[tuple[int, ...], Any]] = {
        "uid": ((), text),
        "label": ((), np.int64),
        "sequence_length": ((), np.int64),
        "frame_idx": ((n_frames,), np.int64),
        "scores": ((class_count,), np.float32),
        "esv": ((n_frames, class_count), np.float32),
    }
    with written_whole(path) as temporary, h5py.File(temporary, "w") as file:
        file.attrs.update(
            {**attributes, "n_frames": n_frames, "playfair_version": playfair.__version__}
        )
        file["class_name"] = np.asarray(class_names, dtype=object)
        file["prior"] = np.asarray(prior, dtype=np.float32)
        for name, (shape, dtype) in columns.items():
            row_bytes = 8 * int(np.prod(shape, dtype=np.int64))
            file.create_dataset(
                name,
                shape=(0, *shape),
                maxshape=(None, *shape),
                dtype=dtype,
                chunks=(max(1, min(1024, _CHUNK_BYTES // row_bytes)), *shape),
            )
        yield EsvWriter(file)


def read_esvs(path: str | Path) -> EsvTable:
    """Read an ESV file whole."""
    with _open(path) as file:
        return _table(path, file, file)


class Collated(Mapping[int, EsvTable]):
    """A collated file as a mapping from the number of frames to an :class:`EsvTable`.

    Tables are read when asked for, so that opening costs nothing.
    """

    def __init__(self, path: str | Path):
        self.path = Path(path)
        with _open(path) as file:
            self.attributes = dict(file.attrs)
            self.uid = file["uid"].asstr()[:].astype(object)
            self.label = file["label"][:]
            self._n_frames = sorted(int(name) for name in file if name.isdecimal())

    def __getitem__(self, n_frames: int) -> EsvTable:
        if n_frames not in self._n_frames:
            raise KeyError(n_frames)
        with _open(self.path) as file:
            return _table(self.path, file, file[str(n_frames)])

    def __iter__(self) -> Iterator[int]:
        return iter(self._n_frames)

    def __len__(self) -> int:
        return len(self._n_frames)

    def __repr__(self) -> str:
        return f"Collated({self.path.name}: {len(self.uid)} videos, n_frames {self._n_frames})"


def collate_esvs(
    paths: Sequence[str | Path], path: str | Path, uids: Sequence[str] | None = None
) -> int:
    """Join the ESV files of one model into one file, over the videos common to all.

    The videos are the *intersection* of those in the files, in the order of the first file, and, if
    `uids` is given, of those too. One file is held in memory at a time.

    Returns:
        The number of videos kept.

    Raises:
        InputError: if the files do not belong together, a uid of `uids` is in none of them, or no
            video is common to all.
    """
    first = read_esvs(paths[0])
    common = _common_uids(first, paths, uids)
    rows_of_first = np.isin(first.uid, common)
    kept = first.uid[rows_of_first]
    with written_whole(path) as temporary, h5py.File(temporary, "w") as file:
        file.attrs.update({"dataset": first.attributes["dataset"]})
        file.attrs.update({"model": first.attributes["model"]})
        file.attrs["playfair_version"] = playfair.__version__
        file["uid"] = kept.astype(object)
        file["label"] = first.label[rows_of_first]
        file["sequence_length"] = first.sequence_length[rows_of_first]
        file["prior"] = first.prior
        file["class_name"] = first.class_name.astype(object)
        for source in paths:
            table = read_esvs(source)
            _check_belongs(source, table, paths[0], first)
            row_of = {uid: row for row, uid in enumerate(table.uid)}
            rows = np.array([row_of[uid] for uid in kept])
            group = file.create_group(str(table.n_frames))
            group.attrs.update(table.attributes)
            for name in _PER_VIDEO:
                group[name] = getattr(table, name)[rows]
    return len(kept)


def load(path: str | Path) -> EsvTable | Collated:
    """Open an ESV file (as :class:`EsvTable`) or a collated file (as :class:`Collated`)."""
    with _open(path) as file:
        is_esv_file = "esv" in file
    return read_esvs(path) if is_esv_file else Collated(path)


def _common_uids(
    first: EsvTable, paths: Sequence[str | Path], uids: Sequence[str] | None
) -> np.ndarray:
    common, anywhere = set(first.uid), set(first.uid)
    for source in paths[1:]:
        with _open(source) as file:
            found = set(file["uid"].asstr()[:])
        common &= found
        anywhere |= found
    if uids is not None:
        unknown = sorted(set(uids) - anywhere)
        if unknown:
            raise InputError(
                f"uid {unknown[0]!r} (and {len(unknown) - 1} more) of the subset to collate is in "
                f"none of the ESV files such as {paths[0]}: remove it from the CSV of uids"
            )
        common &= set(uids)
    if not common:
        raise InputError(
            f"no video is common to all of {len(paths)} ESV files such as {paths[0]}: "
            "explain fewer frames (n_frames) or choose other uids"
        )
    return np.array(sorted(common), dtype=object)


def _check_belongs(
    source: str | Path, table: EsvTable, reference: str | Path, first: EsvTable
) -> None:
    for name in ("dataset", "model"):
        if table.attributes[name] != first.attributes[name]:
            raise InputError(
                f"{source} is of {name} {table.attributes[name]!r} but {reference} of "
                f"{first.attributes[name]!r}: collate the files of one {name} only"
            )
    if not np.array_equal(table.class_name, first.class_name):
        raise InputError(f"{source} and {reference} have different classes: make them anew")


def _open(path: str | Path) -> h5py.File:
    if not Path(path).is_file():
        raise InputError(f"{path} does not exist: expected an ESV or collated file (HDF5)")
    try:
        return h5py.File(path, "r")
    except OSError as error:
        raise InputError(
            f"{path} is not a readable HDF5 file ({error}): delete it and run the workflow again"
        ) from error


def _table(path: str | Path, root: h5py.File, group: h5py.Group) -> EsvTable:
    missing = [name for name in ("uid", "label", "prior", "class_name") if name not in root]
    missing += [name for name in _PER_VIDEO if name not in group]
    if missing:
        raise InputError(f"{path} has no dataset {missing[0]!r}: expected an ESV or collated file")
    return EsvTable(
        uid=root["uid"].asstr()[:].astype(object),
        label=root["label"][:],
        sequence_length=root["sequence_length"][:],
        prior=root["prior"][:],
        class_name=root["class_name"].asstr()[:].astype(object),
        attributes=dict(group.attrs),
        **{name: group[name][:] for name in _PER_VIDEO},
    )
