"""GulpIO: the frames of a split as JPEGs in a few large chunks, written and read with gulpio2."""

import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from gulpio2 import ChunkWriter, GulpDirectory
from gulpio2.adapters import AbstractDatasetAdapter
from gulpio2.fileio import GulpChunk
from tqdm import tqdm

from playfair.data.clips.failed_clips import FailedClip
from playfair.data.video.containers import VideoError
from playfair.data.video.video_files import decode_video
from playfair.data.video.watch import Watch
from playfair.errors import InputError
from playfair.files import lost_files, read_contents, write_contents, written_whole
from playfair.processes import process_pool

MOST_ENDS = 3


@dataclass(frozen=True)
class VideoFile:
    """A video to gulp: its uid, its path and what to store with its frames (JSON values).

    n_frames: how many frames it has, as those know who have computed features of them.
    """

    uid: str
    path: Path
    meta: dict[str, Any]
    n_frames: int | None = None


@dataclass
class _VideoAdapter(AbstractDatasetAdapter):  # type: ignore[misc] # gulpio2 has no types
    """Feeds gulpio2 with decoded frames and notes which videos do not decode, and why."""

    videos: Sequence[VideoFile]
    fps: float
    short_side: int | None
    folder_fps: float | None
    watch: Watch
    failures: list[FailedClip] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.videos)

    def iter_data(self, slice_element: slice | None = None) -> Iterator[dict[str, Any]]:
        for video in self.videos[slice_element or slice(None)]:
            try:
                with self.watch.clip(video.uid, video.path):
                    frames = decode_video(video.path, self.fps, self.short_side, self.folder_fps)
                if video.n_frames:
                    frames = _with_length(frames, video, self.fps)
            except VideoError as error:
                self.failures.append(FailedClip(video.uid, str(video.path), str(error)))
                continue
            yield {"id": video.uid, "meta": {**video.meta, "fps": self.fps}, "frames": frames}


def _with_length(frames: np.ndarray, video: VideoFile, fps: float) -> np.ndarray:
    """The frames of which there are features: decoders differ by one at the end of a video."""
    n_frames = video.n_frames or 0
    if abs(len(frames) - n_frames) > 1:
        raise VideoError(
            f"{video.path} has {len(frames)} frames at {fps:g} frames per second, but {n_frames} "
            "features: set fps of the data set to the rate of its features, or give the video that "
            "they are of"
        )
    return frames[np.minimum(np.arange(n_frames), len(frames) - 1)]


def gulp_videos(
    videos: Sequence[VideoFile],
    directory: str | Path,
    *,
    fps: float = 8.0,
    short_side: int | None = None,
    folder_fps: float | None = None,
    chunk_size: int = 100,
    shuffle: bool = False,
    seed: int = 0,
    seconds_per_clip: float = 600.0,
    workers: int = 1,
    progress: bool = True,
) -> list[FailedClip]:
    """Decode videos at `fps` frames per second and store them in GulpIO chunks.

    Args:
        short_side: pixels to which longer short sides of frames are reduced; None: never.
        folder_fps: pictures per second of clips that are folders of them; None: `fps`.
        chunk_size: videos per chunk. shuffle: mix the videos over the chunks, by `seed`.
        seconds_per_clip: the most that the decoding of one video may take.
        workers: processes; the chunks do not depend on their number.

    Returns:
        The videos that are missing, empty or broken, take too long, or end their decoder, which are
        left out of the chunks, sorted by uid. Of no videos at all an empty chunk is written.

    Raises:
        InputError: if the processes that decode are ended again and again, by no single video.
    """
    order = np.random.default_rng(seed).permutation(len(videos)) if shuffle else range(len(videos))
    chunks = [
        [videos[position] for position in order[first : first + chunk_size]]
        for first in range(0, max(len(videos), 1), chunk_size)
    ]
    with (
        written_whole(directory) as temporary,
        tempfile.TemporaryDirectory() as notes,
        tqdm(total=len(videos), desc="gulp", unit="video", disable=not progress) as bar,
    ):
        temporary.mkdir()
        watch = Watch(notes, seconds_per_clip)
        job = _Job(temporary, fps, short_side, folder_fps, watch)
        failures = _gulp_chunks(dict(enumerate(chunks)), job, workers, bar)
        write_chunk_list(temporary, _videos_by_chunk(GulpDirectory(str(temporary))))
    return sorted(failures)


@dataclass(frozen=True)
class _Job:
    """Where chunks are written, and how videos are decoded."""

    directory: Path
    fps: float
    short_side: int | None
    folder_fps: float | None
    watch: Watch

    def write_chunk(self, number: int, videos: Sequence[VideoFile]) -> list[FailedClip]:
        adapter = _VideoAdapter(videos, self.fps, self.short_side, self.folder_fps, self.watch)
        paths = [self.directory / f"data_{number}.gulp", self.directory / f"meta_{number}.gmeta"]
        for path in paths:
            # What a process that was ended has left.
            path.unlink(missing_ok=True)
        ChunkWriter(adapter).write_chunk(GulpChunk(*map(str, paths)), slice(None))
        return adapter.failures


