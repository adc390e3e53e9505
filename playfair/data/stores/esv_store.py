"""ESV files: the attributions of one model at one number of frames, and collations of them (HDF5).

An ESV file holds, at its root, ``uid (V,)``, ``label (V,)``, ``sequence_length (V,)``,
``frame_idx (V, n)``, ``scores (V, C)``, ``esv (V, n, C)``, ``prior (C,)`` and ``class_name (C,)``;
its attributes say how it was made. A collated file holds uids, labels, prior and class names at its
root and one group per number of frames (``/8/esv`` ...), over the videos common to all of them.

Sampled values come with ``esv_se (V, n, C)``, ``evaluations (V,)`` and ``efficiency_gap (V, C)``;
in code the first is called ``standard_error``.
Where every frame of a video is explained, lengths differ: ``frame_idx (F,)``, ``esv (F, C)`` and
``esv_se (F, C)`` hold the F frames of all videos one after the other, and video v is the rows
``offsets[v]:offsets[v + 1]``.
Where the configuration asks for them, ``subset_scores (V, 2^n, C)`` holds the scores of all subsets
of frames, by mask; `read_subset_scores` reads them, tables and collated files are without.
Of a network that sees F frames at once the n frames are elements: ``element_frame_idx (V, n, F/n)``
has the frames of each, ``frame_idx`` the middle one.
Numbers carry checksums and the rest is sealed (`playfair.data.stores.columns`); what is read has to
add up (`playfair.data.stores.esv_checks`).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import h5py
import numpy as np

import playfair
from playfair.attribution.result import Attribution
from playfair.data.stores.columns import (
    TEXT,
    append_rows,
    create_growing_columns,
    create_hdf5,
    write_column,
)
from playfair.data.stores.esv_checks import check_values
from playfair.data.stores.esv_table import (
    COMMON,
    DATASET_OF,
    FIELD_OF,
    OF_ELEMENTS,
    OPTIONAL,
    PER_VIDEO,
    SAMPLED,
    SUBSET_SCORES,
    EsvTable,
    check_finite,
    column_of,
)
from playfair.data.stores.hdf5 import (
    open_hdf5,
    read_attributes,
    read_offsets,
    read_text,
    read_values,
)
from playfair.data.stores.layout import numbers_of_frames
from playfair.errors import InputError

_BLOCK = 64
"""Videos of which the scores of all subsets are read at a time."""
_PER_FRAME = ("frame_idx", "esv", "esv_se")


class EsvWriter:
    """Appends batches of videos to an open ESV file; made by :func:`write_esvs`."""

    def __init__(self, file: h5py.File):
        self._file = file

    def append(
        self,
        result: Attribution,
        *,
        uid: Sequence[str] | np.ndarray,
        label: Sequence[int] | np.ndarray,
        sequence_length: Sequence[int] | np.ndarray,
        frame_idx: Sequence[np.ndarray] | np.ndarray,
        element_frame_idx: np.ndarray | None = None,
    ) -> None:
        """Append a batch of B videos: their ESVs for all classes, and what they are.

        Args:
            result: of B videos with an axis of videos; of a file of every frame, a list of videos.
            uid, label, sequence_length: (B,). frame_idx: (B, n), or a list of B arrays (T,).
            element_frame_idx: (B, n, F/n), of a file of elements.

        Raises:
            InputError: if scores or ESVs of a video are no finite numbers.
        """
        check_finite(result, uid)
        columns: dict[str, Any] = {
            "uid": uid,
            "label": label,
            "sequence_length": sequence_length,
            "frame_idx": frame_idx,
        }
        if "element_frame_idx" in self._file:
            columns["element_frame_idx"] = element_frame_idx
        for name in self._file:
            if name in ("scores", "esv", SUBSET_SCORES, *OPTIONAL):
                columns[name] = column_of(result, name)
        if "offsets" in self._file:
            lengths = [len(frames) for frames in frame_idx]
            last = self._file["offsets"][-1]
            columns = {
                name: np.concatenate(rows) if name in _PER_FRAME else rows
                for name, rows in columns.items()
            } | {"offsets": last + np.cumsum(lengths, dtype=np.int64)}
        append_rows(self._file, columns)


@contextmanager
def write_esvs(
    path: str | Path,
    n_frames: int | None,
    class_names: Sequence[str],
    prior: np.ndarray,
    attributes: Mapping[str, Any],
    optional: Sequence[str] = (),
    frames_per_element: int | None = None,
) -> Iterator[EsvWriter]:
    """Open an ESV file for appending; the file appears under `path` only when the block succeeds.

    Memory is that of one batch, whatever the number of videos.

    Args:
        n_frames: None for a file of every frame of each video.
        optional: which optional fields come with the values, see :class:`EsvTable`.
        frames_per_element: F/n of a network that sees F frames at once; None for other models.
    """
    kept = [DATASET_OF.get(name, name) for name in optional]
    class_count = len(class_names)
    of_video = () if n_frames is None else (n_frames,)
    columns: dict[str, tuple[tuple[int, ...], Any]] = {
        "uid": ((), TEXT),
        "label": ((), np.int64),
        "sequence_length": ((), np.int64),
        "frame_idx": (of_video, np.int64),
        "scores": ((class_count,), np.float32),
        "esv": ((*of_video, class_count), np.float32),
        "esv_se": ((*of_video, class_count), np.float32),
        "evaluations": ((), np.int64),
        "efficiency_gap": ((class_count,), np.float32),
        "interactions": ((2, *of_video, *of_video), np.float32),
        "sufficient_frames": (of_video, np.bool_),
        "necessary_frames": (of_video, np.bool_),
    }
    if SUBSET_SCORES in kept and n_frames is not None:
        columns[SUBSET_SCORES] = (2**n_frames, class_count), np.float32
    with create_hdf5(path) as file:
        file.attrs.update({**attributes, "playfair_version": playfair.__version__})
        file.attrs["n_frames"] = "all" if n_frames is None else n_frames
        write_column(file, "class_name", class_names, TEXT)
        write_column(file, "prior", prior, np.float32)
        if n_frames is None:
            create_growing_columns(file, {"offsets": ((), np.int64)})
            append_rows(file, {"offsets": [0]})
        made = {
            name: column for name, column in columns.items() if name not in OPTIONAL or name in kept
        }
        if frames_per_element is not None:
            made["element_frame_idx"] = ((*of_video, frames_per_element), np.int64)
        create_growing_columns(file, made)
        yield EsvWriter(file)


def read_esvs(path: str | Path) -> EsvTable:
    """Read an ESV file whole."""
    with open_results(path) as file:
        if "offsets" in file:
            raise InputError(
                f"{path} holds every frame of its videos, of different lengths: "
                "read it with playfair.data.stores.esv_store.read_all_frames_esvs"
            )
        return _table(path, file, file)


def read_all_frames_esvs(path: str | Path, uids: Sequence[str] | None = None) -> Iterator[EsvTable]:
    """Read a file of every frame, one video at a time: tables of one video each.

    Args:
        uids: read these videos only, in this order; by default all, in the file's order.

    Raises:
        InputError: if the file is not one of every frame, or lacks one of `uids`.
    """
    with open_results(path) as file:
        for name in ("offsets", *COMMON, *PER_VIDEO):
            if name not in file:
                raise InputError(f"{path} has no dataset {name!r}: expected a file of every frame")
        offsets = read_offsets(file, len(file["esv"]))
        common: dict[str, Any] = {
            "prior": read_values(file["prior"]),
            "class_name": read_text(file["class_name"]),
            "attributes": read_attributes(file),
        }
        uid = read_text(file["uid"])
        row_of = {name: row for row, name in enumerate(uid)}
        missing = [name for name in uids or () if name not in row_of]
        if missing:
            raise InputError(f"{path} has no video with the uid {missing[0]!r}")
        names = ("label", "sequence_length", *PER_VIDEO, *SAMPLED)
        for video in range(len(uid)) if uids is None else [row_of[name] for name in uids]:
            of_frames = slice(offsets[video], offsets[video + 1])
            columns: dict[str, Any] = {
                FIELD_OF.get(name, name): read_values(file[name], of_frames)[None]
                if name in _PER_FRAME
                else read_values(file[name], slice(video, video + 1))
                for name in names
                if name in file
            }
            yield _checked(path, EsvTable(uid=uid[video : video + 1], **columns, **common))


def read_subset_scores(path: str | Path) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Blocks of B videos: uid (B,), label (B,) and the scores (B, 2^n, C) of all subsets, by mask;
    none where the file has no such scores."""
    with open_results(path) as file:
        if SUBSET_SCORES not in file:
            return
        uid, label = read_text(file["uid"]), read_values(file["label"])
        for start in range(0, len(uid), _BLOCK):
            rows = slice(start, start + _BLOCK)
            yield uid[rows], label[rows], read_values(file[SUBSET_SCORES], rows)


