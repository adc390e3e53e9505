"""Decoding at a constant rate by time stamp, and encoding to VP9."""

import struct
from fractions import Fraction

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from playfair.data.video.video_files import (
    STAMP_TOLERANCE,
    VideoError,
    decode_video,
    encode_webm,
    resample,
)
from playfair.errors import InputError
from tests.unit.data.containers import write_sound_with_cover, write_video


def stamped_frames(n_frames, height=48, width=64):
    """Frames whose grey level, 8 apart, tells which one it is."""
    levels = (8 * np.arange(n_frames) + 4).astype(np.uint8)
    return np.broadcast_to(levels[:, None, None, None], (n_frames, height, width, 3)).copy()


def frame_numbers(frames):
    return np.round((frames.mean(axis=(1, 2, 3)) - 4) / 8).astype(int)


def on_screen(timestamps, duration, fps):
    """Brute force from the definition, for stamps away from the middles."""
    middles = (np.arange(10_000) + 0.5) / fps
    middles = middles[middles < duration]
    return np.array([np.flatnonzero(timestamps <= time)[-1] for time in middles])


def write_variable_rate(path, frames, stamps_ms):
    with av.open(str(path), "w", format="webm") as container:
        stream = container.add_stream("libvpx-vp9", rate=30)
        stream.height, stream.width = frames.shape[1:3]
        stream.pix_fmt = "yuv420p"
        stream.codec_context.time_base = Fraction(1, 1000)
        for image, stamp in zip(frames, stamps_ms, strict=True):
            picture = av.VideoFrame.from_ndarray(image, format="rgb24")
            picture.pts, picture.time_base = stamp, Fraction(1, 1000)
            container.mux(stream.encode(picture))
        container.mux(stream.encode(None))


@pytest.mark.parametrize(
    ("source_fps", "expected"),
    [
        (8, list(range(12))),
        (4, [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11]),
        (24, [1, 4, 7, 10]),
        (16, [1, 3, 5, 7, 9, 11]),
        (12, [0, 2, 3, 5, 6, 8, 9, 11]),
    ],
)
def test_resampling_takes_the_frame_on_screen_in_the_middle(source_fps, expected):
    timestamps = np.arange(12) / source_fps
    np.testing.assert_array_equal(resample(timestamps, 12 / source_fps, 8), expected)


@pytest.mark.parametrize("source_fps", [10, 12, 12.5, 15, 16, 24, 30000 / 1001, 32, 60])
def test_resampling_is_the_same_with_stamps_rounded_to_milliseconds(source_fps):
    timestamps = np.arange(100) / source_fps
    exact = resample(timestamps, 100 / source_fps, 8)
    for rounded in (np.floor(timestamps * 1000) / 1000, np.ceil(timestamps * 1000) / 1000):
        np.testing.assert_array_equal(resample(rounded, 100 / source_fps, 8), exact)


@given(
    st.lists(st.integers(3, 900), min_size=1, max_size=40),
    st.sampled_from([3.0, 8.0, 12.5]),
)
def test_resampling_agrees_with_the_definition_at_any_variable_rate(lengths_ms, fps):
    edges = np.concatenate([[0], np.cumsum(lengths_ms)]) / 1000
    expected = on_screen(edges[:-1] - STAMP_TOLERANCE, edges[-1] - STAMP_TOLERANCE, fps)
    found = resample(edges[:-1], edges[-1], fps)
    np.testing.assert_array_equal(found, expected if len(expected) else [len(lengths_ms) - 1])


def test_resampling_counts_time_from_the_first_stamp():
    np.testing.assert_array_equal(resample(np.array([5.0, 5.25]), 0.5, 8), [0, 0, 1, 1])


def test_resampling_a_clip_shorter_than_half_a_frame_keeps_its_last_frame():
    np.testing.assert_array_equal(resample(np.array([0.0]), 0.01, 8), [0])
    np.testing.assert_array_equal(resample(np.array([0.0, 0.01]), 0.02, 8), [1])


@pytest.mark.parametrize(
    ("timestamps", "fps", "message"),
    [([], 8, "no frames"), ([0, 1, 0.5], 8, "decrease"), ([0, 1], 0, "frame rate 0")],
)
def test_resampling_rejects_what_has_no_meaning(timestamps, fps, message):
    with pytest.raises(InputError, match=message):
        resample(np.array(timestamps), 1.0, fps)