def _gulp_chunks(
    chunks: dict[int, list[VideoFile]], job: _Job, workers: int, bar: "tqdm[Any]"
) -> list[FailedClip]:
    """Write all chunks, anew those whose process was ended, without the video that ended it."""
    failures: list[FailedClip] = []
    fatal: dict[str, FailedClip] = {}
    ends_by_none = 0
    while chunks:
        known, left = len(fatal), len(chunks)
        try:
            with process_pool(workers) as executor:
                jobs = {}
                for number, videos in chunks.items():
                    harmless = [video for video in videos if video.uid not in fatal]
                    jobs[executor.submit(job.write_chunk, number, harmless)] = number
                for done in as_completed(jobs):
                    failures += done.result()
                    bar.update(len(chunks.pop(jobs[done])))
        except BrokenProcessPool:
            # The one process takes the others with it: which video it was shows each alone.
            by_uid = {video.uid: video for videos in chunks.values() for video in videos}
            for uid in sorted(job.watch.take_notes() & by_uid.keys()):
                path = by_uid[uid].path
                decode = partial(decode_video, path, job.fps, job.short_side, job.folder_fps)
                reason = job.watch.end_of(uid, path, decode)
                if reason:
                    fatal[uid] = FailedClip(uid, str(path), reason)
            if len(fatal) == known:
                # Together they may have taken more memory than there is.
                workers = max(workers // 2, 1)
        ends_by_none += (len(fatal), len(chunks)) == (known, left)
        if ends_by_none == MOST_ENDS:
            raise InputError(
                f"the processes that decode videos were ended {MOST_ENDS} times, by none of the "
                "videos alone: let fewer work side by side (workers), or give them more memory"
            )
    return [*failures, *fatal.values()]


def write_chunk_list(directory: Path, videos: Mapping[str, Sequence[str]]) -> None:
    """Write the list of a gulp's files, and of its videos by the chunk that they are in."""
    write_contents(directory, videos=dict(videos))


def open_chunks(directory: Path) -> GulpDirectory:
    """Open GulpIO chunks.

    Raises:
        InputError: if a file of them is missing, cut off or damaged, or holds other videos than
            the list of the gulp says. A gulp of an earlier version has no list.
    """
    reasons: list[str | None] = [*lost_files(directory)] if directory.is_dir() else []
    if not reasons:
        try:
            gulp = GulpDirectory(str(directory))
            reasons += [_damage(Path(chunk.data_file_path), chunk.meta_dict) for chunk in gulp]
            reasons += _exchanged(directory, gulp)
        except (AssertionError, ValueError, LookupError, TypeError, AttributeError) as error:
            reasons.append(_unreadable_meta(directory) or f"{directory} is damaged ({error})")
    for reason in reasons:
        if reason:
            raise InputError(f"{reason}: delete the directory {directory} and gulp again")
    return gulp


def _videos_by_chunk(gulp: GulpDirectory) -> dict[str, list[str]]:
    return {Path(chunk.data_file_path).name: sorted(chunk.meta_dict) for chunk in gulp}


def _exchanged(directory: Path, gulp: GulpDirectory) -> list[str]:
    """What is said of chunks that hold other videos than the list says."""
    listed = (read_contents(directory) or {}).get("videos")
    if listed is None:
        return []
    found = _videos_by_chunk(gulp)
    wrong = [name for name in found.keys() | listed.keys() if found.get(name) != listed.get(name)]
    return [f"{directory / name} holds other videos than were written" for name in sorted(wrong)]


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
    """Reads frames by uid from a directory of GulpIO chunks, for several threads at once, too.

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
        selection = range(self.lengths[uid]) if idx is None else idx
        return [self._gulp.jpeg_decoder(self.jpeg(uid, int(frame))) for frame in selection]

    def pictures(self, uid: str, idx: Sequence[int] | None = None) -> list[np.ndarray] | None:
        """As :meth:`frames`, None where there are none of this video."""
        return self.frames(uid, idx) if uid in self.lengths else None

    def jpeg(self, uid: str, frame: int) -> bytes:
        """A frame as it is stored: its JPEG."""
        if uid not in self.lengths or not 0 <= frame < self.lengths[uid]:
            raise InputError(f"{self.directory} has no frame {frame} of a video {uid!r}")
        chunk = self._gulp.chunk_objs_lookup[self._gulp.chunk_lookup[uid]]
        place, pad, length = chunk.meta_dict[uid]["frame_info"][frame]
        with open(chunk.data_file_path, "rb") as data:
            data.seek(place)
            return data.read(length - pad)
