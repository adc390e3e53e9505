"""Clips to watch and frames as files: which, and names that a file system takes for one."""

from pathlib import Path

import numpy as np
import pytest

from docs.errors import JOB_ENDS
from playfair.data.video.gulp import GulpReader, VideoFile, gulp_videos
from playfair.data.video.video_files import decode_video, encode_webm
from playfair.data.video.webm import check_names_differ, encode_clips, read_frame, write_jpegs
from playfair.errors import InputError
from tests.unit.data.drawn_clips import write_clips

UIDS = ["b", "A", "a", "\u212b", "\xc5"]


@pytest.fixture(scope="module")
def gulp(tmp_path_factory):
    folder = tmp_path_factory.mktemp("gulp")
    write_clips(folder / "clips", {"one": 3, "two": 2})
    videos = [VideoFile(uid, folder / f"clips/{uid}.webm", {}) for uid in ("one", "two")]
    assert not gulp_videos(videos, folder / "gulp", progress=False)
    return folder / "gulp"


@pytest.mark.parametrize(("uids", "clips"), [(None, {"one", "two"}), ({"two", "x"}, {"two"})])
def test_clips_to_watch_are_all_or_those_that_are_named(gulp, tmp_path, uids, clips):
    encode_clips(gulp, tmp_path / "webm", uids=uids, progress=False)
    assert {path.stem for path in (tmp_path / "webm").glob("*.webm")} == clips


def test_frames_are_written_as_they_are_stored_and_are_clips_by_themselves(gulp, tmp_path):
    write_jpegs(gulp, tmp_path / "frames", {"one"})
    paths = sorted((tmp_path / "frames").rglob("*.jpg"))
    assert [str(path.relative_to(tmp_path / "frames")) for path in paths] == [
        f"one/0000{number}.jpg" for number in (1, 2, 3)
    ]
    reader = GulpReader(gulp)
    assert [path.read_bytes() for path in paths] == [reader.jpeg("one", i) for i in range(3)]
    decoded = decode_video(tmp_path / "frames/one").astype(int)
    assert np.abs(decoded - reader.frames("one")).max() < 10


def test_frames_of_no_clip_that_is_there_are_refused(gulp, tmp_path):
    with pytest.raises(InputError, match="none of the 1 videos asked for"):
        write_jpegs(gulp, tmp_path / "frames", {"three"})


def test_names_may_differ_in_letter_case_alone_where_files_do(tmp_path):
    check_names_differ(tmp_path, UIDS)
    assert list(tmp_path.iterdir()) == []


def test_names_of_one_file_are_refused(tmp_path, monkeypatch, refused):
    def exists(path):
        return path.name.casefold() in {file.name.casefold() for file in path.parent.iterdir()}

    monkeypatch.setattr(Path, "exists", exists)
    check_names_differ(tmp_path, ["b", "A"])
    with pytest.raises(InputError, match="the uids 'A' and 'a' name the same file") as caught:
        check_names_differ(tmp_path, UIDS)
    refused("Videos", caught.value, "uids that one file system takes for the same", rest=JOB_ENDS)
    assert list(tmp_path.iterdir()) == []


def test_a_single_frame_of_a_clip_is_read_or_the_last_one(tmp_path):
    greys = [40, 90, 140, 190]
    frames = np.stack([np.full((16, 24, 3), grey, np.uint8) for grey in greys])
    encode_webm(frames, tmp_path / "1.webm", 8)
    for number, grey in [(0, 40), (2, 140), (3, 190), (9, 190)]:
        shown = read_frame(tmp_path / "1.webm", number)
        assert shown.shape == (16, 24, 3)
        assert abs(shown.mean() - grey) < 10