@pytest.mark.parametrize("source_fps", [10, 12.5, Fraction(30000, 1001), 8])
@pytest.mark.parametrize("fps", [8.0, 3.0])
def test_decoding_shows_the_frames_that_resampling_names(tmp_path, source_fps, fps):
    encode_webm(stamped_frames(30), tmp_path / "clip.webm", source_fps)
    stamps = np.round(np.arange(31) / float(source_fps), 3)
    expected = resample(stamps[:-1], stamps[-1], fps)
    decoded = decode_video(tmp_path / "clip.webm", fps=fps)
    assert decoded.dtype == np.uint8
    np.testing.assert_array_equal(frame_numbers(decoded), expected)


def test_decoding_follows_the_stamps_of_a_variable_rate_that_starts_late(tmp_path):
    stamps = [200, 240, 280, 700, 740, 1500, 1533]
    write_variable_rate(tmp_path / "clip.webm", stamped_frames(7), stamps)
    decoded = decode_video(tmp_path / "clip.webm", fps=8.0)
    expected = resample(np.array(stamps) / 1000, 1.366, 8)
    np.testing.assert_array_equal(frame_numbers(decoded), expected)
    assert set(expected) == {1, 2, 4, 5}


@pytest.mark.parametrize(
    ("size", "short_side", "expected"),
    [
        ((48, 64), None, (48, 64)),
        ((48, 64), 24, (24, 32)),
        ((90, 48), 24, (45, 24)),
        ((33, 47), 16, (16, 23)),
        ((20, 30), 40, (20, 30)),
    ],
)
def test_a_longer_short_side_is_reduced_in_proportion(tmp_path, size, short_side, expected):
    encode_webm(stamped_frames(3, *size), tmp_path / "clip.webm", 8)
    decoded = decode_video(tmp_path / "clip.webm", short_side=short_side)
    assert decoded.shape == (3, *expected, 3)
    np.testing.assert_array_equal(frame_numbers(decoded), [0, 1, 2])


def test_resizing_averages_fine_detail_instead_of_picking_pixels(tmp_path):
    stripes = np.zeros((2, 64, 64, 3), dtype=np.uint8)
    stripes[:, :, ::2] = 255
    encode_webm(stripes, tmp_path / "clip.webm", 8, crf=4)
    decoded = decode_video(tmp_path / "clip.webm", short_side=16).astype(float)
    assert np.abs(decoded[:, 2:-2, 2:-2] - 127.5).max() < 12


@pytest.mark.parametrize("size", [(48, 64), (47, 63), (1, 1), (2, 3), (35, 20)])
def test_colours_survive_encoding_at_any_size(tmp_path, size):
    colours = np.array([[200, 60, 40], [40, 180, 90], [30, 60, 210], [128, 128, 128]])
    frames = np.broadcast_to(colours[:, None, None], (4, *size, 3)).astype(np.uint8)
    encode_webm(frames, tmp_path / "clip.webm", 8, crf=10)
    decoded = decode_video(tmp_path / "clip.webm")
    assert decoded.shape == frames.shape
    assert np.abs(decoded.astype(float) - frames).max() < 8


def test_the_same_frames_give_the_same_bytes_wherever_they_are_written(tmp_path):
    frames = np.random.default_rng(3).integers(0, 256, (12, 47, 63, 3), dtype=np.uint8)
    for name in ("one.webm", "two.webm"):
        encode_webm(frames, tmp_path / name, Fraction(25, 2), deadline="realtime", cpu_used=8)
    assert (tmp_path / "one.webm").read_bytes() == (tmp_path / "two.webm").read_bytes()


def test_the_stream_is_vp9_at_the_rate_that_was_asked_for(tmp_path):
    encode_webm(stamped_frames(20), tmp_path / "clip.webm", Fraction(25, 2))
    with av.open(str(tmp_path / "clip.webm")) as container:
        assert container.streams.video[0].codec_context.name in ("vp9", "libvpx-vp9")
        assert container.streams.video[0].average_rate == Fraction(25, 2)


