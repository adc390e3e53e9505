"""Gathering: what the jobs of all shards wrote, joined into one file or directory per split.

Directories are joined by hard links, so that nothing is stored twice. HDF5 files are joined block
by block in the order of uids, whatever the shards were: the result does not depend on their number.
Memory is that of one block (64 MB, or 1 MB per shard if that is more) and of the uids; every byte
is read and written once.
"""

import os
import re
import shutil
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from playfair.data.stores.columns import TEXT, create_column, create_hdf5, write_column
from playfair.data.stores.esv_checks import check_values
from playfair.data.stores.hdf5 import (
    AGAIN,
    open_hdf5,
    read_attributes,
    read_offsets,
    read_text,
    read_values,
)
from playfair.data.video.gulp import open_chunks, write_chunk_list
from playfair.errors import InputError
from playfair.files import lost_files, read_contents, write_contents, written_whole

BLOCK_BYTES = 1 << 26
SHARD_BLOCK_BYTES = 1 << 20
"""Of each shard a block takes this much at least, since every one is opened for every block."""
FLAT = {"features", "frame_idx", "esv", "esv_se"}
"""Columns with a row per frame in files with offsets."""


def gather_gulps(shards: Sequence[str | Path], directory: str | Path) -> int:
    """Link the GulpIO chunks of all shards into one directory, numbered through.

    Returns:
        The number of videos.

    Raises:
        InputError: if a shard is damaged: what is linked shares its bytes.
    """
    with written_whole(directory) as temporary:
        temporary.mkdir()
        videos: dict[str, list[str]] = {}
        for shard in shards:
            chunks = {Path(chunk.data_file_path): chunk for chunk in open_chunks(Path(shard))}
            for data in sorted(chunks, key=_chunk_number):
                if data.stat().st_size == 0:
                    continue
                meta = data.with_name(f"meta_{_chunk_number(data)}.gmeta")
                number = len(videos)
                _link(data, temporary / f"data_{number}.gulp")
                _link(meta, temporary / f"meta_{number}.gmeta")
                videos[f"data_{number}.gulp"] = sorted(chunks[data].meta_dict)
        write_chunk_list(temporary, videos)
    return sum(map(len, videos.values()))


def gather_files(shards: Sequence[str | Path], directory: str | Path) -> None:
    """Link the files of all shards into one directory, which carries their list.

    Raises:
        InputError: if a shard has lost one, or two have one name there.
    """
    with written_whole(directory) as temporary:
        temporary.mkdir()
        for shard in shards:
            lost = lost_files(shard)
            if lost:
                raise InputError(f"{lost[0]}: run the workflow again, which makes it anew")
            contents = read_contents(shard)
            names = contents["files"] if contents else [f.name for f in Path(shard).iterdir()]
            for name in names:
                file, target = Path(shard, name), temporary / name
                if target.exists():
                    raise InputError(
                        f"{file} has the same name in {directory} as a file of another shard: "
                        f"rename the uid {file.stem!r} or the other one"
                    )
                _link(file, target)
        write_contents(temporary)


def gather_hdf5(shards: Sequence[str | Path], path: str | Path) -> None:
    """Join feature files or ESV files of disjoint sets of videos into one, sorted by uid.

    Columns have a row per video; where there are ``offsets (V + 1,)``, the columns of `FLAT` have a
    row per frame. What does not depend on the videos (attributes, priors, class names) is taken
    from the first shard.

    Raises:
        InputError: if a file is damaged or of another kind, or a uid is in two of them.
    """
    uids = [_read_uids(shard) for shard in shards]
    if len(shards) == 1:
        _compare_checksums(shards[0])
        with written_whole(path) as temporary:
            _link(Path(shards[0]), temporary)
        return
    shard_of = np.repeat(np.arange(len(shards)), [len(names) for names in uids])
    row_of = np.concatenate([np.arange(len(names)) for names in uids])
    names = np.concatenate(uids)
    order = np.argsort(names, kind="stable")
    names = names[order]
    repeated = np.flatnonzero(names[1:] == names[:-1])
    if len(repeated):
        raise InputError(
            f"the video {names[repeated[0]]!r} is in two shards such as {shards[0]}: delete the "
            "folder of these shards and run the workflow again"
        )
    with create_hdf5(path) as joined:
        writer = _JoinedWriter(shards, joined, len(names))
        for first in range(0, len(names), writer.block_rows):
            block = order[first : first + writer.block_rows]
            writer.write(first, shard_of[block], row_of[block])


