"""Gulping real files: what is read back, what fails, and what does not matter."""

import json
import os
import signal
from dataclasses import replace

import numpy as np
import pytest

from playfair.data.video.gulp import GulpReader, VideoFile, gulp_videos
from playfair.data.video.video_files import decode_video
from playfair.data.video.webm import encode_clips
from playfair.errors import InputError
from playfair.files import CONTENTS
from tests.unit.data.drawn_clips import write_clips

LENGTHS = {"11": 9, "2": 12, "clip_3": 5, "04": 16, "5": 8}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("videos")
    write_clips(folder, LENGTHS)
    return folder


def videos(folder, uids=tuple(LENGTHS)):
    return [
        VideoFile(uid, folder / f"{uid}.webm", {"class": "a", "class_index": index - 1})
        for index, uid in enumerate(uids)
    ]


def gulp(folder, directory, **options):
    return gulp_videos(videos(folder), directory, progress=False, **options)


def frames_by_uid(directory):
    reader = GulpReader(directory)
    return {uid: np.stack(reader.frames(uid)) for uid in reader.uids}


def test_frames_and_labels_come_back(folder, tmp_path):
    failed = gulp(folder, tmp_path / "gulp", chunk_size=2)
    assert failed == []
    reader = GulpReader(tmp_path / "gulp")
    assert reader.uids == sorted(LENGTHS)
    assert reader.lengths == LENGTHS
    assert reader.labels == {"11": -1, "2": 0, "clip_3": 1, "04": 2, "5": 3}
    assert set(reader.fps.values()) == {8.0}
    for uid in LENGTHS:
        decoded = decode_video(folder / f"{uid}.webm").astype(int)
        difference = np.abs(np.stack(reader.frames(uid)) - decoded)
        assert difference.mean() < 3, "JPEG at quality 90 stays close to the decoded frames"


def test_chosen_frames_are_those_of_the_whole_video(folder, tmp_path):
    gulp(folder, tmp_path / "gulp")
    reader = GulpReader(tmp_path / "gulp")
    everything = reader.frames("04")
    for frame, idx in zip(reader.frames("04", np.array([3, 3, 15])), (3, 3, 15), strict=True):
        np.testing.assert_array_equal(frame, everything[idx])


def test_a_video_of_features_has_as_many_frames_as_they_do_or_is_refused(folder, tmp_path, refused):
    """Videos of 9, 12 and 5 frames, of 8, 13 and 9 features."""
    known = dict(zip(LENGTHS, (8, 13, 9), strict=False))
    asked = [replace(video, n_frames=known[video.uid]) for video in videos(folder, tuple(known))]
    (failed,) = gulp_videos(asked, tmp_path / "gulp", progress=False)
    reader = GulpReader(tmp_path / "gulp")
    assert reader.lengths == {"11": 8, "2": 13}
    np.testing.assert_array_equal(reader.frames("2", [12]), reader.frames("2", [11]))
    assert failed.uid == "clip_3"
    refused("Videos", failed.reason, "a video that features are not of")
    assert reader.pictures("clip_3", [0]) is None
    np.testing.assert_array_equal(reader.pictures("2", [3]), reader.frames("2", [3]))


def test_chunk_files_are_named_and_sized_as_asked_for(folder, tmp_path):
    gulp(folder, tmp_path / "gulp", chunk_size=2)
    names = sorted(path.name for path in (tmp_path / "gulp").glob("[!.]*"))
    expected = [f"data_{n}.gulp" for n in range(3)] + [f"meta_{n}.gmeta" for n in range(3)]
    assert names == expected


def test_frames_depend_neither_on_workers_nor_on_chunks_nor_on_shuffling(folder, tmp_path):
    gulp(folder, tmp_path / "a", chunk_size=5, workers=1)
    gulp(folder, tmp_path / "b", chunk_size=1, workers=2)
    gulp(folder, tmp_path / "c", chunk_size=2, shuffle=True, seed=3)
    one, *others = (frames_by_uid(tmp_path / name) for name in "abc")
    for other in others:
        assert other.keys() == one.keys()
        for uid in one:
            np.testing.assert_array_equal(other[uid], one[uid])


