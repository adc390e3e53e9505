"""Frames as a player shows them: of the right stream, with square pixels, without combs."""

from fractions import Fraction

import av
import numpy as np
import pytest
from av.stream import Disposition

from playfair.data.video.containers import VideoError
from playfair.data.video.video_files import decode_video


def put(container, codec, sizes, stamps, options=None, **attributes):
    """A stream, and the numbers and pixels of its frames, which are grey."""
    height, width = sizes
    stream = container.add_stream(codec, rate=8, options=options or {})
    stream.height, stream.width = height, width
    stream.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
    for name, value in attributes.items():
        setattr(stream.codec_context if name == "sample_aspect_ratio" else stream, name, value)
    return stream, [(number, np.full((height, width, 3), 100, np.uint8)) for number in stamps]


def write(container, streams):
    for stream, frames in streams:
        for number, pixels in frames:
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
            frame = frame.reformat(format=stream.pix_fmt)
            frame.pts, frame.time_base = number, Fraction(1, 8)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def test_a_picture_before_the_video_is_not_its_video(tmp_path, capsys):
    with av.open(str(tmp_path / "clip.mov"), "w") as container:
        picture = put(container, "mjpeg", (96, 128), [0])
        write(container, [picture, put(container, "mpeg4", (32, 48), range(6))])
    assert decode_video(tmp_path / "clip.mov").shape == (6, 32, 48, 3)
    assert "holds 2 video streams: number 1, of 48 x 32 pixels, is read" in capsys.readouterr().err


@pytest.mark.parametrize(("default", "expected"), [(None, (64, 96)), (0, (32, 48)), (1, (64, 96))])
def test_of_several_videos_the_default_or_largest_is_read(tmp_path, default, expected):
    with av.open(str(tmp_path / "clip.mkv"), "w") as container:
        streams = [put(container, "mpeg4", size, range(4)) for size in ((32, 48), (64, 96))]
        for number, (stream, _) in enumerate(streams):
            stream.disposition = Disposition.default if number == default else Disposition(0)
        write(container, streams)
    assert decode_video(tmp_path / "clip.mkv").shape == (4, *expected, 3)


@pytest.fixture
def european(tmp_path):
    """A circle in 720 x 576 pixels that are wider than high, as of European television."""
    with av.open(str(tmp_path / "clip.mpg"), "w") as container:
        stream, frames = put(
            container, "mpeg2video", (576, 720), range(3), sample_aspect_ratio=Fraction(64, 45)
        )
        y, x = np.mgrid[:576, :720]
        inside = np.hypot((x - 359.5) * 64 / 45, y - 287.5) < 200
        write(container, [(stream, [(n, np.where(inside[..., None], 235, f)) for n, f in frames])])
    return tmp_path / "clip.mpg"


@pytest.mark.parametrize(("short_side", "expected"), [(None, (576, 1024)), (144, (144, 256))])
def test_pixels_that_are_not_square_are_made_square(european, short_side, expected):
    decoded = decode_video(european, short_side=short_side)
    assert decoded.shape[1:] == (*expected, 3)
    y, x = np.nonzero(decoded[1, ..., 0] > 150)
    assert abs(np.ptp(x) - np.ptp(y)) <= 2


def test_pictures_are_not_widened_beyond_what_a_jpeg_has(european, monkeypatch):
    monkeypatch.setattr("playfair.data.video.containers.MOST_SIDE", 1000)
    with pytest.raises(VideoError, match=r"pictures of 1024 x 576 pixels: expected at most"):
        decode_video(european)


def test_interlaced_frames_have_no_combs(tmp_path):
    """A bar that is elsewhere in the second field is seen once."""
    with av.open(str(tmp_path / "clip.mkv"), "w") as container:
        stream, frames = put(
            container, "libx264", (64, 96), range(4), {"x264-params": "tff=1:qp=4"}
        )
        for number, pixels in frames:
            pixels[::2, 8 + number : 24 + number] = 255
            pixels[1::2, 56 + number : 72 + number] = 255
        write(container, [(stream, frames)])
    for number, pixels in enumerate(decode_video(tmp_path / "clip.mkv")):
        row = pixels[..., 0].astype(int)
        assert np.abs(np.diff(row[4:-4], axis=0)).max() < 12
        bar = np.flatnonzero(row[32] > 180)
        assert abs(bar[0] - 8 - number) <= 1 and abs(bar[-1] - 23 - number) <= 1


def test_a_stream_without_a_decoder_is_damaged(tmp_path):
    with av.open(str(tmp_path / "clip.mkv"), "w") as container:
        write(container, [put(container, "mpeg4", (32, 48), range(4))])
    content = (tmp_path / "clip.mkv").read_bytes()
    (tmp_path / "clip.mkv").write_bytes(content.replace(b"V_MPEG4/ISO/ASP", b"V_MPEG4/ISO/XXX"))
    with pytest.raises(VideoError, match=r"is damaged|cannot be decoded"):
        decode_video(tmp_path / "clip.mkv")
