"""Real files in the containers and codecs that people have, written through PyAV."""

from fractions import Fraction

import av
import numpy as np
from av.stream import Disposition

CODECS = {
    "mp4": "libx264",
    "webm": "libvpx-vp9",
    "avi": "mpeg4",
    "mkv": "libx264",
    "h264": "libx264",
}
SOUND_CODECS = {"mp4": "aac", "webm": "libopus", "avi": "pcm_s16le", "mkv": "aac"}
SOUND_RATE = 48_000


def write_video(path, frames, *, stamps_ms=None, fps=8, sound_seconds=0.0, turn=None, cover=False):
    """Write frames (T, H, W, 3) in the codec that goes with the suffix of `path`.

    stamps_ms: when each frame appears, for a variable rate. turn: arguments of PyAV's
    set_display_rotation, as a camera that is held in another way writes them. cover: attach a
    picture (mp4).
    """
    suffix = path.suffix[1:]
    constant = [round(1000 * number / fps) for number in range(len(frames))]
    rate = 50 if stamps_ms else fps
    with av.open(str(path), "w") as container:
        stream = container.add_stream(CODECS[suffix], rate=rate)
        stream.height, stream.width = frames.shape[1:3]
        # Sizes that are odd have no half for the colours.
        odd = frames.shape[1] % 2 or frames.shape[2] % 2
        stream.pix_fmt = "yuv444p" if odd and suffix in ("mp4", "mkv") else "yuv420p"
        stream.bit_rate = 4_000_000
        # AVI has no stamps: it counts frames of a constant rate, of which some are left out.
        time_base = Fraction(1, rate if suffix == "avi" else 1000)
        stream.codec_context.time_base = time_base
        if turn is not None:
            stream.set_display_rotation(**turn)
        picture = _add_cover(container) if cover else None
        sound = _add_sound(container, SOUND_CODECS[suffix]) if sound_seconds else None
        for image, stamp in zip(frames, stamps_ms or constant, strict=True):
            frame = av.VideoFrame.from_ndarray(image, format="rgb24")
            frame.pts, frame.time_base = round(stamp / 1000 / time_base), time_base
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
        if picture is not None:
            _write_cover(container, picture)
        if sound is not None:
            _write_sound(container, sound, sound_seconds)


def write_sound_with_cover(path, seconds):
    """A sound file (.m4a) with a picture attached: what music players make."""
    with av.open(str(path), "w", format="mp4") as container:
        sound, picture = _add_sound(container, "aac"), _add_cover(container)
        _write_cover(container, picture)
        _write_sound(container, sound, seconds)


def _add_sound(container, codec):
    return container.add_stream(codec, rate=SOUND_RATE, layout="mono")


def _write_sound(container, stream, seconds):
    tone = 0.2 * np.sin(2 * np.pi * 440 * np.arange(round(seconds * SOUND_RATE)) / SOUND_RATE)
    sample_format = stream.codec_context.format.name
    if sample_format == "s16":
        tone = 32_767 * tone
    for first in range(0, len(tone), 960):
        part = tone[None, first : first + 960].astype("i2" if sample_format == "s16" else "f4")
        frame = av.AudioFrame.from_ndarray(part, format=sample_format, layout="mono")
        frame.sample_rate, frame.pts = SOUND_RATE, first
        frame.time_base = Fraction(1, SOUND_RATE)
        container.mux(stream.encode(frame))
    container.mux(stream.encode(None))


def _add_cover(container):
    stream = container.add_stream("mjpeg", rate=1)
    stream.height, stream.width, stream.pix_fmt = 80, 80, "yuvj420p"
    stream.disposition = Disposition.attached_pic
    return stream


def _write_cover(container, stream):
    frame = av.VideoFrame.from_ndarray(np.full((80, 80, 3), 200, np.uint8), format="rgb24")
    frame.pts, frame.time_base = 0, Fraction(1, 1)
    container.mux(stream.encode(frame))
    container.mux(stream.encode(None))