def test_shuffling_depends_on_the_seed_alone(folder, tmp_path):
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        gulp(folder, tmp_path / name, chunk_size=5, shuffle=True, seed=seed)
    first, again, other = ((tmp_path / name / "meta_0.gmeta").read_bytes() for name in "abc")
    assert first == again
    assert first != other


def test_short_side_is_resized(folder, tmp_path):
    gulp(folder, tmp_path / "gulp", short_side=24)
    assert GulpReader(tmp_path / "gulp").frames("2")[0].shape == (24, 32, 3)


def test_missing_empty_and_broken_videos_are_listed(folder, tmp_path):
    (tmp_path / "empty.webm").touch()
    (tmp_path / "broken.webm").write_bytes(b"no video" * 100)
    whole = (folder / "04.webm").read_bytes()
    (tmp_path / "cut.webm").write_bytes(whole[: len(whole) // 3])
    (tmp_path / "good.webm").write_bytes(whole)
    uids = ["missing", "empty", "good", "broken", "cut"]
    failed = gulp_videos(videos(tmp_path, uids), tmp_path / "gulp", progress=False)
    assert [clip.uid for clip in failed] == ["broken", "cut", "empty", "missing"]
    assert all(str(tmp_path) in path for _, path, _ in failed)
    reasons = {clip.uid: clip.reason for clip in failed}
    assert "does not exist" in reasons["missing"]
    assert "is empty" in reasons["empty"]
    assert GulpReader(tmp_path / "gulp").uids == ["good"]


def test_reader_names_what_is_missing(folder, tmp_path):
    gulp(folder, tmp_path / "gulp")
    with pytest.raises(InputError, match="no video with the uid '99'"):
        GulpReader(tmp_path / "gulp").frames("99")
    with pytest.raises(InputError, match="holds no gulped videos"):
        GulpReader(tmp_path / "nothing")


def cut(path, byte_count):
    with open(path, "r+b") as file:
        file.truncate(path.stat().st_size - byte_count)


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (
            lambda gulp: cut(gulp / "data_1.gulp", 1),
            r"data_1\.gulp has \d+ bytes, \d+ were written",
        ),
        (
            lambda gulp: cut(gulp / "meta_0.gmeta", 9),
            r"meta_0\.gmeta has \d+ bytes, \d+ were written",
        ),
        (lambda gulp: (gulp / "meta_0.gmeta").unlink(), r"meta_0\.gmeta is missing"),
        (lambda gulp: (gulp / "data_0.gulp").unlink(), r"data_0\.gulp is missing"),
        (lambda gulp: lose(gulp, 1), r"data_1\.gulp is missing"),
        (lambda gulp: cut(gulp / CONTENTS, 9), r"\.contents\.json cannot be read"),
        (lambda gulp: (gulp / CONTENTS).write_text("[1]"), r"\.contents\.json cannot be read"),
        (
            lambda gulp: rename_video(gulp / "meta_0.gmeta"),
            r"data_0\.gulp holds other videos than were written",
        ),
    ],
)
def test_chunks_that_are_lost_or_damaged_are_named(folder, tmp_path, damage, sentence):
    gulp(folder, tmp_path / "gulp", chunk_size=3)
    damage(tmp_path / "gulp")
    with pytest.raises(InputError, match=sentence) as caught:
        GulpReader(tmp_path / "gulp")
    assert str(caught.value).endswith(f": delete the directory {tmp_path / 'gulp'} and gulp again")


def lose(gulp, chunk):
    (gulp / f"data_{chunk}.gulp").unlink()
    (gulp / f"meta_{chunk}.gmeta").unlink()


