"""A finished run: which of the files that lie in its directory belong to it."""

import os
import shutil

import numpy as np
import pytest
import torch

from playfair.cli import main
from playfair.dashboard.run_networks import table_maker
from playfair.data.stores.feature_store import write_features
from playfair.errors import InputError
from playfair.provenance import module_hash
from playfair.runs import ClipView, Run, explain_view
from playfair.trust import Trust
from tests.unit.data.drawn_clips import write_clips
from tests.unit.finished_run import write_model, write_run, write_run_features

CPU = torch.device("cpu")
BACKBONE = "checkpoints/small/backbone.pt"


@pytest.fixture
def folder(tmp_path):
    return write_run(tmp_path / "results/own", ["trn", "tsn"])


def retrain(checkpoint):
    checkpoint.write_bytes(checkpoint.read_bytes() + b" ")


def test_numbers_of_frames_are_those_of_the_last_run(folder):
    """An ESV file of an earlier configuration, made by an earlier head, is passed by."""
    write_model(folder, "tsn", [1, 2, 3])
    earlier = (folder / "esvs/tsn/3_frames.h5").read_bytes()
    write_model(folder, "tsn", [1, 2])
    (folder / "esvs/tsn/3_frames.h5").write_bytes(earlier)
    assert Run(folder).model("tsn").n_frames == [1, 2]


def test_what_a_stopped_job_left_is_no_model(folder):
    shutil.copy(folder / "collated/tsn.h5", folder / "collated/.tsn.123.partial.h5")
    assert Run(folder).model_names == ["trn", "tsn"]


def test_models_of_earlier_configurations_are_left_out_unless_named(folder, refused):
    (folder / "checkpoints/trn/head.pt").unlink()
    run = Run(folder)
    models, left_out = run.usable_models()
    assert [model.name for model in models] == ["tsn"]
    assert left_out == ["trn"]
    with pytest.raises(
        InputError, match=r"trn/head\.pt, by which .*trn\.h5 was made, is missing"
    ) as caught:
        run.model("trn")
    refused("Results folders", caught.value, "a head that is missing")


def test_without_any_usable_model_the_first_says_why(folder, refused):
    for model in ("trn", "tsn"):
        retrain(folder / f"checkpoints/{model}/head.pt")
    with pytest.raises(
        InputError, match=r"trn/head\.pt has changed since .* run the workflow"
    ) as caught:
        Run(folder).usable_models()
    refused("Results folders", caught.value, "a head that has changed since")


def test_a_model_on_features_of_other_weights_is_left_out(folder, refused):
    retrain(folder / BACKBONE)
    write_run_features(folder / "features/small/validation.h5", folder / BACKBONE)
    write_model(folder, "tsn", [1, 2])
    run = Run(folder)
    assert [model.name for model in run.usable_models()[0]] == ["tsn"]
    with pytest.raises(
        InputError, match=r"other weights of the backbone small than .*trn\.h5"
    ) as caught:
        run.model("trn")
    refused("Results folders", caught.value, "features of other weights")


def test_priors_of_a_run_are_probabilities_whatever_it_shares_out(folder):
    log_odds = np.log([0.3 / 0.7, 0.7 / 0.3])
    for unit, prior in (("logit", log_odds / 2), ("log_odds", log_odds)):
        write_model(folder, "tsn", [1], prior=prior, score=unit)
        np.testing.assert_allclose(Run(folder).model("tsn").prior, [0.3, 0.7], atol=1e-6)


@pytest.mark.parametrize(("sampling", "fourth"), [("integers", 6), ("floats", 5)])
def test_frames_of_another_clip_are_sampled_as_those_of_the_run(folder, sampling, fourth):
    write_model(folder, "tsn", [7], sampling=sampling)
    model = Run(folder).model("tsn")
    view = ClipView([], np.zeros((12, 4), np.float32), 8.0)
    assert explain_view(view, "clip", model, CPU).frame_idx[0, 3] == fourth
    table = table_maker(folder, "tsn", Trust()).table("clip", 3)
    assert table.frame_idx.tolist() == [0, 1, 2]


def test_a_run_that_samples_in_a_way_of_its_own_is_refused(folder):
    write_model(folder, "tsn", [1], sampling="thirds")
    with pytest.raises(InputError, match="by 'thirds': choose integers or floats"):
        Run(folder).model("tsn")