class Collated(Mapping[int, EsvTable]):
    """A collated file as a mapping from the number of frames to an :class:`EsvTable`.

    Tables are read when asked for, so that opening costs nothing.
    """

    def __init__(self, path: str | Path):
        self.path = Path(path)
        with open_results(path) as file:
            for name in ("uid", "label"):
                if name not in file:
                    raise InputError(f"{path} has no dataset {name!r}: expected a collated file")
            self.attributes = read_attributes(file)
            self.uid = read_text(file["uid"])
            self.label = read_values(file["label"])
            self._n_frames = numbers_of_frames(file)
        if not self._n_frames:
            raise InputError(f"{path} holds no ESVs: expected an ESV or collated file")

    def __getitem__(self, n_frames: int) -> EsvTable:
        if n_frames not in self._n_frames:
            raise KeyError(f"{n_frames} frames are not in {self.path}: choose of {self._n_frames}")
        with open_results(self.path) as file:
            return _table(self.path, file, file[str(n_frames)])

    def numbers_with(self, name: str) -> list[int]:
        """The numbers of frames at which there is a dataset `name`; no table is read for it."""
        with open_results(self.path) as file:
            return [n_frames for n_frames in self._n_frames if name in file[str(n_frames)]]

    def __iter__(self) -> Iterator[int]:
        return iter(self._n_frames)

    def __len__(self) -> int:
        return len(self._n_frames)

    def __repr__(self) -> str:
        return f"Collated({self.path.name}: {len(self.uid)} videos, n_frames {self._n_frames})"


