"""What docs/your-own.md says, run as it is written there."""

import pickle

import h5py
import numpy as np
import pandas as pd
import pytest
import torch

import playfair
from playfair.data.stores.collation import collate_esvs
from tests.shared_runs import made_once
from tests.workflow.pages import blocks, run_section
from tests.workflow.project import (
    TINY,
    copy_run,
    copy_to_plan,
    planned_jobs,
    results_of,
    sample_little,
    snakemake,
)

PAGE = "docs/your-own.md"
MINE = (*TINY, "my_model.yaml")
MADE = results_of(
    "tiny",
    "collated/recurrent.h5",
    "esvs/recurrent/all_frames.h5",
    "tables/performance.csv",
    "tables/sampling_error_runs_recurrent.csv",
    "tables/training_curves.csv",
)


@pytest.fixture(scope="module")
def my_model(tiny_run, tmp_path_factory):
    """A project in which the section on a Python function was followed; not to be changed."""

    def make(folder):
        sample_little(copy_run(tiny_run, folder))
        run_section(folder, PAGE, "A Python function", MADE)

    return made_once(tmp_path_factory, "model", make)


def test_a_model_by_import_path_gets_all_figures(my_model, tiny_run):
    table = playfair.load(my_model / "results/tiny/collated/recurrent.h5")[3]
    accounted = table.prior + table.esv.sum(axis=1)
    np.testing.assert_allclose(accounted, table.scores, atol=1e-5)
    performance = pd.read_csv(my_model / "results/tiny/tables/performance.csv")
    assert set(performance["model"]) == {"recurrent"}
    curves = pd.read_csv(my_model / "results/tiny/tables/training_curves.csv")
    assert set(curves["log"]) == {"small backbone"}
    planned = planned_jobs(my_model, configuration=MINE)
    figures = {f"plot_{path.stem}" for path in (tiny_run / "results/figures").glob("*.png")}
    assert figures - planned.keys() == {"plot_performance", "plot_training_curves"}


def test_its_scores_are_those_of_the_model_itself(my_model):
    module: dict = {}
    exec(blocks(PAGE, "A Python function", "python")[0], module)
    head = module["make_head"](class_count=15, files=[str(my_model / "my_model.pt")])
    with h5py.File(my_model / "results/tiny/features/small/validation.h5") as file:
        uid, offsets, features = file["uid"].asstr()[:], file["offsets"][:], file["features"][:]
    table = playfair.load(my_model / "results/tiny/collated/recurrent.h5")[3]
    row = list(uid).index(table.uid[5])
    frames = features[offsets[row] : offsets[row + 1]][table.frame_idx[5]]
    with torch.no_grad():
        scores = head(torch.from_numpy(frames)[None])[0].numpy()
    np.testing.assert_allclose(table.scores[5], scores, atol=1e-5)


@pytest.mark.parametrize(
    ("file", "change", "is_stale"),
    [
        ("my_model.py", b"\nADDED = 1\n", True),
        ("my_model.py", b"\n# why\n", False),
        ("my_model.pt", b" ", True),
        ("my_model.yaml", b"        hidden_dim: 64\n", True),
        ("train_my_model.py", b"\nADDED = 1\n", False),
    ],
)
def test_changed_code_weights_or_arguments_make_the_models_results_stale(
    my_model, tmp_path, file, change, is_stale
):
    run = copy_to_plan(my_model, tmp_path / "project")
    text = (run / file).read_bytes()
    before = b"      files:"
    changed = text.replace(before, change + before) if file.endswith(".yaml") else text + change
    assert changed != text
    (run / file).write_bytes(changed)
    planned = planned_jobs(run, configuration=MINE, target=MADE)
    assert "train_backbone" not in planned
    expected = {"compute_esvs": 3, "compute_all_frames_esvs": 1, "measure_sampling_error": 1}
    assert {rule: planned.get(rule) for rule in expected} == (
        expected if is_stale else dict.fromkeys(expected)
    )
    assert bool(planned) is is_stale


def test_a_model_of_heads_of_fixed_numbers_of_frames_is_explained_like_any(my_model, tmp_path):
    run = copy_run(my_model, tmp_path / "project")
    (run / "my_model.py").write_text(
        "from torch import nn\n\n\ndef make_head(n_max, class_count):\n"
        "    heads = [nn.Linear(256 * scale, class_count) for scale in range(1, n_max + 1)]\n"
        "    return [nn.Sequential(nn.Flatten(), head) for head in heads]\n"
    )
    configuration = (run / "my_model.yaml").read_text()
    (run / "my_model.yaml").write_text(
        configuration.replace("files: [my_model.pt]", "").replace(
            "class_count: 15", "{class_count: 15, n_max: 2}"
        )
    )
    target = "results/tiny/esvs/recurrent/3_frames.h5"
    computed = snakemake(run, *MINE, target=target)
    assert computed.returncode == 0, computed.stderr
    table = playfair.load(run / target)
    accounted = table.prior + table.esv.sum(axis=1)
    np.testing.assert_allclose(accounted, table.scores, atol=1e-5)
    assert len(table.attributes["checkpoint_hash"]) == 0


