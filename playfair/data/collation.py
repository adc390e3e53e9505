"""Collation: the ESV files of one model, one per number of frames, joined into one file."""

from collections.abc import Sequence
from pathlib import Path

import h5py
import numpy as np

import playfair
from playfair.data.esv_store import OPTIONAL, PER_VIDEO, EsvTable, open_results, read_esvs
from playfair.errors import InputError
from playfair.files import written_whole


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
            for name in (*PER_VIDEO, *OPTIONAL):
                values = getattr(table, name)
                if values is not None:
                    group[name] = values[rows]
    return len(kept)


def _common_uids(
    first: EsvTable, paths: Sequence[str | Path], uids: Sequence[str] | None
) -> np.ndarray:
    common, anywhere = set(first.uid), set(first.uid)
    for source in paths[1:]:
        with open_results(source) as file:
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
