import json
import re

import numpy as np
import pytest

from playfair.config import complete_config
from playfair.errors import InputError
from playfair.workflow.datasets import Datasets, memory_for_clips

LISTS = {"source": "files", "train": "train.json", "validation": "val.csv", "videos": "films"}
FEATURES = {
    "source": "features",
    "features": {"train": "train.h5", "validation": "validation.h5"},
    "labels": "classes.json",
}


def datasets(shard_by="order", fps=8.0, **definitions):
    definitions = {"datasets": {"synthetic": {"source": "synthetic"}, **definitions}}
    config = {"shard_by": shard_by, "gulp": {"fps": fps}, "definitions": definitions}
    return Datasets(complete_config(config))


@pytest.mark.parametrize(
    ("definition", "files"),
    [
        (
            {"source": "synthetic"},
            {
                "train": "datasets/mine/train.json",
                "labels": "datasets/mine/labels.json",
                "videos": "datasets/mine/videos",
                "ground_truth": "datasets/mine/ground_truth.csv",
            },
        ),
        (
            LISTS,
            {
                "train": "train.json",
                "validation": "val.csv",
                "videos": "films",
                "labels": "results/mine/labels.json",
                "ground_truth": [],
            },
        ),
        (
            FEATURES,
            {"train": "train.h5", "labels": "classes.json", "videos": [], "ground_truth": []},
        ),
    ],
    ids=["synthetic", "files", "features"],
)
def test_files_are_those_that_are_given_or_made(definition, files):
    found = datasets(mine=definition)
    assert {name: found.file("mine", name) for name in files} == files


def test_videos_that_failed_are_listed_where_they_were_read():
    found = datasets(mine=LISTS, theirs=FEATURES)
    assert found.failed_table("mine", "small", "train") == (
        "results/mine/tables/gulp_failed_train.csv"
    )
    assert found.failed_table("theirs", "small", "train") == (
        "results/theirs/tables/import_failed_small_train.csv"
    )
    assert found.validation_gulp("mine") == "results/mine/gulp/validation"
    assert found.validation_gulp("theirs") == []


def test_features_may_have_pictures_gulped_at_their_own_rate():
    pictured = {**FEATURES, "videos": "films", "fps": 2.0, "max_failed_share": 0.5}
    found = datasets(mine=LISTS, theirs=FEATURES, pictured=pictured)
    names = ("mine", "theirs", "pictured")
    assert [found.has_pictures(name) for name in names] == [True, False, True]
    assert [found.has_videos(name) for name in names] == [True, False, False]
    assert found.validation_gulp("pictured") == "results/pictured/gulp/validation"
    table = "results/pictured/tables/gulp_failed_validation.csv"
    assert [found.pictures_table(name) for name in names] == [[], [], table]
    assert [found.gulp_options(name)["fps"] for name in names] == [8.0, 8.0, 2.0]
    assert found.most_failed("mine") == (0.01, "gulp.max_failed_share")
    key = "definitions.datasets.pictured.max_failed_share"
    assert found.most_failed("pictured") == (0.5, key)
    assert "import_failed_small" in found.failed_table("pictured", "small", "train")


@pytest.mark.parametrize("shard_by", ["hash", "order"])
def test_videos_of_features_that_change_are_noticed_by_the_pictures_alone(
    tmp_path, monkeypatch, shard_by
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "validation.csv").write_text("uid,path\n1,day/1.npy\n2,\n")
    (tmp_path / "films").mkdir()
    theirs = {**FEATURES, "videos": "films", "validation": "validation.csv", "extension": ".mp4"}
    theirs["features"] = {"train": "train.h5", "validation": "films"}

    def contents():
        found = datasets(shard_by, theirs=theirs)
        kinds = ("videos", "features")
        return [found.shard_content("theirs", "validation", "1-of-1", kind) for kind in kinds]

    before = contents()
    (tmp_path / "films/1.mp4").write_bytes(b"a video")
    videos, features = contents()
    assert features == before[1] is not None
    assert videos != before[0] is not None