def test_nothing_is_left_behind_when_encoding_fails(tmp_path):
    frames = [np.zeros((8, 8, 3), np.uint8), np.zeros((8, 9, 3), np.uint8)]
    with pytest.raises(InputError, match="Frame 1"):
        encode_webm(frames, tmp_path / "clip.webm", 8)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("frames", "fps", "message"),
    [
        (np.zeros((0, 8, 8, 3), np.uint8), 8, "no frames"),
        (np.zeros((2, 8, 8), np.uint8), 8, "shape"),
        (np.zeros((2, 8, 8, 3), np.float32), 8, "float32"),
        (np.zeros((2, 8, 8, 3), np.uint8), -1, "frame rate"),
    ],
)
def test_encoding_rejects_what_is_no_clip(tmp_path, frames, fps, message):
    with pytest.raises(InputError, match=message):
        encode_webm(frames, tmp_path / "clip.webm", fps)


@pytest.fixture
def whole_clip(tmp_path):
    frames = np.random.default_rng(5).integers(0, 256, (48, 48, 64, 3), dtype=np.uint8)
    encode_webm(frames, tmp_path / "whole.webm", 12)
    return (tmp_path / "whole.webm").read_bytes()


def test_a_missing_video_is_named(tmp_path, refused):
    with pytest.raises(VideoError, match=r"clip\.webm does not exist") as caught:
        decode_video(tmp_path / "clip.webm")
    refused("Videos", caught.value, "a video that is not there")


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda clip: b"", "empty"),
        (lambda clip: b"These are not the frames you are looking for." * 40, "damaged"),
        (lambda clip: clip[: len(clip) // 2], "cut off"),
        (lambda clip: clip[:200], "damaged|no frames|no video stream"),
        (lambda clip: clip[:3000] + bytes(len(clip) - 3000), "damaged|cut off"),
    ],
)
def test_a_broken_video_is_reported_in_one_sentence(tmp_path, whole_clip, refused, make, message):
    path = tmp_path / "clip.webm"
    path.write_bytes(make(whole_clip))
    with pytest.raises(VideoError, match=message) as error:
        decode_video(path)
    assert "clip.webm" in str(error.value)
    assert "\n" not in str(error.value)
    if message == "empty":
        refused("Videos", error.value, "an empty video")
    if message == "cut off":
        refused("Videos", error.value, "a video that breaks off", has_sizes=True)


def test_a_file_without_a_video_stream_is_rejected(tmp_path):
    path = tmp_path / "sound.wav"
    with av.open(str(path), "w", format="wav") as container:
        stream = container.add_stream("pcm_s16le", rate=8000)
        sound = av.AudioFrame.from_ndarray(np.zeros((1, 800), np.int16), layout="mono")
        sound.sample_rate = 8000
        container.mux(stream.encode(sound))
        container.mux(stream.encode(None))
    with pytest.raises(VideoError, match="no video stream"):
        decode_video(path)


@pytest.mark.parametrize(("suffix", "codec"), [("avi", "mpeg4"), ("webm", "libvpx-vp9")])
def test_a_video_stream_without_frames_is_rejected(tmp_path, suffix, codec):
    path = tmp_path / f"nothing.{suffix}"
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=8)
        stream.height, stream.width, stream.pix_fmt = 48, 64, "yuv420p"
        container.start_encoding()
    with pytest.raises(VideoError, match=r"no frames|damaged"):
        decode_video(path)


STAMPS = [0, 100, 200, 500, 540, 1000, 1100, 1200]


@pytest.mark.parametrize("suffix", ["mp4", "webm", "avi", "mkv"])
def test_a_variable_rate_is_followed_in_every_container(tmp_path, suffix):
    path = tmp_path / f"clip.{suffix}"
    write_video(path, stamped_frames(8), stamps_ms=STAMPS)
    expected = resample(np.array(STAMPS) / 1000, 1.22, 8)
    np.testing.assert_array_equal(frame_numbers(decode_video(path)), expected)


@pytest.mark.parametrize("seconds", [0.3, 4.0])
@pytest.mark.parametrize("suffix", ["mp4", "webm", "avi", "mkv"])
def test_sound_shorter_or_longer_than_the_video_changes_nothing(tmp_path, suffix, seconds):
    path = tmp_path / f"clip.{suffix}"
    write_video(path, stamped_frames(12), fps=8, sound_seconds=seconds)
    with av.open(str(path)) as container:
        assert len(container.streams.audio) == 1
    np.testing.assert_array_equal(frame_numbers(decode_video(path)), range(12))


