"""Lists of labelled clips (Something-Something v2's JSON, or CSV), classes, and class priors."""

import gzip
import json
import math
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from playfair.data.clips.clip_tables import read_rows
from playfair.errors import InputError
from playfair.files import below, written_whole

UNKNOWN_LABEL = -1
PRIOR_TOLERANCE = 1e-4
"""How far from 1 the sum of class priors may be."""


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


def read_clips(path: str | Path, split: str | None = None) -> list[Clip]:
    """Read the clips of a split from a CSV file, or from a JSON or JSON.gz list.

    CSV: columns uid or path, label (a class name, or nothing) and perhaps split, see
    :func:`playfair.data.clips.clip_tables.read_rows`. JSON: a list of {id, label, template,
    placeholders}; the class name is the template without its square brackets, and only ``id`` is
    required. A clip without a label or a template has no known class.

    Args:
        split: of a CSV with a column split, only the rows of this one.

    Raises:
        InputError: if the file is not such a list or a uid occurs twice.
    """
    is_csv = Path(path).suffix.lower() == ".csv"
    clips = _csv_clips(path, split) if is_csv else _json_clips(path)
    row, name = ("row", "uid") if is_csv else ("entry", "id")
    seen = set()
    for number, clip in clips:
        if not is_uid(clip.uid):
            raise InputError(
                f"{path}: {row} {number} has the {name} {clip.uid!r}: use letters, digits, '_', "
                "'-' and '.'"
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
    return re.fullmatch(r"[\w.-]*\w[\w.-]*", text) is not None


def _csv_clips(path: str | Path, split: str | None) -> list[tuple[int, Clip]]:
    return [(row.number, Clip(row.uid, row.label, path=row.path)) for row in read_rows(path, split)]


def _json_clips(path: str | Path) -> list[tuple[int, Clip]]:
    entries = _read_json(path)
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise InputError(
            f"{path} holds a JSON {type(entries).__name__}: expected a list of objects with id, "
            "label, template and placeholders"
        )
    clips = []
    for number, entry in enumerate(entries, start=1):
        if "id" not in entry:
            raise InputError(f"{path}: entry {number} has no 'id': every clip needs one")
        clip = Clip(
            uid=str(entry["id"]),
            class_name=re.sub(r"[\[\]]", "", str(entry.get("template") or "")),
            description=str(entry.get("label") or ""),
            placeholders=list(entry.get("placeholders") or []),
        )
        clips.append((number, clip))
    return clips


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
    found = _files_by_stem(str(videos)).get(clip.uid, [])
    if len(found) > 1:
        raise InputError(
            f"the clip {clip.uid!r} may be {found[0]} or {found[1]} in {videos}: set the data "
            "set's extension, or give paths in a CSV with a column path"
        )
    return Path(videos, found[0] if found else f"{clip.uid}.*")


@cache
def _files_by_stem(directory: str) -> dict[str, list[str]]:
    """Names of the files in a directory by name without extension; read once per process."""
    by_stem: dict[str, list[str]] = {}
    if Path(directory).is_dir():
        for file in sorted(Path(directory).iterdir()):
            by_stem.setdefault(file.stem, []).append(file.name)
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
    ids = _read_json(path)
    if not isinstance(ids, dict):
        raise InputError(
            f"{path} holds a JSON {type(ids).__name__}: expected an object {{class name: class id}}"
        )
    by_id = {str(class_id): name for name, class_id in ids.items()}
    try:
        return [by_id[str(class_id)] for class_id in range(len(ids))]
    except KeyError as missing:
        raise InputError(
            f"{path} has {len(ids)} classes but none with the id {missing}: "
            f"expected the ids 0 to {len(ids) - 1}, once each"
        ) from None


def class_indices(clips: Sequence[Clip], class_names: Sequence[str]) -> np.ndarray:
    """(V,) int64 class index of every clip, -1 where its class is unknown.

    Raises:
        InputError: if a clip names a class that is not in `class_names`.
    """
    index_of = {name: index for index, name in enumerate(class_names)}
    for clip in clips:
        if clip.class_name and clip.class_name not in index_of:
            raise InputError(
                f"clip {clip.uid!r} has the class {clip.class_name!r}, which is not among the "
                f"{len(class_names)} classes of the data set: mend its label, or add the class"
            )
    return np.array([index_of.get(clip.class_name, UNKNOWN_LABEL) for clip in clips], np.int64)


def compute_class_priors(clips: Sequence[Clip], class_names: Sequence[str]) -> pd.DataFrame:
    """Empirical class frequency of the training clips, f(empty) of the paper's section 3.

    Returns:
        columns class (str) and prior (float, sums to 1), a row for every class, also for those
        that no clip has.

    Raises:
        InputError: if no clip has a known class.
    """
    labels = class_indices(clips, class_names)
    counts = np.bincount(labels[labels != UNKNOWN_LABEL], minlength=len(class_names))
    if not counts.sum():
        raise InputError(
            f"none of {len(labels)} training clips has a label: class priors need labelled clips"
        )
    return pd.DataFrame({"class": list(class_names), "prior": counts / counts.sum()})


def read_class_priors(path: str | Path, class_names: Sequence[str]) -> np.ndarray:
    """(C,) float32 priors from a CSV (columns class and prior), in the order of `class_names`.

    Raises:
        InputError: if a class is missing or there twice, a prior is not a number between 0 and 1,
            or those of `class_names` do not sum to 1.
    """
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    missing = {"class", "prior"} - set(table.columns)
    if missing:
        raise InputError(f"{path} has no column {sorted(missing)[0]!r}: expected class and prior")
    prior_of: dict[str, float] = {}
    for name, text in zip(table["class"], table["prior"], strict=True):
        if name in prior_of:
            raise InputError(f"{path} has two rows for the class {name!r}: leave one")
        prior_of[name] = _probability(text)
        if not 0 <= prior_of[name] <= 1:
            raise InputError(
                f"{path} has the prior {text!r} for the class {name!r}: expected a number from 0 "
                "to 1"
            )
    absent = [name for name in class_names if name not in prior_of]
    if absent:
        raise InputError(f"{path} has no row for the class {absent[0]!r}: every class needs one")
    priors = np.array([prior_of[name] for name in class_names])
    if abs(priors.sum() - 1) > PRIOR_TOLERANCE:
        raise InputError(
            f"{path}: the priors of the {len(priors)} classes sum to {priors.sum():.6g}, expected "
            "1: divide them by their sum, or make the file again"
        )
    return priors.astype(np.float32)


def _probability(text: str) -> float:
    """A number, or NaN where there is none."""
    try:
        return float(text)
    except ValueError:
        return math.nan


def read_uids(path: str | Path) -> list[str]:
    """Read the uids of a subset of videos from a CSV with a column uid."""
    table = pd.read_csv(path, dtype=str)
    if "uid" not in table.columns:
        found = ", ".join(map(str, table.columns))
        raise InputError(f"{path} has the columns {found}: expected one called uid")
    return list(table["uid"])


def _read_json(path: str | Path) -> Any:
    path = Path(path)
    if not path.is_file():
        raise InputError(f"{path} does not exist: expected a JSON or JSON.gz file of labels")
    opener = gzip.open if path.suffix == ".gz" else open
    try:
        with opener(path, "rt", encoding="utf-8") as file:
            return json.load(file)
    except (ValueError, EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise InputError(f"{path} is not valid JSON ({error}): mend or replace it") from error
