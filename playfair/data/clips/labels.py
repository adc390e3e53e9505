"""Lists of labelled clips (Something-Something v2's JSON, or CSV), classes, and class priors."""

import json
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np

from playfair.data.clips.clip_tables import read_rows
from playfair.data.clips.csv_tables import is_csv, read_csv_rows
from playfair.data.clips.json_lists import read_class_ids, read_entries
from playfair.errors import InputError, quoted
from playfair.files import below, written_whole

UNKNOWN_LABEL = -1
MOST_UID_BYTES = 160
"""Files are called by uids, with more around them; file systems take names of 255 bytes."""


@dataclass(frozen=True)
class Clip:
    """A labelled video: its uid, class name ("" where unknown) and description in words.

    path: of its file, relative to the directory of the videos; None where only the uid is known.
    """

    uid: str
    class_name: str
    description: str = ""
    placeholders: list[str] = field(default_factory=list)
    path: str | None = None


def read_clips(
    path: str | Path, split: str | None = None, label_name: str | None = None
) -> list[Clip]:
    """Read the clips of a split from a CSV file, or from a JSON or JSON.gz list.

    CSV: columns uid or path, label (a class name, or nothing) and perhaps split, see
    :func:`playfair.data.clips.clip_tables.read_rows`. JSON: a list of {id, label, template,
    placeholders}; the class name is the template without its square brackets, and only ``id`` is
    required. A clip without a label or a template has no known class.

    Args:
        split: of a CSV with a column split, only the rows of this one.
        label_name: the column, or the key of entries, that holds the class name in place of label
            (CSV) or template (JSON); every row, or entry, has it.

    Raises:
        InputError: if the file is not such a list or a uid occurs twice.
    """
    is_table = is_csv(path)
    if is_table:
        clips = _csv_clips(path, split, label_name or "label")
    else:
        clips = _json_clips(path, label_name or "template")
    row, name = ("row", "uid") if is_table else ("entry", "id")
    seen = set()
    for number, clip in clips:
        if not is_uid(clip.uid):
            raise InputError(
                f"{path}: {row} {number} has the {name} {quoted(clip.uid)}: use letters, digits, "
                f"'_', '-' and '.', at most {MOST_UID_BYTES} bytes"
            )
        if clip.uid in seen:
            raise InputError(
                f"{path}: the {name} {clip.uid!r} occurs twice: every clip needs its own"
            )
        seen.add(clip.uid)
    if not clips:
        raise InputError(f"{path} lists no clips: expected at least one")
    return [clip for _, clip in clips]


def is_uid(text: str) -> bool:
    """Whether this can name a video and its files: letters, digits, "_", "-" and "."."""
    is_short = len(text) <= MOST_UID_BYTES and len(text.encode(errors="replace")) <= MOST_UID_BYTES
    return is_short and re.fullmatch(r"[\w.-]*\w[\w.-]*", text) is not None


@cache
def class_name_of(text: str) -> str:
    """The name of a class in its one form: composed letters (NFC), single blanks between words.

    Raises:
        InputError: for control characters, and halves of characters.
    """
    name = " ".join(unicodedata.normalize("NFC", text).split())
    if any(unicodedata.category(char) in ("Cc", "Cs") for char in name):
        raise InputError(f"the class {name[:100]!a} has characters that cannot be shown: mend it")
    return name


def _csv_clips(path: str | Path, split: str | None, label_name: str) -> list[tuple[int, Clip]]:
    return [
        (row.number, Clip(row.uid, class_name_in(path, row.label), path=row.path))
        for row in read_rows(path, split, label_name)
    ]


def class_name_in(path: str | Path, text: str) -> str:
    """As :func:`class_name_of`, with the file in the sentence."""
    try:
        return class_name_of(text)
    except InputError as error:
        raise InputError(f"{path}: {error}") from None


def _json_clips(path: str | Path, label_name: str) -> list[tuple[int, Clip]]:
    return [
        (
            entry.number,
            Clip(
                entry.uid,
                class_name_in(path, re.sub(r"[\[\]]", "", entry.template)),
                entry.label,
                entry.placeholders,
            ),
        )
        for entry in read_entries(path, label_name)
    ]


def check_splits_differ(train: Sequence[Clip], validation: Sequence[Clip]) -> None:
    """Check that no clip is in both splits: models would be judged on what they were trained on.

    Raises:
        InputError: naming the first that is.
    """
    both = {clip.uid for clip in train}.intersection(clip.uid for clip in validation)
    if both:
        raise InputError(
            f"the clip {min(both)!r} (and {len(both) - 1} more) is in both splits, train and "
            "validation: leave it in one of the lists"
        )


