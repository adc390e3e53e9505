"""Labels in the form of Something-Something v2, and the class priors of a set of them."""

import gzip
import json
import re
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from playfair.errors import InputError

UNKNOWN_LABEL = -1


@dataclass(frozen=True)
class Clip:
    """A labelled video: its uid, class name ("" where unknown) and description in words."""

    uid: str
    class_name: str
    description: str = ""
    placeholders: list[str] = field(default_factory=list)


def read_clips(path: str | Path) -> list[Clip]:
    """Read a split: a JSON or JSON.gz list of {id, label, template, placeholders}.

    The class name is the template without its square brackets. Only ``id`` is required; a clip
    without a template has no known class.

    Raises:
        InputError: if the file is not such a list or an id occurs twice.
    """
    entries = _read_json(path)
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise InputError(
            f"{path} holds a JSON {type(entries).__name__}: expected a list of objects with id, "
            "label, template and placeholders"
        )
    clips, seen = [], set()
    for number, entry in enumerate(entries, start=1):
        if "id" not in entry:
            raise InputError(f"{path}: entry {number} has no 'id': every clip needs one")
        uid = str(entry["id"])
        if not re.fullmatch(r"[\w.-]*\w[\w.-]*", uid):
            raise InputError(
                f"{path}: entry {number} has the id {uid!r}: use letters, digits, '_', '-' and '.'"
            )
        if uid in seen:
            raise InputError(f"{path}: the id {uid!r} occurs twice: every clip needs its own")
        seen.add(uid)
        clips.append(
            Clip(
                uid=uid,
                class_name=re.sub(r"[\[\]]", "", str(entry.get("template") or "")),
                description=str(entry.get("label") or ""),
                placeholders=list(entry.get("placeholders") or []),
            )
        )
    if not clips:
        raise InputError(f"{path} lists no clips: expected at least one")
    return clips


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
                f"{len(class_names)} classes of the labels file: mend its template"
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
            f"none of {len(clips)} training clips has a template: class priors need labelled clips"
        )
    return pd.DataFrame({"class": list(class_names), "prior": counts / counts.sum()})


def read_class_priors(path: str | Path, class_names: Sequence[str]) -> np.ndarray:
    """(C,) float32 priors from a CSV (columns class and prior), in the order of `class_names`."""
    table = pd.read_csv(path)
    missing = {"class", "prior"} - set(table.columns)
    if missing:
        raise InputError(f"{path} has no column {sorted(missing)[0]!r}: expected class and prior")
    prior_of: Mapping[str, float] = dict(zip(table["class"], table["prior"], strict=True))
    absent = [name for name in class_names if name not in prior_of]
    if absent:
        raise InputError(f"{path} has no row for the class {absent[0]!r}: every class needs one")
    return np.array([prior_of[name] for name in class_names], dtype=np.float32)


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
