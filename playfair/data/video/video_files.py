"""Video files to and from RGB frames at a constant frame rate, through PyAV (FFmpeg).

Resampling goes by time stamp. Time counts from the first frame's stamp; a source frame is *on
screen* from its own stamp until the next frame's, the last one until the clip's end. Frame k of the
result stands for the time from k / fps to (k + 1) / fps and is the source frame on screen in the
middle of it, at (k + 1/2) / fps; there is one for every such middle before the clip's end, and a
clip that ends before the first of them gives its last frame. So a clip at `fps` already comes back
frame by frame, frames are repeated where the source is slower or pauses, and nothing drifts,
whatever the source rate and however it varies.

Frames come out as a player shows them. The display matrix with which cameras say how they were
held is applied; pixels that are not square are made square by the width; of interlaced frames,
whose two fields are of different times, the upper one is taken and the lines between are
interpolated. Pictures attached to a file, such as a cover, are not its video.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any, Literal

import av
import numpy as np
from av.container import InputContainer
from av.error import FFmpegError
from av.filter import Graph
from av.video.frame import VideoFrame
from av.video.reformatter import Interpolation
from av.video.stream import VideoStream

from playfair.data.video.containers import Clock, VideoError, check_size, open_video, url_of
from playfair.data.video.pictures import is_animated_webp, read_animated_webp, read_folder
from playfair.errors import InputError
from playfair.files import written_whole

# Containers round stamps (WebM to whole milliseconds): a frame that appears this soon after a
# middle counts as on screen, or a 16 fps clip would give frames that depend on the rounding.
STAMP_TOLERANCE = 0.75e-3
# A file that ends this much before the time that its header states has lost its end.
TRUNCATION_SECONDS = 0.5
TRUNCATION_SHARE = 0.1
# What the frames of a clip may take in memory; of large ones, as a multiple of the video's bytes.
# Pictures of which nothing changes for minutes reach a tenth of that.
ALWAYS_ALLOWED = 1 << 30
MOST_EXPANDED = 10_000


def resample(timestamps: np.ndarray, duration: float, fps: float) -> np.ndarray:
    """Which source frame is shown by each frame of a clip at a constant rate.

    Args:
        timestamps: (F,) seconds at which the source frames appear, F >= 1, not decreasing.
        duration: seconds from the first frame's appearance to the end of the last one.
        fps: frames per second of the result.

    Returns:
        (K,) int64, not decreasing, in 0..F-1: the source frame on screen at (k + 1/2) / fps after
        the first frame's appearance; K = the number of such times before `duration`, at least 1.

    Raises:
        InputError: no frames, decreasing time stamps, or `fps` not positive.
    """
    timestamps = np.asarray(timestamps, dtype=np.float64)
    _check_fps(fps)
    if len(timestamps) == 0:
        raise InputError("There are no frames to resample: expected at least one time stamp.")
    if np.any(np.diff(timestamps) < 0):
        raise InputError("The time stamps of the frames to resample decrease: sort them.")
    appearance = timestamps - timestamps[0]
    n_before = [0] + [_middles_before(time, fps) for time in appearance[1:]]
    n_total = max(_middles_before(duration, fps), n_before[-1], 1)
    return np.repeat(np.arange(len(timestamps)), np.diff([*n_before, n_total]))


def decode_video(
    path: str | Path,
    fps: float = 8.0,
    short_side: int | None = None,
    folder_fps: float | None = None,
) -> np.ndarray:
    """The frames of a video file at a constant rate, as (T, H, W, 3) uint8 RGB.

    Args:
        path: a file in any of `containers.FORMATS`, an animated WebP, or a folder of pictures.
        fps: frames per second of the result, by `resample`.
        short_side: reduce frames whose shorter side is longer to this many pixels, keeping the
            aspect ratio, as they are decoded: memory is that of the reduced frames.
        folder_fps: pictures per second of a folder; None: as many as frames of the result.

    Raises:
        VideoError: the file is missing, empty, not a video, without frames, damaged, changes the
            size of its picture, has time stamps that leap or reach too far, or is cut off:
            one that ends more than half a second and more than a tenth before the time that its
            header states counts as cut off, because evidence may have been in what is lost.
    """
    _check_fps(fps)
    path, to_rate = Path(path), partial(resample, fps=fps)
    if not path.is_file() and not path.is_dir():
        raise VideoError(f"The video {path} does not exist.")
    if path.is_file() and path.stat().st_size == 0:
        raise VideoError(f"The video {path} is empty (0 bytes).")
    try:
        if path.is_dir():
            rate = fps if folder_fps is None else folder_fps
            frames = _bounded(path, read_folder(path, rate, to_rate, short_side))
        elif is_animated_webp(path):
            frames = _bounded(path, read_animated_webp(path, to_rate, short_side))
        else:
            frames = _decode(path, fps, short_side)
    except InputError:
        raise
    except FFmpegError as error:
        raise VideoError(f"The video {path} is damaged ({error.strerror}).") from error
    except OSError as error:
        raise VideoError(f"The video {path} cannot be read ({error.strerror}).") from error
    except (ValueError, ArithmeticError, MemoryError, LookupError) as error:
        # What PyAV, or a picture of false sizes, makes of a file that was made to mislead.
        raise VideoError(
            f"The video {path} cannot be decoded ({type(error).__name__}: {error})."
        ) from error
    sizes = {frame.shape for frame in frames}
    if len(sizes) > 1:
        named = " and ".join(f"{width} x {height}" for height, width, _ in sorted(sizes)[:2])
        raise VideoError(f"The video {path} changes the size of its picture ({named} pixels).")
    return np.stack(frames)


def encode_webm(
    frames: np.ndarray | Sequence[np.ndarray],
    path: str | Path,
    fps: float | Fraction,
    deadline: Literal["good", "realtime"] = "good",
    cpu_used: int = 4,
    crf: int = 24,
) -> None:
    """Write frames (T, H, W, 3) uint8 RGB as a VP9 WebM file, whole or not at all.

    Any size, odd ones included. The same frames give the same bytes: the encoder runs on one thread
    and the container carries no random identifier.

    Args:
        frames: T >= 1 frames of one size.
        path: ends in .webm.
        fps: frames per second; a Fraction where the rate is one, such as 30000/1001.
        deadline, cpu_used: the encoder's effort; ("realtime", 8) is quickest.
        crf: constant quality, from 0 (best) to 63.

    Raises:
        InputError: no frames, other shapes or types, or `fps` not positive.
    """
    _check_fps(fps)
    if len(frames) == 0:
        raise InputError(f"There are no frames to write to {path}: expected at least one.")
    shape = np.shape(frames[0])
    if len(shape) != 3 or shape[2] != 3:
        raise InputError(f"A frame for {path} has shape {shape}, expected (H, W, 3) RGB.")
    rate = Fraction(fps).limit_denominator(100_000)
    options = {
        "deadline": deadline,
        "cpu-used": str(cpu_used),
        "row-mt": "0",
        "crf": str(crf),
        "b": "0",
    }
    with (
        written_whole(path) as temporary,
        av.open(
            url_of(temporary), "w", format="webm", options={"fflags": "+bitexact"}
        ) as container,
    ):
        stream = container.add_stream("libvpx-vp9", rate=rate, options=options)
        stream.height, stream.width = shape[:2]
        stream.pix_fmt = "yuv420p"
        stream.thread_count = 1
        for frame_idx, frame in enumerate(frames):
            if np.shape(frame) != shape or frame.dtype != np.uint8:
                raise InputError(
                    f"Frame {frame_idx} for {path} is {np.shape(frame)} {frame.dtype}, "
                    f"expected {shape} uint8."
                )
            picture = VideoFrame.from_ndarray(np.ascontiguousarray(frame), format="rgb24")
            picture.pts = frame_idx
            picture.time_base = 1 / rate
            container.mux(stream.encode(picture))
        container.mux(stream.encode(None))


def _decode(path: Path, fps: float, short_side: int | None) -> list[np.ndarray]:
    frames: list[np.ndarray] = []
    shown: VideoFrame | None = None
    end = 0.0
    with open_video(path) as (container, stream):
        clock = Clock(path, container, stream)
        picture = _Picture(path, stream.sample_aspect_ratio or Fraction(1), short_side)
        for frame, start, length in clock.frames():
            # A frame is converted only when the next one has come: before that it is not known
            # whether it is on screen at any of the wanted times.
            _show(picture, frames, shown, _middles_before(start, fps))
            _check_memory(path, frames, clock.packet_bytes)
            shown, end = frame, start + length
        if shown is None:
            raise VideoError(f"The video {path} holds no frames.")
        if not clock.has_leapt:
            _check_whole(path, container, stream, clock.first_stamp, end)
        _show(picture, frames, shown, max(_middles_before(end, fps), 1))
        _check_memory(path, frames, clock.packet_bytes)
    return frames


def _bounded(path: Path, pictures: Iterable[np.ndarray]) -> list[np.ndarray]:
    """Frames of pictures, as long as memory is that of what the pictures may be."""
    files = list(path.iterdir()) if path.is_dir() else [path]
    stored = sum(file.stat().st_size for file in files)
    frames: list[np.ndarray] = []
    for pixels in pictures:
        frames.append(pixels)
        _check_memory(path, frames, stored)
    return frames


def _check_memory(path: Path, frames: list[np.ndarray], packet_bytes: int) -> None:
    found = len(frames) * frames[-1].nbytes if frames else 0
    allowed = max(ALWAYS_ALLOWED, MOST_EXPANDED * packet_bytes)
    if found > allowed:
        raise VideoError(
            f"The frames of the video {path} take more than {allowed} bytes, from {packet_bytes} "
            "bytes of video: decode it at a smaller size (gulp.short_side)."
        )


@dataclass(frozen=True)
class _Picture:
    """How the frames of a video become pictures: of which size, with square pixels, upright."""

    path: Path
    pixel_aspect: Fraction
    short_side: int | None

    def __call__(self, frame: VideoFrame) -> np.ndarray:
        """(H, W, 3) uint8 RGB."""
        width, height = round(frame.width * self.pixel_aspect), frame.height
        scale = min((self.short_side or math.inf) / max(min(width, height), 1), 1.0)
        width, height = max(round(width * scale), 1), max(round(height * scale), 1)
        check_size(self.path, width, height)
        matrix: Any = frame.side_data.get("DISPLAYMATRIX")
        if frame.interlaced_frame:
            frame = _upper_field(frame)
        # At the same size only the colours, stored at half of it, are interpolated.
        resized = (width, height) != (frame.width, frame.height)
        kernel = Interpolation.BICUBIC if resized else Interpolation.BILINEAR
        pixels = frame.reformat(
            width=width,
            height=height,
            format="rgb24",
            interpolation=kernel | Interpolation.ACCURATE_RND | Interpolation.FULL_CHR_H_INT,
            threads=1,
        ).to_ndarray()
        return pixels if matrix is None else _upright(pixels, np.frombuffer(matrix, dtype=np.int32))


def _show(
    picture: _Picture, frames: list[np.ndarray], shown: VideoFrame | None, n_frames: int
) -> None:
    """Repeat the frame on screen until there are `n_frames` frames."""
    n_missing = n_frames - len(frames)
    if shown is not None and n_missing > 0:
        frames.extend([picture(shown)] * n_missing)


def _upper_field(frame: VideoFrame) -> VideoFrame:
    """Every other line of an interlaced frame: half as high, and of one time."""
    graph = Graph()
    source = graph.add_buffer(
        width=frame.width,
        height=frame.height,
        format=frame.format,
        time_base=frame.time_base or Fraction(1),
    )
    graph.link_nodes(source, graph.add("field", "top"), graph.add("buffersink")).configure()
    graph.vpush(frame)
    return graph.vpull()


def _upright(pixels: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """Turn and mirror (H, W, 3) as a display matrix (9,) says, in steps of a quarter turn.

    The matrix (ISO 14496-12, section 6.2.2) takes the place (x, y) of a pixel, rightwards and
    downwards, to (a x + c y, b x + d y), up to a shift; its entries 0, 1, 3, 4 are a, b, c, d.
    """
    a, b, c, d = (int(matrix[entry]) for entry in (0, 1, 3, 4))
    mirror_x, mirror_y = a < 0, d < 0
    if abs(b) > abs(a):
        pixels = pixels.transpose(1, 0, 2)
        mirror_x, mirror_y = c < 0, b < 0
    return np.ascontiguousarray(pixels[:: -1 if mirror_y else 1, :: -1 if mirror_x else 1])


def _check_whole(
    path: Path, container: InputContainer, stream: VideoStream, first_stamp: float, end: float
) -> None:
    stated = None
    if stream.duration is not None and stream.time_base is not None:
        stated = float(stream.duration * stream.time_base)
    elif container.duration is not None and len(container.streams) == 1:
        # Of several streams, the longest sets the container's duration: no statement on this one.
        stated = container.duration / av.time_base
    if stated is None:
        return
    # Some count from zero instead of from the first frame.
    lengths = [stated, stated - first_stamp] if 0 < first_stamp < stated else [stated]
    if all(length - end > max(TRUNCATION_SECONDS, TRUNCATION_SHARE * length) for length in lengths):
        raise VideoError(
            f"The video {path} is cut off: its frames end after {end:.2f} s of the "
            f"{lengths[-1]:.2f} s that its header states."
        )


def _middles_before(time: float, fps: float) -> int:
    """How many of the times (k + 1/2) / fps, k = 0, 1, ..., lie before `time` (seconds)."""
    return max(math.ceil((time - STAMP_TOLERANCE) * fps - 0.5), 0)


def _check_fps(fps: float | Fraction) -> None:
    if not (math.isfinite(fps) and fps > 0):
        raise InputError(f"The frame rate {fps} is not a positive number of frames per second.")
