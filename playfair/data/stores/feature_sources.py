"""Where features that another program computed lie: a directory of arrays, or a feature file."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from playfair.data.clips.labels import (
    UNKNOWN_LABEL,
    Clip,
    class_name_in,
    is_uid,
    read_class_names,
    read_clips,
)
from playfair.data.stores.feature_store import FeatureStore
from playfair.data.stores.hdf5 import (
    MOST_COMPRESSED,
    SMALL,
    open_hdf5,
    read_text,
    read_values,
)
from playfair.errors import InputError
from playfair.files import below, is_hdf5

ARRAY_SUFFIXES = (".npz", ".npy")
ARRAY_KEY = "features"
REMEDY = "write it again, or give another"


class UnreadableFeatures(InputError):
    """The features of one video cannot be used."""


class FeatureFolder:
    """A directory of arrays (T, D), one file per video: <uid>.npz or <uid>.npy.

    A .npz file holds one array, or one called "features". Nothing is unpickled.
    """

    def __init__(self, directory: str | Path):
        self.path = Path(directory)

    def candidates(self, clip: Clip) -> list[Path]:
        """Where a clip's file may be: its path if that names an array, else <uid>.npz or .npy.

        Raises:
            UnreadableFeatures: if its path leads out of the directory.
        """
        if clip.path is None or Path(clip.path).suffix not in ARRAY_SUFFIXES:
            return [self.path / f"{clip.uid}{suffix}" for suffix in ARRAY_SUFFIXES]
        try:
            return [below(self.path, clip.path)]
        except InputError as error:
            raise UnreadableFeatures(str(error)) from error

    def file(self, clip: Clip) -> Path:
        """The file of a clip, the one of its candidates that is there.

        Raises:
            UnreadableFeatures: if there is none, or one of either kind.
        """
        candidates = self.candidates(clip)
        found = [path for path in candidates if path.is_file()]
        if len(found) != 1:
            names = " and ".join(str(path) for path in found or candidates)
            verb = "both exist" if found else "no such file"
            raise UnreadableFeatures(f"{names}: {verb}")
        return found[0]

    def read(self, clip: Clip) -> np.ndarray:
        """The features (T, D) of a clip as they are stored."""
        return read_array(self.file(clip))


def read_array(path: Path) -> np.ndarray:
    """The array of a .npy or .npz file, see :class:`FeatureFolder`.

    Raises:
        UnreadableFeatures: if it cannot be read, or not safely.
    """
    _check_holes(path)
    try:
        # Sizes that overflow, or are no whole numbers, are errors and no warnings.
        with np.errstate(all="raise"):
            # What is not in an archive stays on disk until its shape was looked at.
            loaded = np.load(path, mmap_mode="r", allow_pickle=False)
            if not isinstance(loaded, np.lib.npyio.NpzFile):
                return np.asarray(loaded)
            with loaded:
                return _unpacked(path, loaded)
    except UnreadableFeatures:
        raise
    # A dozen kinds, of numpy, zipfile and the compressions, for files that mislead them.
    except Exception as error:
        raise UnreadableFeatures(
            f"{path} is no array that can be read safely ({type(error).__name__})"
        ) from error


def _check_holes(path: Path) -> None:
    """Refuse a file that is far larger than what it takes on the disk."""
    about = path.stat()
    # In units of 512 bytes; some file systems do not say.
    stored = 512 * getattr(about, "st_blocks", 0)
    if stored and about.st_size > max(SMALL, MOST_COMPRESSED * stored):
        raise UnreadableFeatures(
            f"{path} has {about.st_size} bytes, of which the disk holds {stored}: the rest are "
            "holes; write it again"
        )


def _unpacked(path: Path, archive: np.lib.npyio.NpzFile) -> np.ndarray:
    names = archive.files
    if ARRAY_KEY not in names and len(names) != 1:
        raise UnreadableFeatures(
            f"{path} holds the arrays {', '.join(names) or 'none'}: expected one, or one called "
            f"{ARRAY_KEY!r}"
        )
    name = ARRAY_KEY if ARRAY_KEY in names else names[0]
    entries = archive.zip.infolist() if archive.zip else []
    entry = next(one for one in entries if one.filename in (name, f"{name}.npy"))
    if entry.file_size > max(SMALL, MOST_COMPRESSED * path.stat().st_size):
        raise UnreadableFeatures(
            f"{path} would unpack to {entry.file_size} bytes, more than {MOST_COMPRESSED} times "
            "its size: write it with less compression"
        )
    return np.asarray(archive[name])


def as_video(clip: Clip) -> Clip:
    """A clip as its video is looked for: by its path, unless that names an array."""
    is_array = clip.path is not None and Path(clip.path).suffix in ARRAY_SUFFIXES
    return replace(clip, path=None) if is_array else clip


class FeatureTable:
    """A feature file (HDF5) of the layout that `playfair.data.stores.feature_store` documents.

    Raises:
        InputError: if the file as a whole does not have that layout.
    """

    def __init__(self, path: str | Path):
        self.path = Path(path)
        self.store = FeatureStore(path, REMEDY)
        self._row_of = {str(uid): row for row, uid in enumerate(self.store.uid)}
        if len(self._row_of) < len(self.store):
            raise InputError(f"{self.path} holds a uid twice: every video needs its own")

    def clips(self, class_names: Sequence[str]) -> list[Clip]:
        """The videos of the file as clips, their classes by the file's labels.

        Raises:
            InputError: for a label that is no class, or a uid that cannot name a file.
        """
        clips = []
        for uid, label in zip(self.store.uid, self.store.label, strict=True):
            name = _class_of(self.path, uid, label, class_names)
            _check_uid(self.path, str(uid))
            clips.append(Clip(str(uid), name))
        return clips

    def read(self, clip: Clip) -> np.ndarray:
        """The features (T, D) of a clip as they are stored."""
        if clip.uid not in self._row_of:
            raise UnreadableFeatures(f"{self.path} has no video with the uid {clip.uid!r}")
        try:
            return self.store.features(self._row_of[clip.uid])
        except InputError as error:
            raise UnreadableFeatures(f"the features of {clip.uid!r}: {error}") from error


class ReferenceFeatures:
    """A feature file (HDF5) as the paper's code writes it.

    At its root, or in a group per split: `features` (V,) of lists of T * D numbers, with the
    attribute feature_dim, D; `uids` (V,); and `labels`, a group of columns (V,) by name, of class
    numbers or class names.

    Args:
        label_name: which column of labels; None: the one called action, or the only one.

    Raises:
        InputError: if the file as a whole does not have that layout.
    """

    def __init__(self, path: str | Path, split: str, label_name: str | None = None):
        self.path = Path(path)
        self.store = open_hdf5(path, "a feature file", REMEDY, foreign=True)
        group = self.store.get(split, self.store)
        self._features = group["features"]
        self._dim = int(self._features.attrs.get("feature_dim", 0))
        self.uid = read_text(group["uids"], REMEDY)
        self._row_of = {str(uid): row for row, uid in enumerate(self.uid)}
        if len(self._row_of) < len(self.uid):
            raise InputError(f"{self.path} holds a uid twice: every video needs its own")
        if self._dim < 1 or self._features.shape != self.uid.shape:
            raise InputError(
                f"{self.path}: its features have the shape {self._features.shape} and the "
                f"attribute feature_dim {self._dim}: expected one list of numbers for each of its "
                f"{len(self.uid)} uids, and 1 or more"
            )
        self._labels: Mapping[str, Any] = group.get("labels", {})
        self._label_name = label_name

    def _label_column(self) -> h5py.Dataset | None:
        labels, name = self._labels, self._label_name
        names = sorted(labels)
        if name is None:
            name = "action" if "action" in names else names[0] if len(names) == 1 else None
        if name not in names and (name or names):
            raise InputError(
                f"{self.path} has the labels {', '.join(names) or 'of none'}: choose one of them "
                "as label_name"
            )
        if name is not None and labels[name].shape != self.uid.shape:
            raise InputError(f"{self.path}: its labels {name!r} are not one for each uid")
        return None if name is None else labels[name]

    def clips(self, class_names: Sequence[str]) -> list[Clip]:
        """The videos of the file as clips; of an unknown class where there are no labels.

        Raises:
            InputError: for a label that is no class, a uid that cannot name a file, or labels of
                which none is chosen.
        """
        labels = self._label_column()
        if labels is None:
            found = [""] * len(self.uid)
        elif labels.dtype.kind in "iu":
            numbers = read_values(labels, remedy=REMEDY)
            pairs = zip(self.uid, numbers, strict=True)
            found = [_class_of(self.path, *pair, class_names) for pair in pairs]
        else:
            found = [class_name_in(self.path, text) for text in read_text(labels, REMEDY)]
        for uid in self.uid:
            _check_uid(self.path, str(uid))
        return [Clip(str(uid), name) for uid, name in zip(self.uid, found, strict=True)]

    def read(self, clip: Clip) -> np.ndarray:
        """The features (T, D) of a clip as they are stored."""
        if clip.uid not in self._row_of:
            raise UnreadableFeatures(f"{self.path} has no video with the uid {clip.uid!r}")
        values = np.asarray(self._features[self._row_of[clip.uid]])
        if len(values) % self._dim:
            raise UnreadableFeatures(
                f"the features of {clip.uid!r} are {len(values)} numbers, expected a multiple of "
                f"feature_dim, {self._dim}"
            )
        return values.reshape(-1, self._dim)


def _class_of(path: Path, uid: str, label: int, class_names: Sequence[str]) -> str:
    if not UNKNOWN_LABEL <= label < len(class_names):
        raise InputError(
            f"{path}: the video {uid!r} has the label {label}, expected 0 to "
            f"{len(class_names) - 1}, or -1 where it is unknown"
        )
    return class_names[label] if label >= 0 else ""


def _check_uid(path: Path, uid: str) -> None:
    if not is_uid(uid):
        raise InputError(f"{path} holds the uid {uid!r}: use letters, digits, '_', '-' and '.'")


def open_table(
    path: str | Path, split: str, label_name: str | None = None
) -> FeatureTable | ReferenceFeatures:
    """A feature file of either layout; `split` and `label_name`: see `ReferenceFeatures`."""
    with open_hdf5(path, "a feature file", REMEDY, foreign=True) as file:
        group = file[split] if isinstance(file.get(split), h5py.Group) else file
        is_reference = "features" in group and "uids" in group
    if is_reference:
        return ReferenceFeatures(path, split, label_name)
    return FeatureTable(path)


def read_split(
    path: str | Path,
    split: str,
    labels: str | Path | None = None,
    label_name: str | None = None,
) -> list[Clip]:
    """The clips of a split, from a list of clips or from a feature file.

    Args:
        path: CSV, JSON or JSON.gz, see :func:`playfair.data.clips.labels.read_clips`; or HDF5.
        labels: names the classes whose numbers a feature file holds; of no use with a list.
        label_name: what the class is called in the list, or among the labels of a feature file.

    Raises:
        InputError: if the file is neither, or a directory of arrays, which has no labels.
    """
    if Path(path).is_dir():
        raise InputError(
            f"{path} is a directory of arrays, without labels: give the data set lists of its "
            "train and validation clips"
        )
    if not is_hdf5(path):
        return read_clips(path, split, label_name)
    if labels is None:
        raise InputError(f"{path} holds class numbers: give the data set a labels file")
    return open_table(path, split, label_name).clips(read_class_names(labels))


Source = FeatureFolder | FeatureTable | ReferenceFeatures


def open_source(source: str | Path, split: str = "") -> Source:
    """The features of a split at a path, which must exist."""
    if not Path(source).exists():
        raise InputError(
            f"{source} does not exist: expected a feature file (HDF5) or a directory of arrays"
        )
    return FeatureFolder(source) if Path(source).is_dir() else open_table(source, split)
