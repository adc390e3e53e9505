"""The command-line program: help, and one sentence for what it cannot use."""

import json
import sys
from dataclasses import replace

import numpy as np
import pytest

from playfair.attribution.methods.registry import METHODS, all_options, method_class
from playfair.cli import _class_idx, main
from playfair.clip_text import frames_text, top_classes_text
from playfair.data.stores.esv_table import EsvTable
from tests.commands import run_command
from tests.unit.data.drawn_clips import write_clips
from tests.unit.finished_run import write_model, write_run, write_run_features
from tests.unit.results import edited

COMMAND = "The command explain"


@pytest.fixture
def clip(tmp_path):
    write_clips(tmp_path / "clips", {"clip": 6})
    return tmp_path / "clips/clip.webm"


@pytest.fixture
def run(tmp_path):
    return write_run(tmp_path / "run")


def said(capsys, *arguments):
    """What the program says of input that it refuses."""
    assert main(list(map(str, arguments))) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("error: ")
    assert captured.err.count("\n") == 1
    return captured.err


def test_help_lists_the_command_and_its_options(capsys):
    with pytest.raises(SystemExit) as stop:
        main(["--help"])
    assert stop.value.code == 0
    assert "explain one clip by the models of a finished run" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        main(["explain", "--help"])
    text = capsys.readouterr().out
    for option in ("--run", "--model", "--class", "--n-frames", "--method", "--output"):
        assert option in text


def test_help_names_all_methods_that_give_esvs_and_their_options(capsys):
    with pytest.raises(SystemExit):
        main(["explain", "--help"])
    text = capsys.readouterr().out
    assert (
        f"--method {{{','.join(name for name in METHODS if method_class(name).gives_esvs)}}}"
        in text
    )
    for name, (declared, _) in all_options().items():
        shown = not declared.metadata["adds"]
        assert (f"--{name.replace('_', '-')}" in text) == shown


def test_an_option_that_the_method_does_not_have_is_refused_before_decoding(
    capsys, clip, run, tmp_path, monkeypatch, refused
):
    monkeypatch.setattr("playfair.runs.Run.view", None)
    options = ("--run", run, "--output", tmp_path / "a.png", "--method", "exact", "--budget", "9")
    sentence = said(capsys, "explain", clip, *options)
    assert "'exact' has no option 'budget'" in sentence
    refused(COMMAND, sentence, "an option that the method does not have")


def test_help_does_not_wait_for_torch():
    code = "import sys, playfair.cli; sys.exit('torch' in sys.modules)"
    assert run_command([sys.executable, "-c", code]).returncode == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "the following arguments are required: COMMAND"),
        (["explain"], "required: clip"),
        (["explain", "clip.mp4"], "one of the arguments --run --network is required"),
        (["explain", "c.mp4", "--run", "r", "--n-frames", "0"], "'0' is not a whole number"),
        (["explain", "c.mp4", "--run", "r", "--method", "magic"], "invalid choice: 'magic'"),
    ],
)
def test_wrong_arguments_end_with_the_usage(capsys, arguments, message):
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    assert stop.value.code == 2
    assert message in capsys.readouterr().err


UNUSABLE = {
    "a clip that is not there": (["absent.mp4", "--run", "run"], "absent.mp4 does not exist"),
    "a run that is not there": (
        ["clips/clip.webm", "--run", "absent"],
        "does not exist: give a directory such as",
    ),
    "a directory without results": (["clips/clip.webm", "--run", "clips"], "holds no results"),
    "a model that is not in the run": (
        ["clips/clip.webm", "--run", "run", "--model", "trn"],
        "has no model 'trn': choose of tsn",
    ),
    "a picture of no known format": (
        ["clips/clip.webm", "--run", "run", "--output", "x.jpeg"],
        "ends in .png, .pdf, .svg",
    ),
    "a device that is none": (
        ["clips/clip.webm", "--run", "run", "--device", "gpu"],
        "Unknown device 'gpu'",
    ),
    "a class that is not in the run": (
        ["clips/clip.webm", "--run", "run", "--class", "Flying"],
        "has no class 'Flying'",
    ),
    "more frames than the clip has": (
        ["clips/clip.webm", "--run", "run", "--n-frames", "7"],
        "cannot sample 7 frames of a video of 6",
    ),
}