def video_path(clip: Clip, videos: str | Path, extension: str | None = None) -> Path:
    """The file of a clip in the directory `videos`, which may not exist.

    It is the clip's own path where the list of clips gives one; else <uid><extension>; and without
    an extension either, the one file called <uid>.<anything>.

    Raises:
        InputError: if several files are called <uid>.<anything>, or the clip's own path leads out
            of the directory.
    """
    if clip.path is not None:
        return below(videos, clip.path)
    if extension is not None:
        return Path(videos, clip.uid + extension)
    uid = unicodedata.normalize("NFC", clip.uid)
    found = _files_by_stem(str(videos)).get(uid, [])
    if len(found) > 1:
        raise InputError(
            f"the clip {clip.uid!r} may be {found[0]} or {found[1]} in {videos}: set the data "
            "set's extension, or give paths in a CSV with a column path"
        )
    return Path(videos, found[0] if found else f"{clip.uid}.*")


@cache
def _files_by_stem(directory: str) -> dict[str, list[str]]:
    """Names of the files in a directory by name without extension; read once per process.

    Letters with accents may be stored in parts, as macOS does: they are found as composed ones.
    """
    by_stem: dict[str, list[str]] = {}
    if Path(directory).is_dir():
        for file in sorted(Path(directory).iterdir()):
            stem = unicodedata.normalize("NFC", file.stem)
            by_stem.setdefault(stem, []).append(file.name)
    return by_stem


def list_class_names(clips: Sequence[Clip]) -> list[str]:
    """The classes of a data set that has no list of them: the distinct labels, sorted.

    Raises:
        InputError: if no clip has a known class.
    """
    names = sorted({clip.class_name for clip in clips} - {""})
    if not names:
        raise InputError(
            f"none of {len(clips)} training clips has a label: classes need labelled clips, or a "
            "labels file"
        )
    return names


def write_class_names(class_names: Sequence[str], path: str | Path) -> None:
    """Write a labels file, as :func:`read_class_names` reads it, whole or not at all."""
    ids = {name: str(class_id) for class_id, name in enumerate(class_names)}
    with written_whole(path) as temporary:
        temporary.write_text(json.dumps(ids, indent=0, ensure_ascii=False) + "\n", "utf-8")


def read_class_names(path: str | Path) -> list[str]:
    """Read a labels file, a JSON object {class name: "class id"}, as class names in order of id.

    Raises:
        InputError: if the ids are not 0, 1, ..., C - 1.
    """
    by_id: dict[int, str] = {}
    id_of: dict[str, int] = {}
    for text, class_id in read_class_ids(path).items():
        name = class_name_in(path, text)
        if not name or name in id_of:
            found = "a class without a name" if not name else f"two classes called {quoted(name)}"
            raise InputError(
                f"{path} has {found} (blanks at the ends, and several in a row, do not count): "
                "every class needs a name of its own"
            )
        by_id[class_id] = name
        id_of[name] = class_id
    missing = [class_id for class_id in range(len(id_of)) if class_id not in by_id]
    if missing or not id_of:
        raise InputError(
            f"{path} has {len(id_of)} classes but none with the id {missing[0] if missing else 0}: "
            f"expected the ids 0 to {max(len(id_of) - 1, 0)}, once each"
        )
    return [by_id[class_id] for class_id in range(len(id_of))]


def class_indices(clips: Sequence[Clip], class_names: Sequence[str]) -> np.ndarray:
    """(V,) int64 class index of every clip, -1 where its class is unknown.

    Raises:
        InputError: if a clip names a class that is not in `class_names`.
    """
    index_of = {name: index for index, name in enumerate(class_names)}
    for clip in clips:
        if clip.class_name and clip.class_name not in index_of:
            raise InputError(
                f"clip {clip.uid!r} has the class {quoted(clip.class_name)}, which is not among "
                f"the {len(class_names)} classes of the data set: mend its label, or add the class"
            )
    return np.array([index_of.get(clip.class_name, UNKNOWN_LABEL) for clip in clips], np.int64)


def read_uids(path: str | Path) -> list[str]:
    """Read the uids of a subset of videos from a CSV with a column uid.

    Raises:
        InputError: if the file is no such CSV, or lists none.
    """
    uids = [cells["uid"] for cells in read_csv_rows(path, [["uid"]], "uid and perhaps others")]
    if "" in uids or not uids:
        found = f"row {uids.index('') + 1} has no uid" if uids else "it lists no uids"
        raise InputError(f"{path}: {found}, expected one in every row")
    return uids
