"""Collation: the ESV files of one model, one per number of frames, joined into one file."""

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import h5py
import numpy as np

import playfair
from playfair.data.stores.columns import TEXT, create_column, create_hdf5, write_column
from playfair.data.stores.esv_checks import check_values
from playfair.data.stores.esv_store import open_results
from playfair.data.stores.esv_table import COMMON, OF_ELEMENTS, OPTIONAL, PER_VIDEO
from playfair.data.stores.hdf5 import read_attributes, read_text, read_values
from playfair.errors import InputError

BLOCK_BYTES = 1 << 26


def collate_esvs(
    paths: Sequence[str | Path], path: str | Path, uids: Sequence[str] | None = None
) -> int:
    """Join the ESV files of one model into one file, over the videos common to all.

    The videos are the *intersection* of those in the files, in the order of the first file, and, if
    `uids` is given, of those too. Memory is that of the uids and of a block of rows.

    Returns:
        The number of videos kept.

    Raises:
        InputError: if the files do not belong together, a uid of `uids` is in none of them, no
            video is common to all, or a file is damaged.
    """
    with ExitStack() as stack:
        sources = [stack.enter_context(open_results(source)) for source in paths]
        _check_belong_together(paths, sources)
        uids_of = [read_text(source["uid"]) for source in sources]
        common = _common_uids(uids_of, paths, uids)
        first, rows_of_first = sources[0], _rows(uids_of[0], uids_of[0], common)
        kept = uids_of[0][rows_of_first]
        file = stack.enter_context(create_hdf5(path))
        file.attrs.update({name: first.attrs[name] for name in ("dataset", "model")})
        file.attrs["playfair_version"] = playfair.__version__
        write_column(file, "uid", kept, TEXT)
        write_column(file, "class_name", read_text(first["class_name"]), TEXT)
        for name in ("label", "sequence_length"):
            write_column(file, name, read_values(first[name])[rows_of_first], np.int64)
        write_column(file, "prior", read_values(first["prior"]), np.float32)
        for source, names in zip(sources, uids_of, strict=True):
            group = file.create_group(str(source.attrs["n_frames"]))
            group.attrs.update(read_attributes(source))
            _copy_rows(source, names, _rows(names, kept, common), group)
    return len(kept)


def _copy_rows(source: h5py.File, uid: np.ndarray, rows: np.ndarray, group: h5py.Group) -> None:
    """Copy some rows of the columns of an ESV file, in that order, block by block."""
    names = [name for name in (*PER_VIDEO, *OPTIONAL, *OF_ELEMENTS) if name in source]
    prior, attributes = read_values(source["prior"]), read_attributes(source)
    row_bytes = 0
    for name in names:
        shape, dtype = source[name].shape[1:], source[name].dtype
        create_column(group, name, (len(rows), *shape), dtype)
        row_bytes += dtype.itemsize * int(np.prod(shape, dtype=np.int64))
    block_rows = max(1, BLOCK_BYTES // row_bytes)
    for start in range(0, len(rows), block_rows):
        block = rows[start : start + block_rows]
        values = {name: _read_rows(source[name], block, block_rows) for name in names}
        of_esvs = (values["scores"], values["esv"], prior, values.get("efficiency_gap"))
        check_values(source.filename, uid[block], *of_esvs, attributes)
        for name in names:
            group[name][start : start + len(block)] = values[name]


def _read_rows(column: h5py.Dataset, block: np.ndarray, block_rows: int) -> np.ndarray:
    low, high = int(block.min()), int(block.max()) + 1
    if high - low <= 4 * block_rows:
        rows: np.ndarray = read_values(column, slice(low, high))[block - low]
        return rows
    return np.stack([read_values(column, row) for row in block])


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
        missing = [name for name in (*COMMON, *PER_VIDEO) if name not in source]
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
        if not np.array_equal(read_text(source["class_name"]), read_text(first["class_name"])):
            raise InputError(f"{path} and {paths[0]} have different classes: make them anew")
        priors = read_values(source["prior"]), read_values(first["prior"])
        if not np.array_equal(*priors, equal_nan=True):
            raise InputError(f"{path} and {paths[0]} have different priors: make them anew")
