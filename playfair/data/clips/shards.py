"""Shards: the clips of a split dealt out to jobs, so that many machines can work side by side.

A shard is called "2-of-4", as Snakemake's scattergather calls it. Every clip belongs to one shard,
and a shard may be empty. Two ways to deal:

- "order": runs of equal length, as the clips are listed.
- "hash": by a hash of the uid. Shards differ somewhat in size, but clips that are added to the list
  change the shards that they fall into and no others.
"""

import errno
import hashlib
import json
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from pathlib import Path
from stat import S_ISDIR

import numpy as np

from playfair.data.clips.labels import Clip, read_clips
from playfair.errors import InputError
from playfair.files import written_whole
from playfair.provenance import value_hash

_KNOWN = "known.json"
_FEW, _LOOKING = 100, 16
"""Files that one thread looks at in a row, and how many threads do."""


def shard_numbers(uids: Sequence[str], count: int, shard_by: str) -> np.ndarray:
    """(V,) int64: the shard, 0 to count - 1, that each of V clips belongs to.

    Args:
        shard_by: "order" or "hash", see the module.
    """
    if shard_by == "order":
        return np.arange(len(uids)) * count // max(len(uids), 1)
    if shard_by == "hash":
        digests = [hashlib.sha256(uid.encode()).digest()[:8] for uid in uids]
        return np.array([int.from_bytes(digest) % count for digest in digests], dtype=np.int64)
    raise InputError(f"Clips cannot be dealt out by {shard_by!r}: expected 'order' or 'hash'.")


def deal_clips(clips: Sequence[Clip], count: int, shard_by: str) -> dict[str, list[Clip]]:
    """Shard name -> its clips, in the order of the list."""
    shards: list[list[Clip]] = [[] for _ in range(count)]
    numbers = shard_numbers([clip.uid for clip in clips], count, shard_by)
    for clip, number in zip(clips, numbers, strict=True):
        shards[number].append(clip)
    return {f"{number}-of-{count}": shard for number, shard in enumerate(shards, start=1)}


def clips_of_shard(clips: Sequence[Clip], name: str, shard_by: str) -> list[Clip]:
    """The clips of the shard called `name`, such as "2-of-4"."""
    return deal_clips(clips, int(name.rpartition("-")[2]), shard_by)[name]


class ShardFiles:
    """The files of a split's clips, shard by shard, by which it is noticed that they have changed.

    Reading the labels of ten million clips takes minutes. Which files a shard has is kept in the
    directory `memo` and used as long as the label file and the directory `files` have the same
    times; the files themselves are looked at each time.

    Args:
        split: "train" or "validation", which of a list of both. files_of: where the file of a clip
            may be in the directory `files`. shard_by: "order" or "hash", see the module.
        read: called as read(labels, split), gives the clips.

    Raises:
        FileNotFoundError: if there are no labels or files yet.
        InputError: if the labels are no list of clips.
    """

    def __init__(
        self,
        labels: str | Path,
        split: str,
        files: str | Path,
        files_of: Callable[[Clip], Sequence[Path]],
        count: int,
        shard_by: str,
        memo: str | Path,
        read: Callable[[str | Path, str], Sequence[Clip]] = read_clips,
    ):
        self._memo = Path(memo)
        state = [split, count, shard_by, *map(_state, (labels, files))]
        known = self._memo / _KNOWN
        if known.is_file() and json.loads(known.read_bytes()) == state:
            return
        shards = deal_clips(read(labels, split), count, shard_by)
        with written_whole(self._memo) as folder:
            folder.mkdir()
            for name, clips in shards.items():
                paths = [_paths(clip, files_of) for clip in clips]
                kept = {"clips": value_hash(_as_text(clips)), "files": list(chain(*paths))}
                (folder / f"{name}.json").write_text(json.dumps(kept), encoding="utf-8")
            (folder / _KNOWN).write_text(json.dumps(state), encoding="utf-8")

    def content(self, shard: str) -> str:
        """A hash of the clips of a shard, and of size and time of their files."""
        kept = json.loads((self._memo / f"{shard}.json").read_bytes())
        paths = kept["files"]
        if len(paths) < _FEW:
            return value_hash([kept["clips"], [_file_state(path) for path in paths]])
        # Side by side, as disks of a network answer slowly.
        parts = [paths[first : first + _FEW] for first in range(0, len(paths), _FEW)]
        with ThreadPoolExecutor(_LOOKING) as pool:
            states = pool.map(lambda part: [_file_state(path) for path in part], parts)
            return value_hash([kept["clips"], list(chain(*states))])


def _paths(clip: Clip, files_of: Callable[[Clip], Sequence[Path]]) -> list[str]:
    try:
        return [str(path) for path in files_of(clip)]
    except InputError:
        # The job says what is wrong.
        return []


def _file_state(path: str) -> list[int] | None:
    try:
        status = os.stat(path)  # noqa: PTH116, a Path takes three times as long
    except OSError:
        return None
    if not S_ISDIR(status.st_mode):
        return [status.st_size, status.st_mtime_ns]
    # A folder of pictures.
    found = [entry.stat() for entry in os.scandir(path) if entry.is_file()]
    latest = max((one.st_mtime_ns for one in found), default=0)
    return [len(found), sum(one.st_size for one in found), latest]


def _state(path: str | Path) -> list[str | int]:
    if not Path(path).exists():
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path))
    status = Path(path).stat()
    return [str(path), status.st_size, status.st_mtime_ns]


def _as_text(shard: Sequence[Clip]) -> str:
    return json.dumps([vars(clip) for clip in shard], ensure_ascii=False)