@pytest.mark.parametrize("suffix", ["mp4", "webm", "avi", "mkv"])
def test_odd_sizes_are_decoded_in_every_container(tmp_path, suffix):
    path = tmp_path / f"clip.{suffix}"
    write_video(path, stamped_frames(8, 47, 63))
    decoded = decode_video(path)
    assert decoded.shape == (8, 47, 63, 3)
    np.testing.assert_array_equal(frame_numbers(decoded), range(8))


def quarters():
    """One frame (48, 64, 3) whose four quarters have colours of their own."""
    frame = np.empty((48, 64, 3), np.uint8)
    frame[:24, :32], frame[:24, 32:] = (220, 40, 40), (40, 200, 60)
    frame[24:, :32], frame[24:, 32:] = (40, 60, 220), (220, 220, 60)
    return frame


@pytest.mark.parametrize("suffix", ["mp4", "webm", "mkv"])
@pytest.mark.parametrize(
    ("turn", "stored"),
    [
        ({"degrees": 90}, lambda upright: np.rot90(upright, -1)),
        ({"degrees": -90}, lambda upright: np.rot90(upright, 1)),
        ({"degrees": 180}, lambda upright: np.rot90(upright, 2)),
        ({"degrees": 0, "hflip": True}, lambda upright: upright[:, ::-1]),
        ({"degrees": 0, "vflip": True}, lambda upright: upright[::-1]),
        ({"degrees": 90, "hflip": True}, lambda upright: np.rot90(upright[:, ::-1], -1)),
        ({"degrees": -90, "hflip": True}, lambda upright: np.rot90(upright[:, ::-1], 1)),
    ],
)
def test_frames_come_out_upright(tmp_path, suffix, turn, stored):
    """A camera stores what it sees and, beside it, how to turn that (counter-clockwise)."""
    path = tmp_path / f"clip.{suffix}"
    write_video(path, np.stack([stored(quarters())] * 3), turn=turn)
    decoded = decode_video(path).astype(int)
    assert decoded.shape == (3, 48, 64, 3)
    difference = np.abs(decoded[1] - quarters())
    assert np.median(difference) < 8
    assert decode_video(path, short_side=24).shape == (3, 24, 32, 3)


def test_the_matrix_of_a_phone_held_upright_turns_clockwise(tmp_path):
    """The matrix 0 1 0 / -1 0 0 in the track header is what phones write in portrait mode."""
    path = tmp_path / "clip.mp4"
    write_video(path, np.stack([np.rot90(quarters(), 1)] * 3))
    unturned = struct.pack(">9i", 1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30)
    turned = struct.pack(">9i", 0, 1 << 16, 0, -1 << 16, 0, 0, 64 << 16, 0, 1 << 30)
    content = path.read_bytes()
    place = content.index(unturned, content.index(b"tkhd"))
    path.write_bytes(content[:place] + turned + content[place + 36 :])
    assert np.median(np.abs(decode_video(path)[1].astype(int) - quarters())) < 8


def test_a_cover_picture_is_not_the_video(tmp_path, refused):
    write_video(tmp_path / "clip.mp4", stamped_frames(8), cover=True)
    with av.open(str(tmp_path / "clip.mp4")) as container:
        assert [stream.width for stream in container.streams.video] == [64, 80]
    np.testing.assert_array_equal(frame_numbers(decode_video(tmp_path / "clip.mp4")), range(8))
    write_sound_with_cover(tmp_path / "music.m4a", 1.0)
    with pytest.raises(VideoError, match=r"music\.m4a holds no video stream") as caught:
        decode_video(tmp_path / "music.m4a")
    refused("Videos", caught.value, "music with a cover picture")


def test_a_picture_that_changes_its_size_is_reported(tmp_path, refused):
    for name, size in (("one", (48, 64)), ("two", (32, 48))):
        write_video(tmp_path / f"{name}.h264", stamped_frames(4, *size))
    joined = tmp_path / "joined.h264"
    joined.write_bytes(b"".join((tmp_path / f"{n}.h264").read_bytes() for n in ("one", "two")))
    with pytest.raises(
        VideoError, match=r"changes the size of its picture \(48 x 32 and 64 x 48"
    ) as caught:
        decode_video(joined)
    refused("Videos", caught.value, "a picture that changes its size")
