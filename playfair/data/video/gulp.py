"""GulpIO: the frames of a split as JPEGs in a few large chunks, written and read with gulpio2."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from gulpio2 import ChunkWriter, GulpDirectory
from gulpio2.adapters import AbstractDatasetAdapter
from gulpio2.fileio import GulpChunk
from tqdm import tqdm

from playfair.data.video.video_files import VideoError, decode_video
from playfair.errors import InputError
from playfair.files import written_whole
from playfair.processes import process_pool


@dataclass(frozen=True)
class VideoFile:
    """A video to gulp: its uid, its path and what to store with its frames (JSON values)."""

    uid: str
    path: Path
    meta: dict[str, Any]


@dataclass
class _VideoAdapter(AbstractDatasetAdapter):
    """Feeds gulpio2 with decoded frames and notes which videos do not decode, and why."""

    videos: Sequence[VideoFile]
    fps: float
    short_side: int | None
    failures: list[tuple[str, str, str]] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.videos)

    def iter_data(self, slice_element: slice | None = None) -> Iterator[dict[str, Any]]:
        for video in self.videos[slice_element or slice(None)]:
            try:
                frames = decode_video(video.path, fps=self.fps, short_side=self.short_side)
            except VideoError as error:
                self.failures.append((video.uid, str(video.path), str(error)))
                continue
            yield {"id": video.uid, "meta": {**video.meta, "fps": self.fps}, "frames": frames}


def gulp_videos(
    videos: Sequence[VideoFile],
    directory: str | Path,
    *,
    fps: float = 8.0,
    short_side: int | None = None,
    chunk_size: int = 100,
    shuffle: bool = False,
    seed: int = 0,
    workers: int = 1,
    progress: bool = True,
) -> pd.DataFrame:
    """Decode videos at `fps` frames per second and store them in GulpIO chunks.

    Args:
        short_side: length in pixels to resize the short side of the frames to; None keeps the size.
        chunk_size: videos per chunk. shuffle: mix the videos over the chunks, by `seed`.
        workers: processes; the chunks do not depend on their number.

    Returns:
        The videos that are missing, empty or broken, which are left out of the chunks: columns
        uid, path, reason, sorted by uid. Of no videos at all an empty chunk is written.
    """
    order = np.random.default_rng(seed).permutation(len(videos)) if shuffle else range(len(videos))
    chunks = [
        [videos[position] for position in order[first : first + chunk_size]]
        for first in range(0, max(len(videos), 1), chunk_size)
    ]
    failures: list[tuple[str, str, str]] = []
    with written_whole(directory) as temporary, process_pool(workers) as executor:
        temporary.mkdir()
        jobs = [
            executor.submit(_gulp_chunk, chunk, number, temporary, fps, short_side)
            for number, chunk in enumerate(chunks)
        ]
        with tqdm(total=len(videos), desc="gulp", unit="video", disable=not progress) as bar:
            for job, chunk in zip(jobs, chunks, strict=True):
                failures += job.result()
                bar.update(len(chunk))
    return pd.DataFrame(sorted(failures), columns=["uid", "path", "reason"])


def _gulp_chunk(
    videos: Sequence[VideoFile], number: int, directory: Path, fps: float, short_side: int | None
) -> list[tuple[str, str, str]]:
    adapter = _VideoAdapter(videos, fps, short_side)
    chunk = GulpChunk(
        str(directory / f"data_{number}.gulp"), str(directory / f"meta_{number}.gmeta")
    )
    ChunkWriter(adapter).write_chunk(chunk, slice(None))
    return adapter.failures


def open_chunks(directory: Path) -> GulpDirectory:
    """Open GulpIO chunks; raise `InputError` if a file of them is missing, cut off or damaged."""
    try:
        gulp = GulpDirectory(str(directory))
        reasons = [_damage(Path(chunk.data_file_path), chunk.meta_dict) for chunk in gulp]
    except (AssertionError, ValueError, LookupError, TypeError, AttributeError) as error:
        reasons = [_unreadable_meta(directory) or f"{directory} is damaged ({error})"]
    for reason in reasons:
        if reason:
            raise InputError(f"{reason}: delete the directory {directory} and gulp again")
    return gulp


def _damage(data: Path, meta: dict[str, Any]) -> str | None:
    """What is wrong with the size of a chunk, if anything."""
    last_frames = [video["frame_info"][-1] for video in meta.values()]
    expected = max((start + length for start, _, length in last_frames), default=0)
    found = data.stat().st_size
    return None if found == expected else f"{data} has {found} bytes, {expected} were written"


def _unreadable_meta(directory: Path) -> str | None:
    """Which file about a chunk is missing or no JSON, if any."""
    chunks = {path.stem.split("_")[-1] for path in directory.glob("*_*.g*")}
    for chunk in sorted(chunks):
        meta, data = directory / f"meta_{chunk}.gmeta", directory / f"data_{chunk}.gulp"
        missing = [path for path in (meta, data) if not path.is_file()]
        if missing:
            return f"{missing[0]} is missing"
        try:
            json.loads(meta.read_bytes())
        except ValueError as error:
            return f"{meta} cannot be read ({error})"
    return None


class GulpReader:
    """Reads frames by uid from a directory of GulpIO chunks. Not for use by several threads.

    A directory of empty chunks, such as that of an empty shard, has no uids.

    Attributes:
        uids: sorted. labels: uid -> class index, -1 where unknown. lengths: uid -> frames.
        fps: uid -> frames per second.
    """

    def __init__(self, directory: str | Path):
        self.directory = Path(directory)
        self._gulp = open_chunks(self.directory)
        meta = self._gulp.merged_meta_dict
        if not self._gulp.num_chunks:
            raise InputError(f"{directory} holds no gulped videos: gulp some into it first")
        self.uids = sorted(meta)
        about = {uid: entry["meta_data"][0] for uid, entry in meta.items()}
        self.labels = {uid: int(about[uid].get("class_index", -1)) for uid in meta}
        self.fps = {uid: float(about[uid]["fps"]) for uid in meta}
        self.lengths = {uid: len(meta[uid]["frame_info"]) for uid in meta}

    def frames(self, uid: str, idx: Sequence[int] | None = None) -> list[np.ndarray]:
        """The frames of a video, or those at `idx`, as a list of (H, W, 3) uint8 RGB arrays."""
        if uid not in self.lengths:
            raise InputError(f"{self.directory} has no video with the uid {uid!r}")
        selection = slice(None) if idx is None else [int(position) for position in idx]
        frames, _ = self._gulp[uid, selection]
        return frames
