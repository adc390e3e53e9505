"""configs/custom.yaml on real files: any container, turned, at a variable rate, some unlabelled."""

import pandas as pd

import playfair
from playfair.data.video.gulp import GulpReader
from tests.workflow.own_videos import CLASSES
from tests.workflow.project import copy_run, planned_jobs, snakemake

CUSTOM = ("--configfile", "configs/custom.yaml")
VALIDATION = ["a_plain_one", "odd", "portrait", "vfr"]


def table(project, name):
    return pd.read_csv(project / f"results/mine/tables/{name}.csv")


def test_clips_of_every_kind_are_gulped_upright_at_their_own_pace(custom_run):
    reader = GulpReader(custom_run / "results/mine/gulp/validation")
    assert reader.uids == VALIDATION
    shapes = {uid: reader.frames(uid, [0])[0].shape for uid in VALIDATION}
    # All are below the configured 96 pixels, and frames are never enlarged.
    assert shapes.pop("odd") == (47, 63, 3)
    assert set(shapes.values()) == {(48, 64, 3)}
    assert reader.lengths == {"a_plain_one": 12, "odd": 12, "portrait": 12, "vfr": 11}
    train = GulpReader(custom_run / "results/mine/gulp/train")
    assert [train.lengths[f"train_{number}"] for number in range(4)] == [10, 11, 12, 13]
    for split in ("train", "validation"):
        assert table(custom_run, f"gulp_failed_{split}").empty


def test_classes_are_the_labels_of_the_training_clips(custom_run):
    results = playfair.load(custom_run / "results/mine/collated/trn.h5")[4]
    assert results.class_name.tolist() == sorted(CLASSES)
    assert dict(zip(results.uid, results.label, strict=True)) == {
        "a_plain_one": 0,
        "odd": -1,
        "portrait": 1,
        "vfr": -1,
    }


def test_unknown_labels_are_said_in_every_table(custom_run):
    performance = table(custom_run, "performance")
    assert set(performance["video_count"]) == set(performance["unlabelled_count"]) == {2}
    by_position = table(custom_run, "esv_by_position").query("outcome == 'all'")
    assert set(by_position["video_count"]) == {4}
    assert set(by_position["unlabelled_count"]) == {2}
    by_class = table(custom_run, "class_by_position").query("position == 1").groupby("model")
    assert by_class["video_count"].sum().tolist() == [4, 4]
    assert by_class["unlabelled_count"].sum().tolist() == [2, 2]
    runs = table(custom_run, "sampling_error_runs_tsn")
    assert set(runs.loc[runs["sequences"] == "6 frames", "video"]) == {0, 1, 2, 3}


def test_filmstrips_of_unlabelled_clips_are_about_the_predicted_class(custom_run):
    strips = table(custom_run, "filmstrips").query("uid in ['odd', 'vfr']")
    assert set(strips["outcome"]) == {"unlabelled"}
    for model, rows in strips.groupby("model"):
        results = playfair.load(custom_run / f"results/mine/collated/{model}.h5")[4]
        predicted = dict(zip(results.uid, results.class_name[results.predicted], strict=True))
        assert (rows["class_name"] == rows["uid"].map(predicted)).all()


def test_nothing_is_left_to_do_and_a_changed_list_starts_anew(custom_run, tmp_path):
    run = copy_run(custom_run, tmp_path / "project")
    assert planned_jobs(run, configuration=CUSTOM) == {}
    clips = run / "datasets/mine/clips.csv"
    clips.write_text(clips.read_text().replace("Moving left", "Going left"))
    planned = planned_jobs(run, configuration=CUSTOM)
    assert {"list_classes", "compute_class_priors", "gulp_videos"} <= planned.keys()


def test_one_list_for_both_splits_without_a_split_column_is_refused(custom_run, tmp_path):
    run = copy_run(custom_run, tmp_path / "project")
    (run / "datasets/mine/clips.csv").write_text("path,label\na_plain_one.mp4,waving\n")
    refused = snakemake(run, "-n", *CUSTOM)
    assert refused.returncode != 0
    assert "error: datasets/mine/clips.csv is the list of both splits and has no" in refused.stderr
    assert "Traceback" not in refused.stderr
