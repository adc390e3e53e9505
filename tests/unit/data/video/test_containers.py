"""Files that say they are videos: nothing else is opened for them, and no time stamp is believed
that their packets could not reach."""

import os
from fractions import Fraction

import av
import numpy as np
import pytest

from playfair.data.video.containers import VideoError
from playfair.data.video.video_files import decode_video, encode_webm
from tests.unit.data.containers import write_video
from tests.unit.data.drawn_clips import write_clips


def noise(count, height=32, width=48):
    return np.random.default_rng(0).integers(0, 256, (count, height, width, 3), dtype=np.uint8)


@pytest.fixture
def secret(tmp_path):
    """A video elsewhere on the disk, with a name that may be put into a list without quotes."""
    folder = tmp_path / "elsewhere"
    write_video_of(folder, "secret.ts", 16)
    os.mkfifo(folder / "pipe")
    return folder


def write_video_of(folder, name, count, start=0.0):
    """A transport stream at 25 frames per second, whose clock begins at `start` seconds."""
    folder.mkdir(exist_ok=True)
    with av.open(str(folder / name), "w") as container:
        stream = container.add_stream("mpeg2video", rate=25)
        stream.height, stream.width, stream.pix_fmt = 32, 48, "yuv420p"
        stream.max_b_frames = 0
        time_base = Fraction(1, 90_000)
        packets = []
        for number, image in enumerate(noise(count)):
            frame = av.VideoFrame.from_ndarray(image, format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, 25)
            packets += stream.encode(frame)
        packets += stream.encode(None)
        for number, packet in enumerate(packets):
            packet.time_base = time_base
            packet.pts = packet.dts = round((start + number / 25) * 90_000)
            packet.duration = 90_000 // 25
            packet.stream = stream
            container.mux(packet)
    return folder / name


PLAYLIST = "#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:2,\n{}\n"
LISTS = {
    "clip.m3u8": PLAYLIST + "#EXT-X-ENDLIST\n",
    "clip.webm": PLAYLIST + "#EXT-X-ENDLIST\n",
    "endless.m3u8": PLAYLIST,
    "concat.webm": "ffconcat version 1.0\nfile {}\n",
    "concat.mp4": "ffconcat version 1.0\nfile '{}'\n",
    "clip.mpd": '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" '
    'mediaPresentationDuration="PT2S"><Period><AdaptationSet mimeType="video/mp2t">'
    '<Representation id="1" bandwidth="1"><BaseURL>{}</BaseURL></Representation></AdaptationSet>'
    "</Period></MPD>",
    "clip.sdp": "v=0\nm=video 5004 RTP/AVP 96\nc=IN IP4 127.0.0.1\na=rtpmap:96 H264/90000\n",
    "clip.ffmeta": ";FFMETADATA1\ntitle={}\n",
}


@pytest.mark.parametrize("target", ["secret.ts", "pipe", "http://127.0.0.1:9/x"])
@pytest.mark.parametrize("name", LISTS)
def test_lists_of_other_files_are_refused(tmp_path, secret, refused, name, target):
    """None waits for the pipe."""
    place = target if "//" in target else secret / target
    (tmp_path / name).write_text(LISTS[name].format(place))
    with pytest.raises(VideoError, match=r"in no format that is read|is damaged") as caught:
        decode_video(tmp_path / name)
    assert "\n" not in str(caught.value)
    if name == "clip.webm":
        refused("Videos", caught.value, "a playlist that is called a video")


def test_ffmpeg_left_to_itself_would_follow_them(tmp_path, secret):
    (tmp_path / "clip.webm").write_text(LISTS["concat.webm"].format("elsewhere/secret.ts"))
    with av.open(str(tmp_path / "clip.webm")) as container:
        assert len(list(container.decode(video=0))) == 16


def test_names_are_files_and_no_addresses_or_patterns(tmp_path, monkeypatch, refused):
    write_clips(tmp_path, {"clip": 6})
    content = (tmp_path / "clip.webm").read_bytes()
    monkeypatch.chdir(tmp_path)
    for name in ("a:b.webm", "http:x.webm", "concat:clip.webm|clip.webm", "%03d.webm", "pipe:0"):
        (tmp_path / name).write_bytes(content)
        assert len(decode_video(name)) == 6
    with pytest.raises(VideoError, match="does not exist") as caught:
        decode_video("subfile,,start,0,end,0,,:clip.webm")
    refused("Videos", caught.value, "an address in place of a file")
    encode_webm(noise(3), "c:d.webm", 8)
    assert len(decode_video("c:d.webm")) == 3


