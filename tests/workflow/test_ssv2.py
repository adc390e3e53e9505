"""configs/ssv2.yaml: what it plans, and all of it run on a miniature of the data and the models."""

import json
import re
from collections import Counter

import h5py
import numpy as np
import pandas as pd
import pytest
import yaml

import playfair
from playfair.files import file_hash
from tests.file_server import file_server
from tests.shared_runs import made_once
from tests.workflow import ssv2_replica
from tests.workflow.project import PROJECT, copy_project, planned_jobs, results_of, snakemake

SSV2 = ("--configfile", "configs/ssv2.yaml")
MINIATURE_SSV2 = (*SSV2, "configs/miniature.json")
MADE = results_of(
    "ssv2",
    "collated/trn.h5",
    "collated/trn_16.h5",
    "collated/tsn.h5",
    "plots/every_frame.pdf",
    "plots/performance.pdf",
    "tables/gulp_failed_validation.csv",
    "tables/too_short_16_frames.csv",
    "webm",
)
TRAINING = {"train_backbone", "train_single_scale_head", "train_variable_length_head"}
# Fewer lengths and shards than in configs/ssv2.yaml: each is a job of some seconds.
MINIATURE = {
    "n_frames": [8, 16],
    "shards": 1,
    "features": {"batch_size": 8},
    "definitions": {
        "models": {name: {"all_frames": {"budget": 256}} for name in ("trn", "trn_16", "tsn")}
    },
}


@pytest.fixture
def stand_in(tmp_path):
    """A project with label files and an empty directory of videos."""
    project = copy_project(tmp_path / "project")
    ssv2_replica.write_labels(project)
    return project


def test_every_released_model_is_in_the_configuration_with_its_url():
    text = (PROJECT / "configs/ssv2.yaml").read_text()
    urls = re.findall(r"https://www\.dropbox\.com/s/\w{15}/(\w+\.pth)\?dl=1", text)
    heads = [f"trn_{scale}_frames.pth" for scale in range(1, 17)]
    multi_scale = ["mtrn_8_frames.pth", "mtrn_16_frames.pth"]
    assert Counter(urls) == Counter(["trn.pth", "tsn.pth", "tsn.pth", *heads, *multi_scale])
    assert len(set(re.findall(r"/s/(\w{15})/", text))) == len(urls)
    assert text.count("url:") == len(urls)


def test_heads_are_listed_in_order_of_scale():
    config = yaml.safe_load((PROJECT / "configs/ssv2.yaml").read_text())
    for name, n_scales in (("trn", 8), ("trn_16", 16)):
        model = config["definitions"]["models"][name]
        files = [checkpoint["path"].rpartition("/")[2] for checkpoint in model["checkpoints"]]
        assert files == [f"trn_{scale}_frames.pth" for scale in range(1, n_scales + 1)]
        assert all(
            file["url"].endswith(f"/{name}?dl=1")
            for file, name in zip(model["checkpoints"], files, strict=True)
        )


