"""configs/custom.yaml on real files: any container, turned, at a variable rate, without labels."""

import pandas as pd
import pytest

import playfair
from playfair.data.gulp import GulpReader
from tests.workflow.own_videos import CLASSES, write_own_videos
from tests.workflow.project import copy_project, planned_jobs, snakemake

CUSTOM = ("--configfile", "configs/custom.yaml")
SMALL = (
    "n_frames=[2,3]",
    "definitions={backbones: {small: {training: {n_frames: 3, epochs: 1}}}, "
    "models: {trn: {n_scales: 2, training: {epochs: 1}}, "
    "tsn: {training: {epochs: 1, n_frames: 3}}}}",
    "figures={sampling_error: {n_frames: 4, videos: 4, every_frame_videos: 1, budgets: [96], "
    "repetitions: 1, reference_budget: 2000}}",
)
VALIDATION = ["a_plain_one", "odd", "portrait", "vfr"]


def run_custom(folder, unlabelled, *options):
    project = copy_project(folder / "project")
    write_own_videos(project / "datasets/mine", unlabelled=unlabelled)
    run = snakemake(project, *CUSTOM, "--config", *SMALL, *options)
    assert run.returncode == 0, run.stdout + run.stderr
    return project


@pytest.fixture(scope="module")
def some_labels(tmp_path_factory):
    return run_custom(tmp_path_factory.mktemp("custom"), ["odd", "vfr"])


@pytest.fixture(scope="module")
def no_labels(tmp_path_factory):
    return run_custom(tmp_path_factory.mktemp("custom"), [""], "models=[tsn]")


def tables(project, name):
    return pd.read_csv(project / f"results/mine/tables/{name}.csv")


def test_clips_of_every_kind_are_gulped_upright_at_their_own_pace(some_labels):
    reader = GulpReader(some_labels / "results/mine/gulp/validation")
    assert reader.uids == VALIDATION
    shapes = {uid: reader.frames(uid, [0])[0].shape for uid in VALIDATION}
    assert set(shapes.values()) == {(96, 128, 3), (96, 129, 3)}
    assert shapes["portrait"] == (96, 128, 3)
    assert reader.lengths == {"a_plain_one": 12, "odd": 12, "portrait": 12, "vfr": 11}
    train = GulpReader(some_labels / "results/mine/gulp/train")
    assert [train.lengths[f"train_{number}"] for number in range(4)] == [10, 11, 12, 13]
    for split in ("train", "validation"):
        assert tables(some_labels, f"gulp_failed_{split}").empty


def test_classes_are_the_labels_of_the_training_clips(some_labels):
    table = playfair.load(some_labels / "results/mine/collated/trn.h5")[3]
    assert table.class_name.tolist() == sorted(CLASSES)
    assert dict(zip(table.uid, table.label, strict=True)) == {
        "a_plain_one": 0,
        "odd": -1,
        "portrait": 1,
        "vfr": -1,
    }


def test_some_unknown_labels_are_said_in_every_table(some_labels):
    assert set(tables(some_labels, "performance")["unlabelled_count"]) == {2}
    assert set(tables(some_labels, "performance")["video_count"]) == {2}
    by_position = tables(some_labels, "esv_by_position")
    assert set(by_position["video_count"]) == {4}
    assert set(by_position["unlabelled_count"]) == {2}
    outcomes = tables(some_labels, "filmstrips").set_index("uid")["outcome"]
    for uid in set(outcomes.index) & {"odd", "vfr"}:
        assert set(outcomes.loc[[uid]]) == {"unlabelled"}
    runs = tables(some_labels, "sampling_error_runs_tsn")
    assert set(runs.loc[runs["sequences"] == "4 frames", "video"]) == {0, 1, 2, 3}


def test_without_any_label_everything_is_about_the_predicted_class(no_labels):
    table = playfair.load(no_labels / "results/mine/collated/tsn.h5")[3]
    assert set(table.label) == {-1}
    filmstrips = tables(no_labels, "filmstrips")
    assert set(filmstrips["outcome"]) == {"unlabelled"}
    row = filmstrips[filmstrips["model"] == "tsn"].iloc[0]
    place = table.uid.tolist().index(row["uid"])
    assert row["class_name"] == table.class_name[table.predicted[place]]
    counts = tables(no_labels, "class_by_position").query("position == 1")
    assert counts["video_count"].sum() == 4
    assert (counts["video_count"] == counts["unlabelled_count"]).all()
    assert set(tables(no_labels, "performance")["video_count"]) == {0}
    gallery = (no_labels / "results/figures/index.html").read_text(encoding="utf-8")
    assert "unlabelled" in gallery


def test_nothing_is_left_to_do_and_a_changed_list_starts_anew(some_labels):
    configuration = (*CUSTOM, "--config", *SMALL)
    assert planned_jobs(some_labels, configuration=configuration) == {}
    clips = some_labels / "datasets/mine/clips.csv"
    clips.write_text(clips.read_text().replace("Moving left", "Going left"))
    planned = planned_jobs(some_labels, configuration=configuration)
    assert {"list_classes", "compute_class_priors", "gulp_videos"} <= planned.keys()
