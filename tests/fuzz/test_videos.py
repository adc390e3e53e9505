"""Damaged videos, gulped as the workflow does it: beside a good one, which always comes through."""

from fractions import Fraction

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st

from playfair.data.video.gulp import GulpReader, VideoFile, gulp_videos
from playfair.data.video.video_files import decode_video
from playfair.errors import InputError
from tests.fuzz.damage import damaged, edits
from tests.fuzz.targets import READ, cases, outcome, saved_examples
from tests.unit.data.drawn_clips import moving_bar

FPS = 8.0
N_FRAMES = 12
CODECS = {
    "mp4": "libx264",
    "webm": "libvpx-vp9",
    "avi": "mpeg4",
    "ts": "mpeg2video",
    "mkv": "mjpeg",
}
LONGEST_SECONDS = 60.0
"""A clip of a few kilobytes lasts no longer, whatever its time stamps say (docs/security.md)."""
MOST_FRAMES = round(LONGEST_SECONDS * FPS)
SECONDS_PER_CLIP = 20.0


def write_clip(path, codec, frames):
    """Frames (T, H, W, 3) at FPS; of a few kilobytes."""
    pixels = "yuvj420p" if codec == "mjpeg" else "yuv420p"
    with av.open(str(path), "w", options={"fflags": "+bitexact"}) as container:
        rate = 25 if codec == "mpeg2video" else round(FPS)
        stream = container.add_stream(codec, rate=rate)
        stream.height, stream.width = frames.shape[1:3]
        stream.pix_fmt = pixels
        for number, image in enumerate(frames):
            frame = av.VideoFrame.from_ndarray(image, format="rgb24").reformat(format=pixels)
            frame.pts, frame.time_base = number, Fraction(1, rate)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


@pytest.fixture(scope="module")
def clips(tmp_path_factory):
    """The bytes of a good clip by its container."""
    folder = tmp_path_factory.mktemp("clips")
    for suffix, codec in CODECS.items():
        write_clip(folder / f"clip.{suffix}", codec, moving_bar(N_FRAMES, height=32, width=48))
    return {suffix: (folder / f"clip.{suffix}").read_bytes() for suffix in CODECS}


@pytest.fixture(scope="module")
def gulp(clips, tmp_path_factory):
    """Gulps a video beside a good one; says what came of it, and raises why it is left out."""
    folder = tmp_path_factory.mktemp("gulped")
    for suffix, content in clips.items():
        (folder / f"good.{suffix}").write_bytes(content)

    def gulp_beside(content, suffix):
        case = folder / f"case.{suffix}"
        case.write_bytes(content)
        videos = [VideoFile(path.stem, path, {}) for path in (case, folder / "good.webm")]
        options = {"fps": FPS, "seconds_per_clip": SECONDS_PER_CLIP, "progress": False}
        failed = gulp_videos(videos, folder / "gulp", **options)
        lengths = GulpReader(folder / "gulp").lengths
        assert lengths.pop("good") == N_FRAMES
        if len(failed):
            assert [clip.uid for clip in failed] == ["case"] and not lengths
            raise InputError(failed[0].reason)
        assert 1 <= lengths["case"] <= MOST_FRAMES
        usual = len(decode_video(folder / f"good.{suffix}", FPS))
        return READ if lengths["case"] == usual else f"{READ}, of another length"

    return gulp_beside


def target(suffix):
    return f"video.{suffix}"


@pytest.mark.parametrize("suffix", CODECS)
def test_saved_videos_are_read_or_refused(clips, gulp, suffix):
    assert gulp(clips[suffix], suffix) == READ
    for path in saved_examples(target(suffix)):
        content = path.read_bytes()
        outcome(target(suffix), content, lambda content=content: gulp(content, suffix))


@pytest.mark.parametrize("suffix", CODECS)
@given(damage=edits(), donor=st.sampled_from(sorted(CODECS)))
@cases(60)
def test_damaged_videos_are_read_or_refused(clips, gulp, suffix, damage, donor):
    content = damaged(clips[suffix], damage, clips[donor])
    outcome(target(suffix), content, lambda: gulp(content, suffix))
