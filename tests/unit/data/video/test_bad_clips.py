"""One bad clip never stops a shard: each is a row in the table of failures, the others go on."""

import os
import signal
from fractions import Fraction

import av
import numpy as np
import pytest

from playfair.data.video import gulp as gulp_module
from playfair.data.video.gulp import GulpReader, VideoFile, gulp_videos
from playfair.data.video.video_files import decode_video
from tests.unit.data.containers import write_video
from tests.unit.data.video.test_containers import noise, write_video_of

LATE = [0, 125, 250, 3_600_000]


def write_of_size(path, height, width, codec, pixels="yuv420p", stamps=(0, 1, 2)):
    """A grey clip of any size at 8 frames per second, by the numbers of its frames."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=8)
        stream.height, stream.width, stream.pix_fmt = height, width, pixels
        grey = np.full((height, width, 3), 128, np.uint8)
        frame = av.VideoFrame.from_ndarray(grey, format="rgb24").reformat(format=pixels)
        for number in stamps:
            frame.pts, frame.time_base = number, Fraction(1, 8)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def half(path):
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


def write_half_of_late_start(path):
    write_video(path, noise(32), stamps_ms=[1_000_000 + 125 * number for number in range(32)])
    half(path)


def write_half(path):
    write_video(path, noise(32))
    half(path)


BAD = {
    "late.mp4": (lambda path: write_video(path, noise(4), stamps_ms=LATE), "leap from"),
    "late.webm": (lambda path: write_video(path, noise(4), stamps_ms=LATE), "leap from"),
    "late.mkv": (lambda path: write_video(path, noise(4), stamps_ms=LATE), "leap from"),
    "slow.webm": (
        lambda path: write_of_size(path, 32, 32, "libvpx-vp9", stamps=range(0, 40 * 400, 400)),
        "bytes of video, which last 60 s at most",
    ),
    "half.webm": (write_half, "is cut off"),
    "half.mp4": (write_half, "is damaged"),
    "half_of_late_start.mkv": (write_half_of_late_start, "is cut off"),
    "long.mkv": (
        lambda path: write_of_size(path, 2, 70_000, "ffv1"),
        "pictures of 70000 x 2 pixels",
    ),
    "bomb.mp4": (
        lambda path: write_of_size(path, 1080, 1920, "mpeg4", stamps=(0, 440)),
        "take more than 1073741824 bytes, from",
    ),
    "list.ts": (lambda path: path.write_text("ffconcat version 1.0\nfile a.ts\n"), "in no format"),
    "zeros.avi": (lambda path: path.write_bytes(bytes(5000)), "in no format"),
    "directory.mp4": (lambda path: path.mkdir(), "holds no pictures"),
    "pipe.mp4": (os.mkfifo, "does not exist"),
    "killer.webm": (lambda path: write_video(path, noise(4)), "ends the process that decodes it"),
}
CASES = {
    "half_of_late_start.mkv": "a file that is cut off and whose clock starts late",
    "bomb.mp4": "a small file of large pictures that stay for a minute",
    "long.mkv": "a picture that is longer than a JPEG can be",
    "killer.webm": "a video that ends the process that decodes it",
}


@pytest.mark.parametrize("workers", [1, 2])
def test_no_kind_of_bad_clip_stops_a_shard(tmp_path, monkeypatch, refused, workers):
    def decode(path, *arguments, **options):
        if path.stem == "killer":
            os.kill(os.getpid(), signal.SIGKILL)
        return decode_video(path, *arguments, **options)

    monkeypatch.setattr("playfair.data.video.gulp.decode_video", decode)
    for name, (make, _) in BAD.items():
        make(tmp_path / name)
    write_video(tmp_path / "good.mp4", noise(4))
    write_video_of(tmp_path, "good_of_late_start.ts", 25, 1000.0)
    names = [*BAD, "good.mp4", "good_of_late_start.ts"]
    videos = [VideoFile(name, tmp_path / name, {}) for name in sorted(names)]
    options = {"chunk_size": 3, "workers": workers, "progress": False}
    failed = gulp_videos(videos, tmp_path / "gulp", **options)
    assert [clip.uid for clip in failed] == sorted(BAD)
    for uid, _, reason in failed:
        assert BAD[uid][1] in reason
        assert reason.isprintable()
        if uid in CASES:
            refused("Videos", reason, CASES[uid], has_sizes=True)
    assert GulpReader(tmp_path / "gulp").lengths == {"good.mp4": 4, "good_of_late_start.ts": 8}


@pytest.mark.parametrize("start", [0, 1, 1000])
def test_files_that_are_written_in_fragments_are_whole_whenever_they_start(tmp_path, start):
    fragments = {"movflags": "frag_keyframe+empty_moov+default_base_moof"}
    with av.open(str(tmp_path / "clip.mp4"), "w", options=fragments) as container:
        stream = container.add_stream("libx264", rate=8)
        stream.height, stream.width, stream.pix_fmt = 32, 48, "yuv420p"
        for number, image in enumerate(noise(32)):
            frame = av.VideoFrame.from_ndarray(image, format="rgb24")
            frame.pts, frame.time_base = 8 * start + number, Fraction(1, 8)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    assert len(decode_video(tmp_path / "clip.mp4")) == 32


def test_fewer_clips_are_decoded_side_by_side_when_all_do_not_fit(tmp_path, monkeypatch):
    pool, write = gulp_module.process_pool, gulp_module._Job.write_chunk
    asked = []

    def watched_pool(workers):
        asked.append(workers)
        return pool(workers)

    def write_chunk(*arguments):
        if asked[-1] > 1:
            os.kill(os.getpid(), signal.SIGKILL)
        return write(*arguments)

    monkeypatch.setattr(gulp_module, "process_pool", watched_pool)
    monkeypatch.setattr(gulp_module._Job, "write_chunk", write_chunk)
    write_video(tmp_path / "clip.mp4", noise(4))
    video = VideoFile("clip", tmp_path / "clip.mp4", {})
    assert gulp_videos([video], tmp_path / "gulp", workers=4, progress=False) == []
    assert asked == [4, 2, 1]