def test_numbered_pictures_are_no_video(tmp_path, refused):
    with av.open(str(tmp_path / "001.png"), "w", format="image2") as container:
        stream = container.add_stream("png", rate=1)
        stream.height, stream.width, stream.pix_fmt = 32, 48, "rgb24"
        container.mux(stream.encode(av.VideoFrame.from_ndarray(noise(1)[0], format="rgb24")))
        container.mux(stream.encode(None))
    (tmp_path / "%03d.png").write_bytes((tmp_path / "001.png").read_bytes())
    with pytest.raises(VideoError, match="in no format that is read") as caught:
        decode_video(tmp_path / "%03d.png")
    refused("Videos", caught.value, "numbered pictures")


@pytest.mark.parametrize("suffix", ["mp4", "webm", "mkv"])
def test_a_late_stamp_is_refused(tmp_path, refused, suffix):
    path = tmp_path / f"clip.{suffix}"
    write_video(path, noise(4), stamps_ms=[0, 125, 250, 3_600_000])
    words = r"leap from 0\.25 s to 3600\.00 s: encode it again"
    with pytest.raises(VideoError, match=words) as caught:
        decode_video(path)
    if suffix == "webm":
        refused("Videos", caught.value, "a time stamp an hour late")


def test_a_pause_of_a_minute_is_none(tmp_path):
    write_video(tmp_path / "clip.mkv", noise(4), stamps_ms=[0, 125, 250, 59_000])
    assert len(decode_video(tmp_path / "clip.mkv")) == 472


def test_frames_go_no_further_than_the_packets_can_hold(tmp_path, refused):
    grey = np.full((40, 16, 16, 3), 128, np.uint8)
    stamps = [50_000 * number for number in range(40)]
    write_video(tmp_path / "clip.webm", grey, stamps_ms=stamps)
    assert (tmp_path / "clip.webm").stat().st_size < 4000
    with pytest.raises(
        VideoError, match=r"reach \d+ s after \d+ bytes of video, which last 60 s"
    ) as caught:
        decode_video(tmp_path / "clip.webm")
    refused(
        "Videos", caught.value, "time stamps that reach further than the packets", has_sizes=True
    )


def test_stamps_that_start_late_are_not_cut_off(tmp_path):
    stamps = [1_000_000 + 125 * number for number in range(16)]
    for suffix in ("webm", "mkv", "mp4"):
        path = tmp_path / f"clip.{suffix}"
        write_video(path, noise(16), stamps_ms=stamps)
        assert len(decode_video(path)) in (15, 16)


@pytest.mark.parametrize("start", [7200.0, 0.0])
def test_a_broadcast_whose_clock_leaps_goes_on_at_its_rate(tmp_path, start):
    parts = [
        write_video_of(tmp_path, "a.ts", 16, 100.0),
        write_video_of(tmp_path, "b.ts", 16, start),
    ]
    (tmp_path / "clip.ts").write_bytes(b"".join(part.read_bytes() for part in parts))
    expected = np.concatenate([decode_video(part, fps=25) for part in parts])
    np.testing.assert_array_equal(decode_video(tmp_path / "clip.ts", fps=25), expected)


def test_pictures_of_very_many_pixels_are_refused(tmp_path, monkeypatch, refused):
    monkeypatch.setattr("playfair.data.video.containers.MOST_PIXELS", 1000)
    encode_webm(noise(3), tmp_path / "clip.webm", 8)
    with pytest.raises(
        VideoError, match="pictures of 48 x 32 pixels: expected at most 1000"
    ) as caught:
        decode_video(tmp_path / "clip.webm")
    refused("Videos", caught.value, "pictures of very many pixels (67 million; 1000 in the test)")


@pytest.mark.parametrize("error", [MemoryError("no memory"), ValueError("odd"), OverflowError("x")])
def test_what_the_decoder_makes_of_odd_files_is_one_sentence(tmp_path, monkeypatch, error):
    def fail(*_, **__):
        raise error

    encode_webm(noise(3), tmp_path / "clip.webm", 8)
    monkeypatch.setattr("playfair.data.video.video_files._Picture.__call__", fail)
    with pytest.raises(VideoError, match=rf"cannot be decoded \({type(error).__name__}: "):
        decode_video(tmp_path / "clip.webm")