def rename_video(meta):
    """As if a chunk of another gulp had been put there, of the same size."""
    uid = next(iter(json.loads(meta.read_text())))
    meta.write_text(meta.read_text().replace(f'"{uid}"', f'"x{uid[1:]}"', 1))


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (
            lambda gulp: cut(gulp / "data_1.gulp", 1),
            r"data_1\.gulp has \d+ bytes, \d+ were written",
        ),
        (lambda gulp: cut(gulp / "meta_0.gmeta", 9), r"meta_0\.gmeta cannot be read"),
        (lambda gulp: (gulp / "meta_1.gmeta").write_text("[1]"), r"gulp is damaged"),
        (lambda gulp: (gulp / "meta_0.gmeta").unlink(), r"meta_0\.gmeta is missing"),
    ],
)
def test_gulps_without_a_list_of_their_own_are_read_and_checked(folder, tmp_path, damage, sentence):
    gulp(folder, tmp_path / "gulp", chunk_size=3)
    (tmp_path / "gulp" / CONTENTS).unlink()
    assert GulpReader(tmp_path / "gulp").uids
    damage(tmp_path / "gulp")
    with pytest.raises(InputError, match=sentence):
        GulpReader(tmp_path / "gulp")


def test_clips_to_watch_show_the_gulped_frames(folder, tmp_path):
    gulp(folder, tmp_path / "gulp")
    encode_clips(tmp_path / "gulp", tmp_path / "webm", workers=2, progress=False)
    reader = GulpReader(tmp_path / "gulp")
    assert sorted(path.name for path in (tmp_path / "webm").glob("*.webm")) == sorted(
        f"{uid}.webm" for uid in LENGTHS
    )
    for uid in LENGTHS:
        shown = decode_video(tmp_path / "webm" / f"{uid}.webm", fps=8.0)
        gulped = np.stack(reader.frames(uid))
        assert shown.shape == gulped.shape
        assert np.abs(shown.astype(int) - gulped).mean() < 6


def hangs_in_python():
    while True:
        pass


def hangs_in_c():
    """As a decoder that never comes back to Python."""
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGALRM])
    hangs_in_python()


def is_killed():
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize(
    ("fault", "message"),
    [
        (hangs_in_python, "takes longer than 0.2 s to decode"),
        (hangs_in_c, "takes longer than 0.2 s to decode"),
        (is_killed, r"ends the process that decodes it (SIGKILL)"),
    ],
)
def test_a_video_that_ends_its_decoder_is_listed_and_the_others_go_on(
    folder, tmp_path, monkeypatch, fault, message, workers
):
    frames = np.zeros((3, 16, 16, 3), np.uint8)
    bad = {folder / f"{uid}.webm" for uid in ("2", "5")}

    def decode(path, *_, **__):
        if path in bad:
            fault()
        return frames

    monkeypatch.setattr("playfair.data.video.gulp.decode_video", decode)
    monkeypatch.setattr("playfair.data.video.watch.GRACE_SECONDS", 0.1)
    options = {"chunk_size": 2, "workers": workers, "seconds_per_clip": 0.2}
    failed = gulp(folder, tmp_path / "gulp", **options)
    assert [clip.uid for clip in failed] == ["2", "5"]
    assert [clip.path for clip in failed] == [str(folder / "2.webm"), str(folder / "5.webm")]
    for _, _, reason in failed:
        assert message in reason
    assert GulpReader(tmp_path / "gulp").uids == ["04", "11", "clip_3"]
    assert sorted(path.name for path in (tmp_path / "gulp").glob("data*")) == [
        "data_0.gulp",
        "data_1.gulp",
        "data_2.gulp",
    ]


def test_processes_that_end_by_no_single_video_stop_the_job(folder, tmp_path, monkeypatch):
    monkeypatch.setattr("playfair.data.video.gulp._Job.write_chunk", lambda *_: is_killed())
    with pytest.raises(InputError, match="were ended 3 times, by none of the videos alone"):
        gulp(folder, tmp_path / "gulp")
    assert not (tmp_path / "gulp").exists()
