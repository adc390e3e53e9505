"""Collation: the ESV files of one model, one per number of frames, joined into one file."""

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import h5py
import numpy as np

import playfair
from playfair.data.stores.esv_store import OPTIONAL, PER_VIDEO, open_results
from playfair.data.stores.hdf5 import read_text
from playfair.errors import InputError
from playfair.files import written_whole

BLOCK_BYTES = 1 << 26


def collate_esvs(
    paths: Sequence[str | Path], path: str | Path, uids: Sequence[str] | None = None
) -> int:
    """Join the ESV files of one model into one file, over the videos common to all.

    The videos are the *intersection* of those in the files, in the order of the first file, and, if
    `uids` is given, of those too. Memory is that of the uids and of a block of one column.

    Returns:
        The number of videos kept.

    Raises:
        InputError: if the files do not belong together, a uid of `uids` is in none of them, or no
            video is common to all.
    """
    with ExitStack() as stack:
        sources = [stack.enter_context(open_results(source)) for source in paths]
        _check_belong_together(paths, sources)
        uids_of = [read_text(source["uid"]) for source in sources]
        common = _common_uids(uids_of, paths, uids)
        first, rows_of_first = sources[0], _rows(uids_of[0], uids_of[0], common)
        kept = uids_of[0][rows_of_first]
        temporary = stack.enter_context(written_whole(path))
        file = stack.enter_context(h5py.File(temporary, "w"))
        file.attrs.update({name: first.attrs[name] for name in ("dataset", "model")})
        file.attrs["playfair_version"] = playfair.__version__
        file.create_dataset("uid", data=kept, dtype=h5py.string_dtype("utf-8"))
        for name in ("label", "sequence_length"):
            file[name] = first[name][:][rows_of_first]
        for name in ("prior", "class_name"):
            first.copy(name, file)
        for source, names in zip(sources, uids_of, strict=True):
            group = file.create_group(str(source.attrs["n_frames"]))
            group.attrs.update(source.attrs)
            rows = _rows(names, kept, common)
            for name in (*PER_VIDEO, *OPTIONAL):
                if name in source:
                    _copy_rows(source[name], rows, group, name)
    return len(kept)


def _copy_rows(column: h5py.Dataset, rows: np.ndarray, group: h5py.Group, name: str) -> None:
    """Copy some rows of a column, in that order, block by block."""
    row_shape = column.shape[1:]
    target = group.create_dataset(name, shape=(len(rows), *row_shape), dtype=column.dtype)
    row_bytes = column.dtype.itemsize * int(np.prod(row_shape, dtype=np.int64))
    block_rows = max(1, BLOCK_BYTES // row_bytes)
    for start in range(0, len(rows), block_rows):
        block = rows[start : start + block_rows]
        low, high = int(block.min()), int(block.max()) + 1
        if high - low <= 4 * block_rows:
            values = column[low:high][block - low]
        else:
            values = np.stack([column[row] for row in block])
        target[start : start + len(block)] = values


def _rows(names: np.ndarray, wanted: np.ndarray, common: set[str]) -> np.ndarray:
    """Where the common uids of `wanted`, in its order, stand in `names`."""
    row_of = {uid: row for row, uid in enumerate(names)}
    return np.array([row_of[uid] for uid in wanted if uid in common], dtype=np.int64)


def _common_uids(
    uids_of: Sequence[np.ndarray], paths: Sequence[str | Path], uids: Sequence[str] | None
) -> set[str]:
    common = set.intersection(*map(set, uids_of))
    if uids is not None:
        unknown = sorted(set(uids).difference(*uids_of))
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
    return common


def _check_belong_together(paths: Sequence[str | Path], sources: Sequence[h5py.File]) -> None:
    first = sources[0]
    for path, source in zip(paths, sources, strict=True):
        missing = [name for name in ("uid", "class_name", *PER_VIDEO) if name not in source]
        if missing or "offsets" in source:
            raise InputError(f"{path} is not an ESV file of one number of frames: make it anew")
        for name in ("dataset", "model", "n_frames"):
            if not isinstance(source.attrs.get(name), str | np.integer):
                raise InputError(f"{path} does not say of which {name} it is: make it anew")
        for name in ("dataset", "model"):
            if source.attrs[name] != first.attrs[name]:
                raise InputError(
                    f"{path} is of {name} {source.attrs[name]!r} but {paths[0]} of "
                    f"{first.attrs[name]!r}: collate the files of one {name} only"
                )
        if not np.array_equal(source["class_name"][:], first["class_name"][:]):
            raise InputError(f"{path} and {paths[0]} have different classes: make them anew")