def test_plan_trains_nothing_and_leaves_training_videos_alone(stand_in):
    needed = ssv2_replica.checkpoint_files(stand_in)
    assert len(needed) == 19
    planned = planned_jobs(stand_in, configuration=SSV2)
    assert planned["download_checkpoint"] == 19
    assert not planned.keys() & TRAINING
    assert planned["compute_class_priors"] == 1
    assert planned["gulp_videos"] == 8
    assert planned["extract_features"] == 2 * 8
    assert planned["compute_esvs"] == 3 * 16 * 8
    assert {rule for rule in planned if rule.startswith("plot_")} == {
        "plot_approximation",
        "plot_class_by_position",
        "plot_confused_classes",
        "plot_discarding",
        "plot_esv_by_length",
        "plot_esv_by_position",
        "plot_every_frame",
        "plot_filmstrips",
        "plot_frame_order",
        "plot_interactions",
        "plot_minimal_sets",
        "plot_performance",
        "plot_sampling_error",
    }

    for path in needed:
        (stand_in / path).parent.mkdir(parents=True, exist_ok=True)
        (stand_in / path).touch()
    with_files = planned_jobs(stand_in, configuration=SSV2)
    assert with_files == {
        rule: count for rule, count in planned.items() if rule != "download_checkpoint"
    }


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A finished run on the miniature, one checkpoint downloaded from a server on this machine."""
    return made_once(tmp_path_factory, "ssv2", run_miniature)


def run_miniature(project):
    copy_project(project)
    ssv2_replica.write_labels(project)
    ssv2_replica.write_videos(project)
    ssv2_replica.write_checkpoints(project)
    head = project / "checkpoints/ssv2/heads/tsn.pth"
    with file_server() as served, pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        served.files["/s/tsn.pth"] = head.read_bytes()
        head.unlink()
        miniature = json.loads(json.dumps(MINIATURE))
        tsn = miniature["definitions"]["models"]["tsn"]
        tsn["checkpoint"] = {"url": f"{served.url}/s/tsn.pth?dl=1"}
        (project / "configs/miniature.json").write_text(json.dumps(miniature))
        run = snakemake(project, *MINIATURE_SSV2, target=MADE)
    assert run.returncode == 0, run.stdout + run.stderr


def collated(project, model):
    return playfair.load(project / f"results/ssv2/collated/{model}.h5")


@pytest.mark.parametrize("model", ["trn", "trn_16", "tsn"])
def test_every_model_is_explained_over_174_classes(finished, model):
    tables = collated(finished, model)
    assert list(tables) == [8, 16]
    for n_frames, table in tables.items():
        assert list(table.uid) == ["116154", "137878", "74225"]
        assert table.esv.shape == (3, n_frames, 174)
        np.testing.assert_allclose(table.prior + table.esv.sum(axis=1), table.scores, atol=1e-5)
        assert np.abs(table.esv).max() > 1e-3
        assert list(table.label) == [int(uid) % 150 for uid in table.uid]
        assert list(table.class_name) == ssv2_replica.CLASS_NAMES


def test_scales_beyond_eight_count_only_beyond_eight_frames(finished):
    eight, sixteen = collated(finished, "trn"), collated(finished, "trn_16")
    np.testing.assert_array_equal(eight[8].esv, sixteen[8].esv)
    assert np.abs(eight[16].esv - sixteen[16].esv).max() > 1e-3


def test_priors_come_from_the_labels_of_training_clips_without_videos(finished):
    priors = pd.read_csv(finished / "results/ssv2/class_priors.csv")
    counts = np.bincount(np.arange(300, 700) % 150, minlength=174)
    np.testing.assert_allclose(priors["prior"], counts / 400)
    assert not (finished / "results/ssv2/gulp/train").exists()


def test_missing_checkpoint_was_downloaded_and_its_hash_written_down(finished):
    head = finished / "checkpoints/ssv2/heads/tsn.pth"
    logs = finished / "results/logs/download_checkpoint"
    assert [log.name for log in logs.rglob("*.log")] == ["tsn.pth.log"]
    assert file_hash(head) in (logs / "ssv2/heads/tsn.pth.log").read_text()
    with h5py.File(finished / "results/ssv2/esvs/tsn/8_frames.h5") as file:
        assert list(file.attrs["checkpoint_hash"]) == [file_hash(head)]


def test_hash_pinned_after_the_run_makes_nothing(finished):
    definitions = f"definitions={{models: {{tsn: {{checkpoint: {{sha256: {'a' * 64}}}}}}}}}"
    options = {"configuration": MINIATURE_SSV2, "target": MADE}
    assert planned_jobs(finished, "--config", definitions, **options) == {}


def test_short_clip_is_listed_and_nothing_else_is_missing(finished):
    tables = finished / "results/ssv2/tables"
    assert list(pd.read_csv(tables / "too_short_16_frames.csv", dtype=str)["uid"]) == ["198186"]
    assert pd.read_csv(tables / "gulp_failed_validation.csv").empty
    assert len(list((finished / "results/ssv2/webm").glob("*.webm"))) == len(ssv2_replica.SECONDS)