@pytest.mark.parametrize(("arguments", "message"), UNUSABLE.values(), ids=UNUSABLE)
def test_what_cannot_be_used_gets_one_sentence(
    capsys, tmp_path, monkeypatch, clip, run, refused, arguments, message
):
    monkeypatch.chdir(tmp_path)
    sentence = said(capsys, "explain", *arguments)
    assert message in sentence
    refused(COMMAND, sentence)


def test_a_run_whose_networks_are_gone_or_unknown_gets_one_sentence(capsys, clip, run, refused):
    head = run / "checkpoints/tsn/head.pt"
    head.unlink()
    message = said(capsys, "explain", clip, "--run", run)
    assert "checkpoints/tsn/head.pt" in message
    assert "is missing" in message
    head.write_bytes(b"another")
    assert "has changed since" in said(capsys, "explain", clip, "--run", run)
    with edited(run / "collated/tsn.h5") as file:
        del file["2"].attrs["model_options"]
    sentence = said(capsys, "explain", clip, "--run", run)
    assert "no attribute 'model_options'" in sentence
    refused(COMMAND, sentence, "a run of another version")


def test_models_that_saw_the_clip_at_different_rates_are_not_drawn_together(
    capsys, clip, run, refused
):
    write_run_features(run / "features/other/validation.h5", run / "checkpoints/small/backbone.pt")
    with edited(run / "features/other/validation.h5") as file:
        file.attrs["decoding"] = json.dumps({"fps": 4.0, "short_side": None})
    write_model(run, "half", (1, 2), backbone="other")
    message = said(capsys, "explain", clip, "--run", run)
    assert "explains tsn at 8 frames per second and half at 4: explain one of them" in message
    refused(COMMAND, message, "models that saw the clip at different rates")


def table(**columns):
    return EsvTable(
        uid=np.array(["clip"], dtype=object),
        label=np.array([-1]),
        sequence_length=np.array([20]),
        frame_idx=np.array([[4, 12]]),
        scores=np.array([[0.3, 0.7]], np.float32),
        esv=np.array([[[0.1, -0.1], [-0.3, 0.4]]], np.float32),
        prior=np.array([0.5, 0.4], np.float32),
        class_name=np.array(["Up", "Down"], dtype=object),
        attributes={"model": "trn"},
        **columns,
    )


def test_classes_are_listed_best_first():
    lines = top_classes_text(table()).splitlines()
    assert [line.split() for line in lines[1:]] == [
        ["0.7000", "0.4000", "Down"],
        ["0.3000", "0.5000", "Up"],
    ]
    assert len(top_classes_text(table(), 1).splitlines()) == 2


def test_frames_are_listed_with_signed_bars():
    head, sums, columns, first, second = frames_text(table(), 1, fps=8).splitlines()
    assert head == '"Down" by TRN on 2 frames (exact values):'
    assert sums == "prior 0.4000 +0.3000 over the frames = score 0.7000"
    assert columns.split() == ["frame", "time", "ESV", "distracts|supports"]
    assert first.split() == ["4", "0.50", "s", "-0.1000", "------|"]
    assert second.split() == ["12", "1.50", "s", "+0.4000", "|" + "+" * 24]
    assert first.index("|") == second.index("|") == columns.index("|")


def test_sampled_values_are_listed_with_their_errors():
    sampled = table(standard_error=np.full((1, 2, 2), 0.0125, np.float32))
    head, _, columns, first, _ = frames_text(sampled, 0, fps=8).splitlines()
    assert "(sampled values)" in head
    assert "error" in columns
    assert first.split()[4] == "0.0125"
    assert first.index("|") == columns.index("|")


def test_names_from_files_do_not_steer_the_terminal(capsys, tmp_path, clip, refused):
    hostile = replace(table(), class_name=np.array(["Up", "\x1b]0;own\x07Dänisch\n"], dtype=object))
    for text in (top_classes_text(hostile), frames_text(hostile, 1, fps=8)):
        assert "\\x1b]0;own\\x07Dänisch\\n" in text
        assert "\x1b" not in text
    sentence = said(capsys, "explain", clip, "--run", "\x1b[31m")
    assert "\\x1b[31m does not exist" in sentence
    refused(COMMAND, sentence, "a name that would steer the terminal")


def test_a_class_is_found_whatever_the_case_of_its_letters_but_its_own_name_first():
    both = replace(table(), class_name=np.array(["down", "Down"], dtype=object))
    assert [_class_idx(both, name) for name in ("Down", "down", "DOWN")] == [1, 0, 0]