def test_names_of_a_source_are_a_regular_expression_that_matches_no_other():
    found = datasets(mine=LISTS, theirs=FEATURES)
    assert re.fullmatch(found.names_of("features"), "theirs")
    assert not re.fullmatch(found.names_of("features"), "mine")
    assert re.fullmatch(found.names_of("synthetic", "files"), "mine")
    assert not re.search(datasets(mine=LISTS).names_of("features"), "mine")


def test_evidence_is_counted_in_frames_of_the_gulp():
    counted = {**LISTS, "ground_truth": "truth.csv", "ground_truth_fps": 24.0}
    assert datasets(fps=8.0, mine=counted).evidence_rate("mine") == pytest.approx(1 / 3)
    assert datasets(fps=8.0, mine=LISTS).evidence_rate("mine") == 1


def test_features_have_a_rate_of_their_own():
    counted = {**FEATURES, "fps": 2.0, "ground_truth": "truth.csv", "ground_truth_fps": 4.0}
    found = datasets(fps=8.0, mine=LISTS, theirs=counted)
    assert (found.fps("mine"), found.fps("theirs")) == (8.0, 2.0)
    assert found.evidence_rate("theirs") == 0.5


def test_one_list_of_both_splits_has_to_tell_them_apart(tmp_path):
    clips = tmp_path / "clips.csv"
    clips.write_text("path,label\na.mp4,waving\n")
    one_list = {**LISTS, "train": str(clips), "validation": str(clips)}
    with pytest.raises(InputError, match="the list of both splits"):
        datasets(mine=one_list).check_lists("mine")
    datasets(mine=LISTS).check_lists("mine")


CLIPS = [{"id": str(uid), "label": "waving", "template": "waving"} for uid in range(9)]


@pytest.mark.parametrize("shard_by", ["hash", "order"])
def test_content_of_a_shard_is_known_once_the_clips_are_there(tmp_path, monkeypatch, shard_by):
    monkeypatch.chdir(tmp_path)
    mine = {**LISTS, "train": "train.json", "extension": ".mp4"}

    def content():
        return datasets(shard_by, mine=mine).shard_content("mine", "train", "1-of-2", "videos")

    assert content() is None
    (tmp_path / "films").mkdir()
    (tmp_path / "train.json").write_text(json.dumps(CLIPS))
    missing = content()
    for uid in range(9):
        (tmp_path / f"films/{uid}.mp4").touch()
    assert missing is not None and content() not in (None, missing)
    (tmp_path / "train.json").write_text("no list")
    assert content() is None


@pytest.mark.parametrize("paths", [None, "day/{uid}.npy"])
def test_arrays_written_anew_under_their_names_are_noticed(tmp_path, monkeypatch, paths):
    monkeypatch.chdir(tmp_path)
    rows = [f"{uid},{paths.format(uid=uid)}" if paths else f"{uid}," for uid in range(4)]
    (tmp_path / "clips.csv").write_text("uid,path\n" + "\n".join(rows) + "\n")
    theirs = {
        **FEATURES,
        "train": "clips.csv",
        "features": {"train": "arrays", "validation": "other.h5"},
    }

    def content():
        found = datasets("order", theirs=theirs)
        return found.shard_content("theirs", "train", "1-of-1", "features")

    (tmp_path / "arrays/day").mkdir(parents=True)
    missing = content()
    array = tmp_path / "arrays" / (paths or "{uid}.npz").format(uid=2)
    array.write_bytes(b"features")
    first = content()
    array.write_bytes(b"other features")
    assert len({missing, first, content()}) == 3


def test_what_a_rule_draws_and_one_feature_file_are_seen_by_their_own_times(tmp_path):
    assert datasets("order").shard_content("synthetic", "train", "1-of-2", "videos") is None
    one_file = {**FEATURES, "features": {"train": "train.h5", "validation": "v.h5"}}
    found = datasets("order", theirs=one_file)
    assert found.shard_content("theirs", "train", "1-of-2", "features") is None


def test_memory_grows_with_a_list_but_not_with_features(tmp_path):
    (tmp_path / "clips.csv").write_bytes(b"x" * 3_000_000)
    assert memory_for_clips(tmp_path / "clips.csv") == 24
    (tmp_path / "features.h5").write_bytes(b"\x89HDF\r\n\x1a\n" + np.zeros(10**6).tobytes())
    assert memory_for_clips(tmp_path / "features.h5") == 0
