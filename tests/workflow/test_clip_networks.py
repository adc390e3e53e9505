"""Networks of whole clips from raw videos to figures, on miniature replicas of public ones."""

import csv
from typing import get_args

import numpy as np
import pandas as pd
import pytest
import torch
from torchvision import models

import playfair
from playfair.attribution.games.fills import Fill
from playfair.dashboard.shown_results import ShownResults
from playfair.data.video.gulp import GulpReader
from playfair.models.clip_networks.loading import load_clip_network
from tests.shared_runs import made_once
from tests.unit.data.drawn_clips import write_clips
from tests.unit.models.clip_networks.hub_folders import save_network
from tests.workflow.pages import run_section
from tests.workflow.project import copy_project, planned_jobs, results_of
from tests.workflow.ssv2_replica import CLASS_NAMES, write_labels, write_videos

PAGE = "docs/networks.md"
MADE = results_of(
    "ssv2",
    "collated/timesformer.h5",
    "collated/videomae.h5",
    "collated/vjepa2.h5",
    "tables/element_similarity_videomae.csv",
    "tables/filmstrips.csv",
    "tables/frame_order.csv",
    "tables/masking_check.csv",
    "tables/too_short_16_frames.csv",
    "webm",
)
VIDEOS = "datasets/ssv2/20bn-something-something-v2"
FOLDERS = {
    "videomae": ("videomae-base-finetuned-ssv2", 16),
    "vjepa2": ("vjepa2-vitl-fpc16-256-ssv2", 16),
    "timesformer": ("timesformer-base-finetuned-ssv2", 8),
}


def configure(folder, options):
    """Make a copy's default profile set options, whatever command is run there."""
    with (folder / "profiles/default/config.yaml").open("a") as profile:
        profile.write(f"config: {options}\n")


@pytest.fixture(scope="module")
def ssv2_run(tmp_path_factory):
    """configs/ssv2_networks.yaml at 8 elements, with networks of a few layers."""

    def make(folder):
        copy_project(folder)
        write_labels(folder)
        write_videos(folder)
        # The networks name their classes in an order of their own, and some of them otherwise.
        names = [f"{name.upper()}." for name in reversed(CLASS_NAMES)]
        for kind, (name, n_frames) in FOLDERS.items():
            path = folder / "checkpoints/hub" / name
            save_network(path, kind, names, n_frames, pickled=kind == "timesformer")
        configure(folder, '["n_frames=[8]", "shards=1"]')
        (folder / "clip.webm").symlink_to(folder / f"{VIDEOS}/74225.webm")
        (folder / "said.txt").write_text(run_section(folder, PAGE, "One clip, one command"))
        run_section(folder, PAGE, "Something-Something v2", MADE)

    return made_once(tmp_path_factory, "ssv2_networks", make)