def test_a_module_that_is_not_there_stops_the_workflow_with_one_sentence(my_model, tmp_path):
    run = copy_to_plan(my_model, tmp_path / "project")
    (run / "my_model.py").rename(run / "your_model.py")
    stopped = snakemake(run, "-n", *MINE)
    assert stopped.returncode != 0
    sentences = [line for line in stopped.stderr.splitlines() if line.startswith("error: ")]
    assert len(sentences) == 1
    assert "'my_model' was not found: put my_model.py into the working directory" in sentences[0]
    assert "Traceback" not in stopped.stderr


def test_an_exported_model_gives_the_values_of_the_model_itself(my_model, tmp_path):
    run = copy_run(my_model, tmp_path / "project")
    run_section(run, PAGE, "An exported file")
    exported = playfair.load(run / "results/tiny/collated/exported.h5")
    original = playfair.load(run / "results/tiny/collated/recurrent.h5")
    for n_frames in (1, 2, 3):
        np.testing.assert_allclose(exported[n_frames].esv, original[n_frames].esv, atol=1e-5)


def test_a_network_of_whole_clips_is_explained(tiny_run, tmp_path):
    run = copy_run(tiny_run, tmp_path / "project")
    section = "A network that takes whole clips"
    assert "5 frames, 31 evaluations" in run_section(run, PAGE, section)
    values = pd.read_csv(run / "clip.csv")
    assert len(values) == 5 * 15


def test_a_backbone_of_ones_own_is_trained_and_explains_a_clip(tiny_run, tmp_path):
    run = copy_run(tiny_run, tmp_path / "project")
    said = run_section(run, PAGE, "Your own backbone")
    assert "by TSN on 3 frames (exact values)" in said
    with h5py.File(run / "results/tiny/features/mine/validation.h5") as file:
        assert file["features"].shape[1] == 48
        assert file.attrs["factory"] == "my_backbone:TinyBackbone"
    mine = {"configuration": (*TINY, "my_backbone.yaml"), "target": "results/tiny/collated/tsn.h5"}
    assert planned_jobs(run, **mine) == {}
    with open(run / "my_backbone.py", "a") as file:
        file.write("\nADDED = 1\n")
    planned = planned_jobs(run, **mine)
    assert {"train_backbone", "extract_features"} <= planned.keys()
    assert "gulp_videos" not in planned


def paper_results(n_frames, uids, class_count=4, seed=0):
    """What the paper's code pickles, of random values that add up."""
    rng = np.random.default_rng(seed)
    priors = np.full(class_count, 1 / class_count)
    esv = rng.normal(scale=0.05, size=(len(uids), n_frames, class_count)).astype(np.float32)
    return {
        "labels": np.arange(len(uids)) % class_count,
        "uids": np.array([uid.encode() for uid in uids]),
        "sequence_idxs": np.tile(np.arange(n_frames, dtype=np.uint32) * 4, (len(uids), 1)),
        "sequence_lengths": np.full(len(uids), 40),
        "scores": (priors + esv.sum(axis=1)).astype(np.float32),
        "shapley_values": esv,
        "priors": priors,
    }


def test_results_of_the_papers_code_are_converted_as_the_page_says(tmp_path):
    section = "Results of the paper's code"
    (tmp_path / "labels.json").write_text('{"A": "0", "B": "1", "C": "2", "D": "3"}')
    eight = paper_results(8, ["10", "11", "12"])
    (tmp_path / "8_frames.pkl").write_bytes(pickle.dumps(eight))
    run_section(tmp_path, PAGE, section)
    table = playfair.load(tmp_path / "8_frames.h5")
    assert list(table.uid) == ["10", "11", "12"]
    assert list(table.class_name) == ["A", "B", "C", "D"]
    np.testing.assert_array_equal(table.esv, eight["shapley_values"])
    np.testing.assert_array_equal(table.frame_idx, eight["sequence_idxs"])
    accounted = table.prior + table.esv.sum(axis=1)
    np.testing.assert_allclose(accounted, table.scores, atol=1e-6)

    (tmp_path / "8_frames.h5").rename(tmp_path / "first.h5")
    (tmp_path / "8_frames.pkl").write_bytes(pickle.dumps(paper_results(4, ["11", "12", "13"])))
    run_section(tmp_path, PAGE, section)
    kept = collate_esvs([tmp_path / "first.h5", tmp_path / "8_frames.h5"], tmp_path / "all.h5")
    assert kept == 2
    assert list(playfair.load(tmp_path / "all.h5")) == [4, 8]