def train_features(folder, checkpoint_hash):
    attributes = {"checkpoint_hash": checkpoint_hash}
    uids = [f"train{number:02d}" for number in range(12)]
    path = folder / "features/small/train.h5"
    with write_features(path, uids, [0] * 12, [1] * 12, 4, attributes) as writer:
        for number in range(12):
            writer.append(np.full((1, 4), number, np.float32))


def test_a_clip_is_judged_by_the_features_of_training_where_they_are_of_its_backbone(folder):
    run = Run(folder)
    model = run.model("tsn")
    assert run.known_features(model)[1] == "clips of the run"
    train_features(folder, "of another backbone")
    assert run.known_features(model)[1] == "clips of the run"
    train_features(folder, model.backbone_hash)
    stores, known = run.known_features(model)
    assert (len(stores), len(stores[0]), known) == (1, 12, "training clips")


def test_the_program_says_how_far_a_clip_is_from_what_its_networks_know(folder, tmp_path, capsys):
    write_clips(tmp_path / "clips", {"one": 3})
    train_features(folder, Run(folder).model("tsn").backbone_hash)
    arguments = [str(tmp_path / "clips/one.webm"), "--run", str(folder)]
    arguments += ["--output", str(tmp_path / "strip.png")]
    assert main(["explain", *arguments]) == 0
    first, second, third, *_ = capsys.readouterr().out.splitlines()
    assert first.endswith("3 frames at 8 frames per second")
    assert second.startswith("small: the features lie ")
    assert "nearest of 12 training clips" in second
    assert third == ""
    assert main(["explain", *arguments, "--json"]) == 0
    printed = capsys.readouterr()
    assert f"note: {second}" in printed.err.splitlines()
    assert "features lie" not in printed.out


def test_changed_code_of_a_custom_head_is_said(folder, tmp_path, monkeypatch, refused):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "own_head.py").write_text("def make():\n    return None\n")
    options = {"head": "custom", "factory": "own_head:make"}
    write_model(folder, "custom", [1], **options, code_hash=module_hash("own_head"))
    trust = Trust(frozenset({"own_head:make"}))
    assert Run(folder, trust).model("custom").n_frames == [1]
    write_model(folder, "custom", [1], **options, code_hash="of what it was before")
    with pytest.raises(
        InputError, match=r"module own_head has changed since .*custom\.h5"
    ) as caught:
        Run(folder, trust).model("custom")
    refused("Results folders", caught.value, "a function of ones own that has changed since")


def test_clips_are_seen_as_in_the_shards_where_nothing_was_gathered(folder, tmp_path, refused):
    write_clips(tmp_path / "clips", {"clip": 6})
    run, clip = Run(folder), tmp_path / "clips/clip.webm"
    expected = run.view(clip, "small", CPU).features
    shards = folder / "shards/features/small/validation"
    shards.mkdir(parents=True)
    (folder / "features/small/validation.h5").rename(shards / "1-of-2.h5")
    assert (run.view(clip, "small", CPU).features == expected).all()
    shutil.rmtree(shards)
    with pytest.raises(
        InputError, match=r"workflow for results/own/features/small/validation\.h5"
    ) as caught:
        run.view(clip, "small", CPU)
    refused("Results folders", caught.value, "a run without features")


def test_newer_shards_count_more_than_what_was_gathered_before(folder):
    gathered = folder / "features/small/validation.h5"
    shard = folder / "shards/features/small/validation/1-of-2.h5"
    shard.parent.mkdir(parents=True)
    shutil.copy(gathered, shard)
    retrain(folder / BACKBONE)
    write_run_features(shard, folder / BACKBONE)
    write_model(folder, "tsn", [1])
    os.utime(gathered, (0, 0))
    assert Run(folder).model("tsn").n_frames == [1]


def test_the_program_names_the_models_that_it_leaves_out(folder, tmp_path, monkeypatch, capsys):
    write_clips(tmp_path / "clips", {"clip": 6})
    monkeypatch.chdir(tmp_path)
    retrain(folder / "checkpoints/trn/head.pt")
    assert main(["explain", "clips/clip.webm", "--run", "results/own"]) == 0
    printed = capsys.readouterr()
    assert printed.err.startswith("note: left out trn, ")
    assert printed.err.count("\n") == 1
    assert "TSN" in printed.out
    assert "TRN" not in printed.out
    assert main(["explain", "clips/clip.webm", "--run", "results/own", "--model", "trn"]) == 2
    assert "trn/head.pt has changed since" in capsys.readouterr().err