@pytest.mark.parametrize("name", FOLDERS)
def test_scores_are_what_the_network_says_of_the_gulped_frames(name, ssv2_run):
    folder, n_frames = FOLDERS[name]
    table = playfair.load(ssv2_run / f"results/ssv2/collated/{name}.h5")[8]
    network = load_clip_network(str(ssv2_run / "checkpoints/hub" / folder))
    reader = GulpReader(ssv2_run / "results/ssv2/gulp/validation")
    for row, uid in enumerate(table.uid):
        idx = table.element_frame_idx[row].flatten()
        assert len(idx) == n_frames
        with torch.inference_mode():
            logits = network(network.prepare(reader.frames(uid, list(idx)))[None])[0]
        # Back in the data set's order, which is the other way round.
        expected = logits.softmax(-1).flip(0).numpy()
        np.testing.assert_allclose(table.scores[row], expected, atol=1e-5)
    assert table.attributes["fill"] == ("drop" if name == "videomae" else "nearest")
    assert table.attributes["prior"] == "class_frequency"
    assert table.class_name.tolist() == CLASS_NAMES
    expected = table.scores - table.prior
    np.testing.assert_allclose(table.esv.sum(axis=1), expected, atol=1e-5)
    middle = table.element_frame_idx[:, :, table.element_frame_idx.shape[2] // 2]
    np.testing.assert_array_equal(table.frame_idx, middle)


@pytest.mark.parametrize("name", FOLDERS)
def test_answers_to_all_subsets_are_stored_for_the_dashboard(name, ssv2_run):
    results = ShownResults(ssv2_run / "results/ssv2")
    table = playfair.load(ssv2_run / f"results/ssv2/collated/{name}.h5")[8]
    model = results.models[name]
    assert not model.why_no_table(8)
    for row, uid in enumerate(table.uid):
        scores = results.subset_scores(model, 8, uid)
        assert scores.shape == (256, len(CLASS_NAMES))
        np.testing.assert_array_equal(scores[0], table.prior)
        np.testing.assert_allclose(scores[-1], table.scores[row], atol=1e-6)


def test_one_command_explains_a_clip(ssv2_run):
    said = (ssv2_run / "said.txt").read_text()
    assert "on 8 elements of 2 frames (exact values)" in said
    assert (ssv2_run / "clip_esv.png").is_file()


def test_orders_and_stand_ins_are_compared_and_short_clips_listed(ssv2_run):
    tables = ssv2_run / "results/ssv2/tables"
    order = pd.read_csv(tables / "frame_order.csv").set_index("order")
    assert set(order.loc["reversed", "model"]) == {*FOLDERS}
    # Networks of random weights see order, if little of it.
    assert (order.loc["reversed", "esv_difference_max"] > 1e-6).all()
    check = pd.read_csv(tables / "masking_check.csv")
    assert set(check.query("model == 'videomae'")["fill"]) == set(get_args(Fill))
    assert "drop" not in set(check.query("model == 'vjepa2'")["fill"])
    assert check.groupby(["model", "fill"])["kept"].max().eq(8).all()
    similarity = pd.read_csv(tables / "element_similarity_videomae.csv")
    assert similarity["similarity"].between(-1, 1.000001).all()
    too_short = pd.read_csv(tables / "too_short_16_frames.csv", dtype=str)
    assert too_short["uid"].tolist() == ["198186"]
    results = playfair.load(ssv2_run / "results/ssv2/collated/videomae.h5")[8]
    assert "198186" in results.uid


def test_what_is_drawn_from_features_has_no_place_beside_networks(ssv2_run):
    planned = planned_jobs(ssv2_run, configuration=("--configfile", "configs/ssv2_networks.yaml"))
    figures = {rule for rule in planned if rule.startswith("plot_")}
    assert figures >= {"plot_performance", "plot_esv_by_position", "plot_class_by_position"}
    assert not figures & {"plot_sampling_error", "plot_every_frame", "plot_training_curves"}
    assert "compute_clip_esvs" not in planned


def test_torchvisions_networks_explain_videos_without_labels(tmp_path):
    folder = copy_project(tmp_path / "project")
    write_clips(folder / "datasets/mine/videos", {"one": 12, "two": 9})
    with (folder / "datasets/mine/clips.csv").open("w", newline="") as file:
        csv.writer(file).writerows([["path"], ["one.webm"], ["two.webm"]])
    torch.manual_seed(0)
    weights = folder / "checkpoints/kinetics/r3d_18-b3b3357e.pth"
    weights.parent.mkdir(parents=True)
    torch.save(models.get_model("r3d_18", weights=None).state_dict(), weights)
    configure(
        folder,
        '["models=[r3d_18]", "n_frames=[1, 2, 3]", '
        '"definitions={models: {r3d_18: {clip_frames: 2}}}"]',
    )
    made = results_of("mine", "collated/r3d_18.h5", "tables/filmstrips.csv")
    run_section(folder, PAGE, "Your own videos, without labels", made)
    results = playfair.load(folder / "results/mine/collated/r3d_18.h5")
    assert list(results) == [1, 2]
    log = folder / "results/mine/logs/compute_clip_esvs/r3d_18/2_frames/1-of-1.log"
    assert "left out of n_frames" in log.read_text() and ": 3" in log.read_text()
    table = results[2]
    assert table.label.tolist() == [-1, -1]
    assert (
        table.class_name.tolist() == models.get_model_weights("r3d_18").DEFAULT.meta["categories"]
    )
    np.testing.assert_allclose(table.prior, 1 / 400, atol=1e-7)
    np.testing.assert_allclose(table.esv.sum(axis=1), table.scores - table.prior, atol=1e-5)
    strips = pd.read_csv(folder / "results/mine/tables/filmstrips.csv")
    assert set(strips["outcome"]) == {"unlabelled"}
