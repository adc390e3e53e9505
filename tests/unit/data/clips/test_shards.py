"""Dealing clips out to shards: every clip in one, none lost, others untouched by additions."""

import hashlib
import json
import os

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from playfair.data.clips.labels import Clip, read_clips, video_path
from playfair.data.clips.shards import (
    ShardFiles,
    clips_of_shard,
    deal_clips,
    shard_numbers,
)
from playfair.errors import InputError

UIDS = [f"clip{number}" for number in range(40)]


@given(
    st.lists(st.integers(), unique=True, max_size=50),
    st.integers(1, 12),
    st.sampled_from(["order", "hash"]),
)
def test_every_clip_is_in_one_shard(numbers, count, shard_by):
    clips = [Clip(str(number), "a") for number in numbers]
    shards = deal_clips(clips, count, shard_by)
    assert list(shards) == [f"{number}-of-{count}" for number in range(1, count + 1)]
    dealt = [clip for shard in shards.values() for clip in shard]
    assert sorted(clip.uid for clip in dealt) == sorted(clip.uid for clip in clips)


def test_runs_of_the_list_have_equal_length():
    numbers = shard_numbers(UIDS, 3, "order")
    assert list(numbers) == sorted(numbers)
    assert set(np.bincount(numbers)) <= {13, 14}


def test_hashed_shards_do_not_depend_on_the_other_clips():
    whole = dict(zip(UIDS, shard_numbers(UIDS, 5, "hash"), strict=True))
    some = UIDS[7:31:3]
    assert [whole[uid] for uid in some] == list(shard_numbers(some, 5, "hash"))
    assert len(set(whole.values())) == 5


def test_the_hash_is_the_same_on_every_machine():
    by_sha256 = [int(hashlib.sha256(uid.encode()).hexdigest()[:16], 16) % 1000 for uid in UIDS]
    assert list(shard_numbers(UIDS, 1000, "hash")) == by_sha256
    assert list(shard_numbers(["1", "74225"], 1000, "hash")) == [913, 639]


def test_unknown_way_to_deal_is_refused():
    with pytest.raises(InputError, match="'size': expected 'order' or 'hash'"):
        shard_numbers(UIDS, 2, "size")


def test_a_shard_is_asked_for_by_its_name():
    clips = [Clip(uid, "a") for uid in "abcde"]
    assert clips_of_shard(clips, "2-of-2", "order") == clips[3:]
    assert clips_of_shard(clips[:1], "1-of-2", "order") == clips[:1]
    assert clips_of_shard(clips[:1], "2-of-2", "order") == []


@pytest.fixture
def dataset(tmp_path):
    (tmp_path / "videos").mkdir()
    write_labels(tmp_path, UIDS)
    for uid in UIDS:
        (tmp_path / "videos" / f"{uid}.webm").touch()
    return tmp_path


def write_labels(folder, uids, template="Moving [something]"):
    entries = [{"id": uid, "template": template} for uid in uids]
    (folder / "train.json").write_text(json.dumps(entries))


def hashes(folder, memo="memo", labels="train.json", shard_by="hash"):
    videos = folder / "videos"
    shards = ShardFiles(
        folder / labels,
        "train",
        videos,
        lambda clip: [video_path(clip, videos, ".webm")],
        6,
        shard_by,
        folder / memo,
    )
    return {f"{number}-of-6": shards.content(f"{number}-of-6") for number in range(1, 7)}


def changed(before, after):
    return {name for name in before if before[name] != after[name]}


def test_added_clip_changes_its_own_shard(dataset):
    before = hashes(dataset)
    write_labels(dataset, [*UIDS, "one_more"])
    after = hashes(dataset)
    own = shard_numbers(["one_more"], 6, "hash")[0] + 1
    assert changed(before, after) == {f"{own}-of-6"}


def test_video_that_appears_changes_its_own_shard(dataset):
    (dataset / "videos" / f"{UIDS[3]}.webm").unlink()
    before = hashes(dataset)
    os.utime(dataset / "videos", (1, 1))
    (dataset / "videos" / f"{UIDS[3]}.webm").touch()
    own = shard_numbers(UIDS, 6, "hash")[3] + 1
    assert changed(before, hashes(dataset)) == {f"{own}-of-6"}


def test_changed_class_changes_the_shards_that_have_it(dataset):
    before = hashes(dataset)
    write_labels(dataset, UIDS, template="Dropping [something]")
    assert changed(before, hashes(dataset)) == set(before)


def test_answer_is_kept_until_the_files_change(dataset, monkeypatch):
    before = hashes(dataset)
    monkeypatch.setattr("playfair.data.clips.shards.read_clips", None)
    assert hashes(dataset) == before
    monkeypatch.setattr("playfair.data.clips.shards.read_clips", read_clips)
    assert hashes(dataset, memo="other") == before


def test_labels_that_do_not_exist_yet_are_a_missing_file(tmp_path):
    with pytest.raises(FileNotFoundError):
        hashes(tmp_path)


def test_videos_at_paths_of_a_list_are_looked_for_there(dataset):
    names = [f"day/{uid}.mp4" for uid in UIDS]
    rows = [f"{name},train" for name in names] + ["other.mp4,validation"]
    (dataset / "clips.csv").write_text("path,split\n" + "\n".join(rows) + "\n")
    before = hashes(dataset, labels="clips.csv")
    (dataset / "videos/day").mkdir()
    assert hashes(dataset, labels="clips.csv") == before
    (dataset / "videos" / names[3]).touch()
    os.utime(dataset / "videos/day", (1, 1))
    own = shard_numbers(UIDS, 6, "hash")[3] + 1
    after = hashes(dataset, labels="clips.csv")
    assert changed(before, after) == {f"{own}-of-6"}
    (dataset / "videos" / names[4]).touch()
    own = shard_numbers(UIDS, 6, "hash")[4] + 1
    assert changed(after, hashes(dataset, labels="clips.csv")) == {f"{own}-of-6"}


@pytest.mark.parametrize("shard_by", ["hash", "order"])
def test_a_file_that_is_overwritten_changes_its_own_shard(dataset, shard_by):
    before = hashes(dataset, shard_by=shard_by)
    path = dataset / "videos" / f"{UIDS[3]}.webm"
    folder = path.parent.stat()
    path.write_bytes(b"mended")
    os.utime(path.parent, ns=(folder.st_atime_ns, folder.st_mtime_ns))
    after = hashes(dataset, shard_by=shard_by)
    own = shard_numbers(UIDS, 6, shard_by)[3] + 1
    assert changed(before, after) == {f"{own}-of-6"}
    os.utime(path, (1, 1))
    assert changed(after, hashes(dataset, shard_by=shard_by)) == {f"{own}-of-6"}


def test_many_files_count_as_few_do(dataset, monkeypatch):
    before = hashes(dataset)
    monkeypatch.setattr("playfair.data.clips.shards._FEW", 2)
    assert hashes(dataset) == before


def test_a_clip_whose_path_leads_elsewhere_is_the_job_s_to_refuse(dataset):
    (dataset / "clips.csv").write_text("path,split\n../out.mp4,train\na.mp4,train\n")
    assert len(hashes(dataset, labels="clips.csv")) == 6


def test_pictures_of_a_folder_that_is_a_clip_are_looked_at(dataset):
    folder = dataset / "videos" / f"{UIDS[3]}.webm"
    folder.unlink()
    folder.mkdir()
    (folder / "1.jpg").write_bytes(b"a")
    before, status = hashes(dataset), folder.stat()
    (folder / "1.jpg").write_bytes(b"another")
    os.utime(folder, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert len(changed(before, hashes(dataset))) == 1
