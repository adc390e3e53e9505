"""Shards: the same results in however many jobs, and added videos make only their own shard."""

import json
import shutil
from functools import partial

import h5py
import numpy as np
import pytest

from playfair.attribution.games.scores import ROUNDING_TOLERANCE
from playfair.data.clips.shards import shard_numbers
from tests.shared_runs import made_once
from tests.workflow.project import (
    copy_project,
    copy_run,
    copy_to_plan,
    planned_jobs,
    results_of,
    snakemake,
)

CONFIG = """\
dataset: mine
n_frames: [3]
shards: {train: 2, validation: 3}
shard_by: hash
definitions:
  datasets:
    mine:
      source: files
      train: datasets/tiny/train.json
      validation: datasets/tiny/validation.json
      labels: datasets/tiny/labels.json
      videos: datasets/tiny/videos
      ground_truth: datasets/tiny/ground_truth.csv
"""
OPTIONS = ("--configfile", "configs/tiny.yaml", "sharded.yaml")
RESULTS = results_of(
    "mine",
    "collated/trn.h5",
    "collated/tsn.h5",
    "esvs/trn/all_frames.h5",
    "esvs/tsn/all_frames.h5",
    "attributions/trn/integrated_gradients/3_frames.h5",
    "attributions/tsn/integrated_gradients/3_frames.h5",
    "webm",
)


@pytest.fixture(scope="module")
def sharded_run(tiny_run, tmp_path_factory):
    """The files of the tiny data set in shards, explained at three frames and at all."""

    def make(folder):
        copy_project(folder)
        shutil.copytree(tiny_run / "datasets", folder / "datasets")
        (folder / "sharded.yaml").write_text(CONFIG)
        run = snakemake(folder, *OPTIONS, target=RESULTS)
        assert run.returncode == 0, run.stdout + run.stderr

    return made_once(tmp_path_factory, "sharded", make)


@pytest.fixture
def run(sharded_run, tmp_path):
    return copy_run(sharded_run, tmp_path / "project")


def planned(run, *options):
    return planned_jobs(run, *options, configuration=OPTIONS, target=RESULTS)


def columns_of(path):
    columns = {}

    def take(name, item):
        if isinstance(item, h5py.Dataset):
            columns[name] = item[()]

    with h5py.File(path) as file:
        file.visititems(take)
    return columns


def test_results_do_not_depend_on_shards(tiny_run, sharded_run):
    compared = 0
    for whole in (tiny_run / "results/tiny").rglob("*.h5"):
        path = whole.relative_to(tiny_run / "results/tiny")
        if path.parts[0] == "shards":
            continue
        if path.parts[0] == "esvs" and path.stem in ("1_frames", "2_frames"):
            continue
        columns, sharded = columns_of(whole), columns_of(sharded_run / "results/mine" / path)
        columns = {name: columns[name] for name in columns if name[:2] not in ("1/", "2/")}
        assert columns.keys() == sharded.keys()
        # Features, and so trained weights, are the same to the bit; values are made in batches.
        atol = 0 if path.parts[0] == "features" else ROUNDING_TOLERANCE
        for name, values in columns.items():
            compare = partial(np.testing.assert_allclose, rtol=0, atol=atol)
            if values.dtype.kind != "f":
                compare = np.testing.assert_array_equal
            compare(sharded[name], values, err_msg=f"{path} {name}")
        compared += 1
    assert compared == 2 + 2 + 2 + 2 + 2


def test_clips_to_watch_do_not_depend_on_shards(tiny_run, sharded_run):
    clips = sorted((tiny_run / "results/tiny/webm").glob("*.webm"))
    assert len(clips) == 24
    for clip in clips:
        sharded = sharded_run / "results/mine/webm" / clip.name
        assert sharded.read_bytes() == clip.read_bytes()


