"""Video files opened as what they are: files, in formats that hold pictures themselves.

FFmpeg would take a name for an address, follow playlists to other files, and believe any time
stamp. Here a name is a file's, formats that name other files are not read (playlists, lists of
files, numbered pictures), and stamps go no further than the packets of the file could reach.
"""

import math
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import av
from av.container import InputContainer
from av.error import ArgumentError, FFmpegError
from av.format import Flags
from av.stream import Disposition
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from playfair.errors import InputError

FORMATS = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpegtsraw,mpeg,mpegvideo,vob,flv,live_flv,f4v"
    ",ogg,ogv,asf,asf_o,mxf,gxf,dv,nut,ivf,gif,apng,webp,webp_pipe,rm,wtv,swf,amv,mjpeg,mjpeg_2000"
    ",h261,h263,h264,hevc,vvc,m4v,obu,av1,cavsvideo,dirac,vc1,yuv4mpegpipe,flic,bink,smk,4xm,nsv"
    ",nuv,ty,pva,dhav,wav,mp3,flac,aac"
)
"""Formats of files that hold their pictures (and some of sounds, to say that they hold none)."""

MOST_PIXELS = 1 << 26
"""Of one picture; 8K has half as many."""
MOST_SIDE = 65_500
"""Pixels of one side of a picture: a JPEG has no more."""
LEAST_SECONDS = 60.0
BYTES_PER_SECOND = 128
"""A clip of more than LEAST_SECONDS has at least this many bytes of packets for each second."""
LONGEST_PAUSE = 60.0
"""Seconds that one picture may stay: beyond, the time stamps leap."""
DISCONTINUITY = 10.0
"""Seconds by which the clock of a broadcast leaps when it is another clock, as FFmpeg holds it."""
LARGEST_STEP_BACK = 1.0


class VideoError(InputError):
    """A video file that cannot be read as a whole."""


def url_of(path: str | Path) -> str:
    """The address of a file, whose name may look like one of another protocol (`a:b.mp4`)."""
    return f"file:{path}"


@contextmanager
def open_video(path: Path) -> Iterator[tuple[InputContainer, VideoStream]]:
    """The file, which must exist, and its video stream, of several the one that FFmpeg takes.

    Raises:
        VideoError: if its format is not read, or it holds no video.
    """
    safe = {"format_whitelist": FORMATS, "protocol_whitelist": "file"}
    try:
        container = av.open(url_of(path), container_options=safe, metadata_errors="replace")
    except ArgumentError as error:
        raise VideoError(
            f"The video {path} is damaged or in no format that is read (playlists, lists of files "
            "and numbered pictures are not)."
        ) from error
    except FFmpegError as error:
        raise VideoError(
            f"The video {path} is damaged or in no format that FFmpeg reads ({error.strerror})."
        ) from error
    with container:
        moving = [
            stream
            for stream in container.streams.video
            if not stream.disposition & Disposition.attached_pic
        ]
        if not moving:
            raise VideoError(f"The file {path} holds no video stream.")
        stream = max(moving, key=_preference)
        if len(moving) > 1:
            print(
                f"The file {path} holds {len(moving)} video streams: number {stream.index}, of "
                f"{' x '.join(map(str, _size(stream)))} pixels, is read.",
                file=sys.stderr,
            )
        # Clips are decoded side by side in processes of their own.
        stream.thread_count = 1
        yield container, stream


def _preference(stream: VideoStream) -> tuple[bool, bool, int]:
    """FFmpeg's choice is the largest of its streams by default; a single picture is the last."""
    is_default = bool(stream.disposition & Disposition.default)
    return stream.frames != 1, is_default, math.prod(_size(stream))


def _size(stream: VideoStream) -> tuple[int, int]:
    """Width and height in pixels; 0 where there is no decoder to tell them."""
    context = stream.codec_context
    return getattr(context, "width", 0), getattr(context, "height", 0)


def check_size(path: Path, width: int, height: int) -> None:
    """Raise `VideoError` for pictures that are too large, as they are or resized."""
    if width * height > MOST_PIXELS or max(width, height) > MOST_SIDE:
        raise VideoError(
            f"The video {path} has pictures of {width} x {height} pixels: expected at most "
            f"{MOST_PIXELS}, and {MOST_SIDE} along a side."
        )


class Clock:
    """The times of the frames of a video, checked against what its packets can hold.

    Attributes:
        packet_bytes: how many bytes of video were read.
        first_stamp: seconds, of the first frame.
        has_leapt: whether a broadcast's clock was another one after some frame, which then follows
            the one before at the usual rate.
    """

    def __init__(self, path: Path, container: InputContainer, stream: VideoStream):
        self._path = path
        self._container = container
        self._stream = stream
        self._is_broadcast = Flags.ts_discont in Flags(container.format.flags)
        self.packet_bytes = 0
        rate = stream.average_rate or stream.guessed_rate
        self._usual_length = 1 / float(rate) if rate else 0.0
        self.first_stamp = 0.0
        self.has_leapt = False

    def frames(self) -> Iterator[tuple[VideoFrame, float, float]]:
        """The frames, the seconds from the first one's stamp to each one's, and their lengths.

        Raises:
            VideoError: if the stamps leap, or go further than the packets can reach.
        """
        offset = None
        start = -self._usual_length
        for frame in self._decoded():
            stamp = frame.time
            if offset is None:
                offset = self.first_stamp = stamp or 0.0
            # A frame without a stamp follows at the usual rate; one that steps back does not.
            expected = start + self._usual_length
            step = stamp - offset - expected if stamp is not None else 0.0
            if self._is_broadcast and not -LARGEST_STEP_BACK <= step <= DISCONTINUITY:
                offset += step
                step, self.has_leapt = 0.0, True
            if not -LARGEST_STEP_BACK <= step <= LONGEST_PAUSE:
                raise VideoError(
                    f"The time stamps of the video {self._path} leap from {start:.2f} s to "
                    f"{expected + step:.2f} s: encode it again."
                )
            start = max(start, expected + step)
            stated = float(frame.duration * frame.time_base) if frame.time_base else 0.0
            length = stated or self._usual_length
            self._check_length(start + length)
            yield frame, start, length

    def _decoded(self) -> Iterator[VideoFrame]:
        for packet in self._container.demux(self._stream):
            self.packet_bytes += packet.size
            for frame in packet.decode():
                check_size(self._path, frame.width, frame.height)
                yield frame

    def _check_length(self, seconds: float) -> None:
        longest = max(LEAST_SECONDS, self.packet_bytes / BYTES_PER_SECOND)
        if seconds > longest:
            raise VideoError(
                f"The time stamps of the video {self._path} reach {seconds:.0f} s after "
                f"{self.packet_bytes} bytes of video, which last {longest:.0f} s at most: encode "
                "it again."
            )