def load(path: str | Path) -> EsvTable | Collated:
    """Open an ESV file (as :class:`EsvTable`) or a collated file (as :class:`Collated`)."""
    with open_results(path) as file:
        is_esv_file = "esv" in file
    return read_esvs(path) if is_esv_file else Collated(path)


def load_by_model(paths: Iterable[str | Path]) -> dict[str, Collated]:
    """Open collated files, by the name of the model that each is of, in their order.

    Raises:
        InputError: if one does not say of which model it is, or two are of one.
    """
    by_model: dict[str, Collated] = {}
    for path in paths:
        results = Collated(path)
        model = results.attributes.get("model")
        if not isinstance(model, str) or model in by_model:
            raise InputError(
                f"{path} is of the model {str(model)!r}: expected a collated file of each model"
            )
        by_model[model] = results
    return by_model


def open_results(path: str | Path) -> h5py.File:
    """Open an ESV or collated file for reading, or say in one sentence why not."""
    return open_hdf5(path, "an ESV or collated file")


def _table(path: str | Path, root: h5py.File, group: h5py.Group) -> EsvTable:
    missing = [name for name in COMMON if name not in root]
    missing += [name for name in PER_VIDEO if name not in group]
    if missing:
        raise InputError(f"{path} has no dataset {missing[0]!r}: expected an ESV or collated file")
    table = EsvTable(
        uid=read_text(root["uid"]),
        label=read_values(root["label"]),
        sequence_length=read_values(root["sequence_length"]),
        prior=read_values(root["prior"]),
        class_name=read_text(root["class_name"]),
        attributes=read_attributes(group),
        **{
            FIELD_OF.get(name, name): read_values(group[name])
            for name in (*PER_VIDEO, *OPTIONAL, *OF_ELEMENTS)
            if name in group
        },
    )
    return _checked(path, table)


def _checked(path: str | Path, table: EsvTable) -> EsvTable:
    """A table that was read, if its values are finite and add up."""
    values = (table.uid, table.scores, table.esv, table.prior, table.efficiency_gap)
    check_values(path, *values, table.attributes)
    return table
