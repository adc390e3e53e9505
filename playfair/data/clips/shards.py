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
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np

from playfair.data.clips.labels import Clip, read_clips
from playfair.errors import InputError
from playfair.files import written_whole
from playfair.provenance import value_hash


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


def shard_hashes(
    labels: str | Path, split: str, videos: str | Path, count: int, memo: str | Path
) -> dict[str, str]:
    """Shard name -> a hash of its clips and of which of their videos are there, dealt by hash.

    Reading the labels of ten million clips takes a minute: the answer is kept in the file `memo`
    and used as long as the label file and the directories of videos have the same times.

    Args:
        split: "train" or "validation", which of a list of both. videos: directory of the videos.

    Raises:
        FileNotFoundError: if there are no labels or videos yet.
    """
    state = [split, count, *map(_state, (labels, videos))]
    memo = Path(memo)
    if memo.is_file():
        kept = json.loads(memo.read_text(encoding="utf-8"))
        if kept["state"] == state and kept["folders"] == _states(kept["folders"]):
            hashes: dict[str, str] = kept["hashes"]
            return hashes
    clips = read_clips(labels, split)
    folders = {str(Path(videos, clip.path).parent) for clip in clips if clip.path is not None}
    states = _states(folders)
    stems = {path.stem for path in Path(videos).iterdir()}

    def is_present(clip: Clip) -> bool:
        return clip.uid in stems if clip.path is None else Path(videos, clip.path).is_file()

    hashes = {
        name: value_hash([_as_text(shard), [is_present(clip) for clip in shard]])
        for name, shard in deal_clips(clips, count, "hash").items()
    }
    kept = {"state": state, "folders": states, "hashes": hashes}
    with written_whole(memo) as temporary:
        temporary.write_text(json.dumps(kept), encoding="utf-8")
    return hashes


def _states(folders: Iterable[str]) -> dict[str, list[str | int] | None]:
    """Folder -> its state, None where it does not exist."""
    return {folder: _state(folder) if Path(folder).is_dir() else None for folder in sorted(folders)}


def _state(path: str | Path) -> list[str | int]:
    if not Path(path).exists():
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path))
    status = Path(path).stat()
    return [str(path), status.st_size, status.st_mtime_ns]


def _as_text(shard: Sequence[Clip]) -> str:
    return json.dumps([asdict(clip) for clip in shard], ensure_ascii=False)
