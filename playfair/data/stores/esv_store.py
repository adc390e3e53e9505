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
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import h5py
import numpy as np

import playfair
from playfair.attribution.result import Attribution
from playfair.data.stores.growing_columns import TEXT, append_rows, create_columns
from playfair.data.stores.hdf5 import open_hdf5, read_text
from playfair.data.stores.layout import numbers_of_frames
from playfair.errors import InputError
from playfair.files import written_whole

PER_VIDEO = ("frame_idx", "scores", "esv")
SAMPLED = ("esv_se", "evaluations", "efficiency_gap")
READ_OFF = ("interactions", "sufficient_frames", "necessary_frames")
OPTIONAL = (*SAMPLED, *READ_OFF)
_PER_FRAME = ("frame_idx", "esv", "esv_se")
_COMMON = ("uid", "label", "sequence_length", "prior", "class_name")
_DATASET_OF = {"standard_error": "esv_se"}
_FIELD_OF = {dataset: field for field, dataset in _DATASET_OF.items()}


@dataclass(frozen=True)
class EsvTable:
    """Scores and ESVs of V videos at n frames each, for C classes.

    Attributes:
        uid: (V,) str. label: (V,) int64, -1 where unknown. sequence_length: (V,) int64, in frames.
        frame_idx: (V, n) int64, which frames of the video the model saw.
        scores: (V, C) float32 class probabilities. esv: (V, n, C) float32.
        prior: (C,) float32. class_name: (C,) str.
        attributes: dataset, model, method, seed, hashes.
        standard_error: (V, n, C) float32, evaluations: (V,) int64 and efficiency_gap: (V, C)
            float32, prior + sum of ESVs - score; None where the values are exact.
        interactions: (V, 2, n, n) float32, the pairwise interactions of frames for the true and
            for the predicted class (NaN where no true class is known); sufficient_frames and
            necessary_frames: (V, n) bool, the smallest sets of frames that keep the prediction, and
            whose removal changes it; None where the configuration does not ask for them.
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
    standard_error: np.ndarray | None = None
    evaluations: np.ndarray | None = None
    efficiency_gap: np.ndarray | None = None
    interactions: np.ndarray | None = None
    sufficient_frames: np.ndarray | None = None
    necessary_frames: np.ndarray | None = None

    @classmethod
    def of_result(
        cls,
        result: Attribution,
        *,
        uid: Sequence[str] | np.ndarray,
        label: Sequence[int] | np.ndarray,
        sequence_length: Sequence[int] | np.ndarray,
        frame_idx: np.ndarray,
        class_name: np.ndarray,
        attributes: Mapping[str, Any],
    ) -> "EsvTable":
        """The ESVs of a batch for all classes as they would come back from a file.

        Raises:
            InputError: if scores or ESVs of a video are no finite numbers.
        """
        _check_finite(result, uid)
        return cls(
            uid=np.asarray(uid, dtype=object),
            label=np.asarray(label),
            sequence_length=np.asarray(sequence_length),
            frame_idx=frame_idx,
            scores=result.scores,
            esv=result.esv,
            prior=result.prior,
            class_name=class_name,
            attributes=dict(attributes),
            **{_FIELD_OF.get(name, name): _column(result, name) for name in OPTIONAL},
        )

    @property
    def n_frames(self) -> int:
        return int(self.frame_idx.shape[1])

    def __repr__(self) -> str:
        about = ", ".join(
            str(self.attributes[k]) for k in ("model", "method") if k in self.attributes
        )
        return (
            f"EsvTable({about}: {len(self.uid)} videos, {self.n_frames} frames, "
            f"{len(self.class_name)} classes)"
        )

    @property
    def predicted(self) -> np.ndarray:
        """(V,) int64: the class with the highest score."""
        class_idx: np.ndarray = self.scores.argmax(axis=1)
        return class_idx

    @property
    def correct(self) -> np.ndarray:
        """(V,) bool: whether the predicted class is the labelled one."""
        right: np.ndarray = self.predicted == self.label
        return right

    @property
    def explained(self) -> np.ndarray:
        """(V,) int64: the class to explain, the labelled one or, without a label, the predicted."""
        return np.where(self.label >= 0, self.label, self.predicted)

    def esv_for(self, classes: np.ndarray) -> np.ndarray:
        """(V, n) ESVs of one class per video, `classes` (V,) of class indices."""
        return np.take_along_axis(self.esv, np.asarray(classes)[:, None, None], axis=2)[:, :, 0]


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
    ) -> None:
        """Append a batch of B videos: their ESVs for all classes, and what they are.

        Args:
            result: of B videos with an axis of videos; of a file of every frame, a list of videos.
            uid, label, sequence_length: (B,). frame_idx: (B, n), or a list of B arrays (T,).

        Raises:
            InputError: if scores or ESVs of a video are no finite numbers.
        """
        _check_finite(result, uid)
        columns: dict[str, Any] = {
            "uid": uid,
            "label": label,
            "sequence_length": sequence_length,
            "frame_idx": frame_idx,
        }
        for name in self._file:
            if name in ("scores", "esv", *OPTIONAL):
                columns[name] = _column(result, name)
        if "offsets" in self._file:
            lengths = [len(frames) for frames in frame_idx]
            last = self._file["offsets"][-1]
            columns = {
                name: np.concatenate(rows) if name in _PER_FRAME else rows
                for name, rows in columns.items()
            } | {"offsets": last + np.cumsum(lengths, dtype=np.int64)}
        append_rows(self._file, columns)


def _check_finite(result: Attribution, uid: Sequence[str] | np.ndarray) -> None:
    """Raise `InputError` if scores or ESVs of a video are not finite."""
    for name in ("scores", "esv"):
        for one, values in zip(uid, getattr(result, name), strict=True):
            if not np.isfinite(values).all():
                raise InputError(
                    f"the model's {name} of {one!r} are NaN or infinite: look at the weights of "
                    "its head, and at the features of this video"
                )


def _column(result: Attribution, dataset: str) -> Any:
    """What a result has to say in a dataset of an ESV file; None if nothing."""
    values = getattr(result, _FIELD_OF.get(dataset, dataset))
    if dataset == "interactions" and values is not None:
        return np.moveaxis(values, -1, 1)
    return values


@contextmanager
def write_esvs(
    path: str | Path,
    n_frames: int | None,
    class_names: Sequence[str],
    prior: np.ndarray,
    attributes: Mapping[str, Any],
    optional: Sequence[str] = (),
) -> Iterator[EsvWriter]:
    """Open an ESV file for appending; the file appears under `path` only when the block succeeds.

    Memory is that of one batch, whatever the number of videos.

    Args:
        n_frames: None for a file of every frame of each video.
        optional: which optional fields come with the values, see :class:`EsvTable`.
    """
    kept = [_DATASET_OF.get(name, name) for name in optional]
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
    with written_whole(path) as temporary, h5py.File(temporary, "w") as file:
        file.attrs.update({**attributes, "playfair_version": playfair.__version__})
        file.attrs["n_frames"] = "all" if n_frames is None else n_frames
        file["class_name"] = np.asarray(class_names, dtype=object)
        file["prior"] = np.asarray(prior, dtype=np.float32)
        if n_frames is None:
            file.create_dataset(
                "offsets", data=np.zeros(1, np.int64), maxshape=(None,), chunks=True
            )
        made = {
            name: column for name, column in columns.items() if name not in OPTIONAL or name in kept
        }
        create_columns(file, made)
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
        for name in ("offsets", *_COMMON, *PER_VIDEO):
            if name not in file:
                raise InputError(f"{path} has no dataset {name!r}: expected a file of every frame")
        offsets = file["offsets"][:]
        common = {
            "prior": file["prior"][:],
            "class_name": read_text(file["class_name"]),
            "attributes": dict(file.attrs),
        }
        uid = read_text(file["uid"])
        row_of = {name: row for row, name in enumerate(uid)}
        missing = [name for name in uids or () if name not in row_of]
        if missing:
            raise InputError(f"{path} has no video with the uid {missing[0]!r}")
        names = ("label", "sequence_length", *PER_VIDEO, *SAMPLED)
        for video in range(len(uid)) if uids is None else [row_of[name] for name in uids]:
            rows = slice(offsets[video], offsets[video + 1])
            columns = {
                _FIELD_OF.get(name, name): file[name][rows][None]
                if name in _PER_FRAME
                else file[name][video : video + 1]
                for name in names
                if name in file
            }
            yield EsvTable(uid=uid[video : video + 1], **columns, **common)


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
            self.attributes = dict(file.attrs)
            self.uid = read_text(file["uid"])
            self.label = file["label"][:]
            self._n_frames = numbers_of_frames(file)
        if not self._n_frames:
            raise InputError(f"{path} holds no ESVs: expected an ESV or collated file")

    def __getitem__(self, n_frames: int) -> EsvTable:
        if n_frames not in self._n_frames:
            raise KeyError(f"{n_frames} frames are not in {self.path}: choose of {self._n_frames}")
        with open_results(self.path) as file:
            return _table(self.path, file, file[str(n_frames)])

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
    missing = [name for name in _COMMON if name not in root]
    missing += [name for name in PER_VIDEO if name not in group]
    if missing:
        raise InputError(f"{path} has no dataset {missing[0]!r}: expected an ESV or collated file")
    return EsvTable(
        uid=read_text(root["uid"]),
        label=root["label"][:],
        sequence_length=root["sequence_length"][:],
        prior=root["prior"][:],
        class_name=read_text(root["class_name"]),
        attributes=dict(group.attrs),
        **{
            _FIELD_OF.get(name, name): group[name][:]
            for name in (*PER_VIDEO, *OPTIONAL)
            if name in group
        },
    )
