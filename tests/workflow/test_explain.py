"""`playfair explain` on a finished run: the values that the workflow found for the same clip."""

import subprocess
import sys

import h5py
import numpy as np
import pytest
import torch
from PIL import Image

from playfair.data.stores.esv_store import read_esvs
from playfair.runs import Run, explain_view
from tests.commands import run_command
from tests.forked_programs import forked
from tests.workflow.project import PROJECT

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def uid(tiny_run):
    table = read_esvs(tiny_run / "results/tiny/esvs/trn/3_frames.h5")
    return str(table.uid[table.sequence_length.argmax()])


def explain(folder, *arguments):
    command = [*forked("python"), "-m", "playfair", "explain", *map(str, arguments)]
    return run_command(command, folder, {"PYTHONPATH": str(PROJECT)})


def stored(tiny_run, model, n_frames, uid):
    """Scores (C,) and ESVs (n, C) in the run's file."""
    table = read_esvs(tiny_run / f"results/tiny/esvs/{model}/{n_frames}_frames.h5")
    row = table.uid.tolist().index(uid)
    return table.scores[row], table.esv[row], table.frame_idx[row]


@pytest.mark.parametrize("model", ["trn", "tsn"])
@pytest.mark.parametrize("n_frames", [1, 3])
def test_values_of_the_original_clip_are_those_of_the_run(tiny_run, uid, model, n_frames):
    """Up to rounding: matrix products of one video and of many sum in another order."""
    run = Run(tiny_run / "results/tiny")
    view = run.view(tiny_run / f"datasets/tiny/videos/{uid}.webm", "small", CPU)
    table = explain_view(view, uid, run.model(model), CPU, n_frames)
    scores, esv, frame_idx = stored(tiny_run, model, n_frames, uid)
    np.testing.assert_array_equal(table.frame_idx[0], frame_idx)
    np.testing.assert_allclose(table.scores[0], scores, atol=1e-6)
    np.testing.assert_allclose(table.esv[0], esv, atol=1e-6)


def test_values_of_the_clip_to_watch_are_close(tiny_run, uid):
    """It was compressed twice (JPEG and VP9), so that its features differ a little."""
    run = Run(tiny_run / "results/tiny")
    view = run.view(tiny_run / f"results/tiny/webm/{uid}.webm", "small", CPU)
    scores, esv, _ = stored(tiny_run, "trn", 3, uid)
    table = explain_view(view, uid, run.model("trn"), CPU, 3)
    np.testing.assert_allclose(table.scores[0], scores, atol=0.02)
    assert np.abs(table.esv[0] - esv).max() < 0.25 * np.abs(esv).max()
    assert not np.array_equal(table.esv[0], esv)


def test_sampled_values_are_close_and_come_with_errors(tiny_run, uid):
    run = Run(tiny_run / "results/tiny")
    view = run.view(tiny_run / f"datasets/tiny/videos/{uid}.webm", "small", CPU)
    exact = explain_view(view, uid, run.model("tsn"), CPU, 8)
    sampled = explain_view(view, uid, run.model("tsn"), CPU, 8, method="regression", budget=128)
    assert sampled.standard_error is not None
    difference = np.abs(sampled.esv - exact.esv)
    assert difference.max() < 6 * sampled.standard_error.max() + 1e-6


def test_the_program_prints_the_values_and_draws_them(tiny_run, uid, tmp_path):
    clip = tiny_run / f"datasets/tiny/videos/{uid}.webm"
    run = explain(tmp_path, clip, "--run", tiny_run / "results/tiny", "--model", "trn")
    assert run.returncode == 0, run.stderr
    assert run.stderr == ""
    scores, esv, frame_idx = stored(tiny_run, "trn", 3, uid)
    top = int(scores.argmax())
    assert f"{scores[top]:.4f}" in run.stdout
    for frame, value in zip(frame_idx, esv[:, top], strict=True):
        (line,) = [line for line in run.stdout.splitlines() if line.split()[:1] == [str(frame)]]
        assert float(line.split()[3]) == pytest.approx(value, abs=1.01e-4)
    with Image.open(tmp_path / f"{uid}_esv.png") as picture:
        assert picture.size[0] > 1000
    assert [path.name for path in tmp_path.iterdir()] == [f"{uid}_esv.png"]


def test_a_class_may_be_chosen_and_all_models_are_shown(tiny_run, uid, tmp_path):
    scores, _, _ = stored(tiny_run, "tsn", 2, uid)
    name = str(
        read_esvs(tiny_run / "results/tiny/esvs/tsn/2_frames.h5").class_name[scores.argmin()]
    )
    clip = tiny_run / f"datasets/tiny/videos/{uid}.webm"
    arguments = (clip, "--run", tiny_run / "results/tiny", "--n-frames", "2")
    run = explain(tmp_path, *arguments, "--class", name.upper(), "--output", "strip.pdf")
    assert run.returncode == 0, run.stderr
    for model in ("TRN", "TSN"):
        assert f'"{name}" by {model} on 2 frames (exact values)' in run.stdout
    assert (tmp_path / "strip.pdf").read_bytes().startswith(b"%PDF")
    wrong = explain(tmp_path, *arguments, "--class", "Flying")
    assert wrong.returncode == 2
    assert wrong.stderr.startswith("error: the run has no class 'Flying'")


def test_bad_clips_and_numbers_of_frames_get_one_sentence(tiny_run, uid, tmp_path):
    (tmp_path / "broken.mp4").write_bytes(b"no video" * 100)
    clip = tiny_run / f"datasets/tiny/videos/{uid}.webm"
    run = ("--run", tiny_run / "results/tiny")
    for arguments, message in (
        ((tmp_path / "broken.mp4",), "damaged"),
        ((clip, "--n-frames", "500"), "cannot sample 500 frames"),
        ((clip, "--n-frames", "21"), "out of reach"),
    ):
        refused = explain(tmp_path, *arguments, *run)
        assert refused.returncode == 2
        assert message in refused.stderr
        assert refused.stderr.count("\n") == 1
        assert refused.stdout == ""


def test_the_run_says_how_its_clips_were_seen(tiny_run):
    with h5py.File(tiny_run / "results/tiny/features/small/validation.h5") as file:
        assert file.attrs["architecture"] == "small"
        assert file.attrs["checkpoint"] == "checkpoints/small/backbone.pt"


def test_a_reader_that_has_read_enough_is_no_error(tiny_run, tmp_path):
    clip = next((tiny_run / "datasets/tiny/videos").glob("*.webm"))
    command = [sys.executable, "-u", "-m", "playfair", "explain", clip, "--run"]
    with subprocess.Popen(
        [*command, tiny_run / "results/tiny", "--output", tmp_path / "strip.png"],
        env={"PYTHONPATH": str(PROJECT), "OMP_NUM_THREADS": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as program:
        program.stdout.close()
        said = program.stderr.read()
    assert program.returncode == 0, said
    assert "Traceback" not in said
    assert "Broken pipe" not in said
    assert (tmp_path / "strip.png").is_file()