def test_every_shard_did_its_part(sharded_run):
    shards = sharded_run / "results/mine/shards"
    for pattern in (
        "gulp/validation/*-of-3",
        "features/small/validation/*-of-3.h5",
        "esvs/trn/3_frames/*-of-3.h5",
        "esvs/tsn/all_frames/*-of-3.h5",
        "webm/*-of-3",
    ):
        assert len(list(shards.glob(pattern))) == 3
    assert len(list(shards.glob("features/small/train/*-of-2.h5"))) == 2


def test_nothing_is_stored_twice_by_linking(sharded_run):
    for data in (sharded_run / "results/mine/gulp/validation").glob("data_*.gulp"):
        assert data.stat().st_nlink == 2


def add_clip(run, split, uid):
    path = run / f"datasets/tiny/{split}.json"
    clips = json.loads(path.read_text())
    videos = run / "datasets/tiny/videos"
    shutil.copyfile(videos / f"{clips[0]['id']}.webm", videos / f"{uid}.webm")
    path.write_text(json.dumps([*clips, {**clips[0], "id": uid}]))


def test_nothing_to_do_after_a_sharded_run(sharded_run):
    assert planned(sharded_run) == {}


def test_added_video_makes_its_own_shard_only(run):
    add_clip(run, "validation", "added")
    jobs = planned(run)
    per_shard = ("gulp_videos", "extract_features", "encode_webm")
    assert {rule: jobs[rule] for rule in per_shard} == dict.fromkeys(per_shard, 1)
    assert jobs["compute_esvs"] == 2
    assert jobs["compute_all_frames_esvs"] == 2
    assert not {rule for rule in jobs if rule.startswith("train_")}
    assert "compute_class_priors" not in jobs

    before = {path: path.stat().st_mtime_ns for path in (run / "results/mine/shards").rglob("*.h5")}
    finished = snakemake(run, *OPTIONS, target="results/mine/collated/trn.h5")
    assert finished.returncode == 0, finished.stderr
    own = f"{shard_numbers(['added'], 3, 'hash')[0] + 1}-of-3"
    touched = {path.stem for path, time in before.items() if path.stat().st_mtime_ns != time}
    assert touched == {own}
    with h5py.File(run / "results/mine/collated/trn.h5") as file:
        assert len(file["uid"]) == 25
        assert "added" in file["uid"].asstr()[:]


def test_added_training_video_leaves_the_gulp_of_the_other_shards(run):
    add_clip(run, "train", "added")
    jobs = planned(run)
    assert jobs["gulp_videos"] == 1
    assert jobs["train_backbone"] == 1


def test_in_order_an_added_video_makes_all_shards(sharded_run, tmp_path):
    run = copy_to_plan(sharded_run, tmp_path / "project")
    config = run / "sharded.yaml"
    config.write_text(config.read_text().replace("shard_by: hash", "shard_by: order"))
    assert planned(run)["gulp_videos"] == 5


def test_number_of_shards_on_the_command_line(sharded_run):
    jobs = planned(sharded_run, "--set-scatter", "train=3", "validation=4")
    assert jobs["gulp_videos"] == 7
    assert jobs["encode_webm"] == 4


def test_failed_share_is_judged_over_all_shards(run):
    uid = json.loads((run / "datasets/tiny/validation.json").read_text())[0]["id"]
    (run / f"datasets/tiny/videos/{uid}.webm").write_bytes(b"broken")
    shutil.rmtree(run / "results/mine/shards/gulp/validation")
    target = "results/mine/gulp/validation"
    shutil.rmtree(run / target)
    failed = snakemake(run, *OPTIONS, target=target)
    assert failed.returncode != 0
    assert failed.stderr.count("1 of 24 videos failed (4.2%") == 1
    assert not (run / target).exists()
    accepted = snakemake(run, *OPTIONS, "--config", "gulp={max_failed_share: 0.05}", target=target)
    assert accepted.returncode == 0, accepted.stderr
    table = (run / "results/mine/tables/gulp_failed_validation.csv").read_text()
    assert table.splitlines()[1].startswith(f"{uid},")