class _JoinedWriter:
    """Copies blocks of videos from shards into an open file."""

    def __init__(self, shards: Sequence[str | Path], joined: h5py.File, video_count: int):
        self._shards = shards
        self._joined = joined
        self._frame_count = 0
        with _open(shards[0]) as first:
            joined.attrs.update(read_attributes(first))
            self._has_offsets = "offsets" in first
            self._columns = [
                name for name in first if name not in ("prior", "class_name", "offsets")
            ]
            if "prior" in first:
                write_column(joined, "prior", read_values(first["prior"]), np.float32)
            if "class_name" in first:
                write_column(joined, "class_name", read_text(first["class_name"]), TEXT)
            frame_count = sum(map(_frame_count, shards)) if self._has_offsets else 0
            row_bytes = 1
            for name in self._columns:
                column, flat = first[name], self._is_flat(name)
                shape = (frame_count if flat else video_count, *column.shape[1:])
                rows = column.chunks and column.chunks[0]
                create_column(joined, name, shape, column.dtype, chunk_rows=rows)
                per_video = frame_count / max(video_count, 1) if flat else 1
                row_bytes += int(per_video * 8 * np.prod(column.shape[1:], dtype=np.int64))
        if self._has_offsets:
            write_column(joined, "offsets", np.zeros(video_count + 1), np.int64)
        block_bytes = max(BLOCK_BYTES, SHARD_BLOCK_BYTES * len(shards))
        self.block_rows = max(1, block_bytes // row_bytes)

    def _is_flat(self, name: str) -> bool:
        return self._has_offsets and name in FLAT

    def write(self, first: int, shard_of: np.ndarray, row_of: np.ndarray) -> None:
        """Write the videos `row_of` (B,) of the shards `shard_of` (B,) from the row `first` on."""
        lengths = np.zeros(len(row_of), np.int64)
        parts: list[tuple[np.ndarray, dict[str, np.ndarray]]] = []
        for number in np.unique(shard_of):
            rows = np.flatnonzero(shard_of == number)
            # Shards are sorted by uid as the result is: a block takes a run of rows from each.
            run = slice(int(row_of[rows[0]]), int(row_of[rows[-1]]) + 1)
            with _open(self._shards[number]) as file:
                parts.append((rows, self._read(file, run)))
            if self._has_offsets:
                lengths[rows] = np.diff(parts[-1][1].pop("offsets"))
        if self._has_offsets:
            ends = self._frame_count + np.cumsum(lengths)
            self._joined["offsets"][first + 1 : first + 1 + len(ends)] = ends
        starts = np.cumsum(lengths) - lengths
        for name in self._columns:
            flat = self._is_flat(name)
            count, begin = (lengths.sum(), self._frame_count) if flat else (len(row_of), first)
            column = self._joined[name]
            values = np.empty((count, *column.shape[1:]), dtype=column.dtype)
            for rows, part in parts:
                places = _frame_rows(starts[rows], lengths[rows]) if flat else rows
                values[places] = part[name]
            column[begin : begin + count] = values
        self._frame_count += int(lengths.sum())

    def _read(self, file: h5py.File, run: slice) -> dict[str, np.ndarray]:
        columns: dict[str, Any] = {}
        frames = slice(0, 0)
        if self._has_offsets:
            columns["offsets"] = read_values(file["offsets"], slice(run.start, run.stop + 1))
            frames = slice(int(columns["offsets"][0]), int(columns["offsets"][-1]))
        for name in self._columns:
            columns[name] = read_values(file[name], frames if self._is_flat(name) else run)
        if "prior" in file and columns.keys() >= {"uid", "scores", "esv"}:
            _check_esvs(file, columns)
        return columns


def _check_esvs(file: h5py.File, columns: dict[str, np.ndarray]) -> None:
    """Check the ESVs of a block, those of videos of different lengths one by one."""
    uid = [text.decode(errors="replace") for text in columns["uid"]]
    prior, attributes = read_values(file["prior"]), {"method": file.attrs.get("method")}
    scores, esv, gap = columns["scores"], columns["esv"], columns.get("efficiency_gap")
    if "offsets" not in columns:
        check_values(file.filename, uid, scores, esv, prior, gap, attributes)
        return
    frames = columns["offsets"] - columns["offsets"][0]
    for video, (start, end) in enumerate(pairwise(frames)):
        one = slice(video, video + 1)
        of_one = (scores[one], esv[None, start:end], prior, None if gap is None else gap[one])
        check_values(file.filename, uid[one], *of_one, attributes)


def _compare_checksums(shard: str | Path) -> None:
    """Read a shard that is linked as it is, a block at a time, so that no damaged one is."""
    with _open(shard) as file:
        for column in file.values():
            row_bytes = column.dtype.itemsize * int(np.prod(column.shape[1:], dtype=np.int64))
            rows = max(1, BLOCK_BYTES // max(1, row_bytes))
            for first in range(0, len(column), rows):
                read_values(column, slice(first, first + rows))


def _frame_rows(starts: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """The rows starts[v], ..., starts[v] + lengths[v] - 1 of all videos v, one after the other."""
    firsts = np.repeat(starts - (np.cumsum(lengths) - lengths), lengths)
    return firsts + np.arange(lengths.sum())


def _read_uids(shard: str | Path) -> np.ndarray:
    with _open(shard) as file:
        if "uid" not in file:
            raise InputError(f"{shard} has no dataset 'uid': delete it and run the workflow again")
        groups = [name for name, item in file.items() if isinstance(item, h5py.Group)]
        if groups:
            raise InputError(
                f"{shard} has a group {groups[0]!r}: expected columns alone, as in a feature or "
                f"ESV file: {AGAIN}"
            )
        uids = read_text(file["uid"])
    if any(one >= other for one, other in pairwise(uids)):
        raise InputError(f"the videos in {shard} are not sorted by uid: delete it and run again")
    return uids


def _frame_count(shard: str | Path) -> int:
    with _open(shard) as file:
        flat = [name for name in ("features", "esv") if name in file]
        if not flat or "offsets" not in file:
            raise InputError(f"{shard} has no features and no ESVs of every frame: {AGAIN}")
        return int(read_offsets(file, len(file[flat[0]]))[-1])


def _open(shard: str | Path) -> h5py.File:
    return open_hdf5(shard, "a feature or ESV file")


def _chunk_number(path: Path) -> int:
    return int(re.findall(r"\d+", path.name)[0])


def _link(source: Path, target: Path) -> None:
    """Link a file, or copy it where the file system has no hard links."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
