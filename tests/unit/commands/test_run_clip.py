"""A clip that is given as features, explained by a run."""

import json

import numpy as np
import pytest

import playfair
from playfair.cli import main
from playfair.data.stores.feature_store import FeatureStore
from tests.unit.data.drawn_clips import write_clips
from tests.unit.finished_run import FEATURE_DIM, write_imported_run, write_run
from tests.unit.test_cli import said

COMMAND = "The command explain"


@pytest.fixture
def features(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    values = np.random.default_rng(0).normal(size=(6, FEATURE_DIM))
    np.save("clip.npy", values)
    np.savez_compressed("clip.npz", features=values, fps=2.0)
    return values.astype(np.float32)


def explained(capsys, *arguments):
    assert main(["explain", *arguments, "--output", "strip.png", "--json"]) == 0
    return json.loads(capsys.readouterr().out)["models"][0]


@pytest.mark.parametrize("name", ["clip.npy", "clip.npz"])
def test_features_are_explained_at_the_rate_of_the_run(tmp_path, features, capsys, name):
    write_imported_run(tmp_path / "run", fps=2.0)
    found = explained(capsys, name, "--run", "run", "--n-frames", "3")
    assert found["frame_idx"] == [1, 3, 5]
    assert found["seconds"] == [0.5, 1.5, 2.5]
    for one in found["classes"]:
        assert sum(one["esv"]) == pytest.approx(one["score"] - one["prior"], abs=1e-5)


def test_features_of_the_runs_own_network_give_the_numbers_of_their_video(tmp_path, capsys):
    write_clips(tmp_path / "clips", {"one": 6})
    run, clip = write_run(tmp_path / "run"), tmp_path / "clips/one.webm"
    view = playfair.runs.Run(run).view(clip, "small", "cpu")
    np.save(tmp_path / "one.npy", view.features)
    strip = ("--output", str(tmp_path / "s.png"), "--json")
    printed = []
    for path in (clip, tmp_path / "one.npy"):
        assert main(["explain", str(path), "--run", str(run), *strip]) == 0
        printed.append(json.loads(capsys.readouterr().out)["models"])
    assert printed[0] == printed[1]


def test_pictures_come_from_a_video_that_has_as_many_frames(
    tmp_path, features, capsys, monkeypatch, refused
):
    write_imported_run(tmp_path / "run")
    write_clips(tmp_path / "clips", {"same": 6, "longer": 9})
    drawn = []
    monkeypatch.setattr("playfair.cli._draw", lambda tables, view, *_: drawn.append(view))
    command = ["clip.npy", "--run", "run"]
    explained(capsys, *command)
    explained(capsys, *command, "--video", "clips/same.webm")
    assert [len(view.frames) for view in drawn] == [0, 6]
    for view in drawn:
        np.testing.assert_array_equal(view.features, features)
    sentence = said(capsys, "explain", *command, "--video", "clips/longer.webm")
    assert "9 frames at 8 frames per second, but 6 features" in sentence
    refused(COMMAND, sentence, "a video that given features are not of")


def test_features_without_a_video_are_drawn_by_number(tmp_path, features, capsys):
    write_imported_run(tmp_path / "run")
    explained(capsys, "clip.npy", "--run", "run")
    assert (tmp_path / "strip.png").stat().st_size > 0


UNUSABLE = {
    "features of another length": (["wide.npy", "--run", "run"], "expected (frames, 4)"),
    "features for a network of whole clips": (
        ["clip.npy", "--network", "torchvision/r3d_18"],
        "give a video, or --run",
    ),
    "a video beside a clip": (
        ["clips/one.webm", "--run", "run", "--video", "clips/one.webm"],
        "--video goes with features",
    ),
    "a video that is not there": (
        ["clip.npy", "--run", "run", "--video", "absent.mp4"],
        "absent.mp4 does not exist",
    ),
    "an array that is none": (["broken.npy", "--run", "run"], "can be read safely"),
}


@pytest.mark.parametrize(("arguments", "message"), UNUSABLE.values(), ids=UNUSABLE)
def test_what_cannot_be_used_gets_one_sentence(
    tmp_path, features, capsys, refused, arguments, message
):
    write_imported_run(tmp_path / "run")
    write_clips(tmp_path / "clips", {"one": 3})
    np.save("wide.npy", np.zeros((3, FEATURE_DIM + 1)))
    (tmp_path / "broken.npy").write_bytes(b"no array")
    sentence = said(capsys, "explain", *arguments)
    assert message in sentence
    refused(COMMAND, sentence)


def test_features_of_an_earlier_version_do_not_say_their_rate(
    tmp_path, features, capsys, monkeypatch
):
    run = write_imported_run(tmp_path / "run")
    about = FeatureStore(run / "features/small/validation.h5").attributes
    del about["fps"]
    monkeypatch.setattr("playfair.data.stores.feature_store.read_attributes", lambda _: about)
    assert "has no attribute 'fps'" in said(capsys, "explain", "clip.npy", "--run", "run")
