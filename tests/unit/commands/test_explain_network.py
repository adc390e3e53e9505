"""`playfair explain CLIP --network ...`: one clip, one command, no run of the workflow."""

import json
import re

import numpy as np
import pytest
import torch

from playfair.cli import main
from playfair.data.clips.frame_sampling import sample_clip_idx
from playfair.data.video.video_files import decode_video, encode_webm
from playfair.models.clip_networks.loading import load_clip_network
from tests.oracle import shapley_values
from tests.unit.models.clip_networks.hub_folders import save_network

torch.set_num_threads(1)
CLASSES = ["Lifting something", "Dropping something", "Nothing"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("videomae-mini")
    save_network(path, "videomae", CLASSES, n_frames=8)
    return path


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    rng = np.random.default_rng(0)
    path = tmp_path_factory.mktemp("clips") / "my clip.webm"
    encode_webm(rng.integers(0, 256, (20, 40, 48, 3), dtype=np.uint8), path, fps=8)
    return path


def explain(clip, folder, tmp_path, *options):
    output = str(tmp_path / "strip.png")
    return main(["explain", str(clip), "--network", str(folder), "--output", output, *options])


def test_one_command_prints_classes_and_signed_bars_and_draws_the_filmstrip(
    clip, folder, tmp_path, capsys
):
    assert explain(clip, folder, tmp_path) == 0
    said = capsys.readouterr()
    assert "255 forward passes of 8 frames" in said.err
    assert re.search(r"about \d+ s in all", said.err)
    assert "20 frames at 8 frames per second" in said.out
    assert all(name in said.out for name in CLASSES)
    assert "on 8 elements of 1 frame (exact values)" in said.out
    assert len(re.findall(r"^ +\d+ +\d\.\d\d- ?\d\.\d\d s +[+-]0\.\d+ .*\|", said.out, re.M)) == 8
    assert (tmp_path / "strip.png").stat().st_size > 1000


@pytest.mark.parametrize(
    ("options", "prior"),
    [
        (["--fill", "nearest"], "uniform"),
        (["--fill", "drop"], "uniform"),
        (["--fill", "black", "--prior", "empty"], "empty"),
    ],
)
def test_json_has_what_the_network_says_of_clips_masked_by_hand(
    options, prior, clip, folder, tmp_path, capsys
):
    assert explain(clip, folder, tmp_path, "--elements", "2", "--json", *options) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["clip"] == str(clip)
    (model,) = found["models"]
    network = load_clip_network(str(folder))
    idx = sample_clip_idx(20, 8)
    frames = decode_video(clip, fps=8.0)
    video = network.prepare(list(frames[idx]))

    def worth(subset):
        if not subset and prior == "uniform":
            return np.full(3, 1 / 3)
        kept = [4 * element + part for element in subset for part in range(4)]
        visible = torch.zeros(1, 8, dtype=torch.bool)
        visible[0, kept] = True
        with torch.inference_mode():
            if options[1] == "drop":
                logits = network.forward_visible(video[None], visible)
            elif options[1] == "nearest":
                shown = video if len(subset) == 2 else video[kept].repeat(2, 1, 1, 1)
                logits = network(shown[None])
            else:
                shown = torch.where(visible[0, :, None, None, None], video, network.black)
                logits = network(shown[None])
        return logits.softmax(-1)[0].double().numpy()

    expected = shapley_values(worth, 2)
    assert len(model["classes"]) == 3
    for said in model["classes"]:
        number = CLASSES.index(said["class"])
        np.testing.assert_allclose(said["esv"], expected[:, number], atol=1e-5)
        np.testing.assert_allclose(said["prior"], worth([])[number], atol=1e-6)
        assert said["prior"] + sum(said["esv"]) == pytest.approx(said["score"], abs=1e-5)
        assert said["standard_error"] is None
    scores = [said["score"] for said in model["classes"]]
    assert scores == sorted(scores, reverse=True)
    elements = idx.reshape(2, 4)
    assert model["element_frame_idx"] == elements.tolist()
    assert model["frame_idx"] == elements[:, 2].tolist()
    assert model["seconds"] == pytest.approx(elements[:, 2] / 8)
    about = {key: model[key] for key in ("model", "method", "fill", "prior", "n_frames")}
    assert about == {
        "model": str(folder),
        "method": "exact",
        "fill": options[1],
        "prior": prior,
        "n_frames": 2,
    }


def test_a_sampler_says_how_sure_it_is(clip, folder, tmp_path, capsys):
    options = ["--method", "regression", "--budget", "64", "--json", "--top", "1"]
    assert explain(clip, folder, tmp_path, *options) == 0
    said = capsys.readouterr()
    (found,) = json.loads(said.out)["models"][0]["classes"]
    assert len(found["standard_error"]) == 8
    assert re.search(r"^\d\d forward passes", said.err)


def test_a_short_clip_is_explained_with_repeated_frames(folder, tmp_path, capsys):
    path = tmp_path / "short.webm"
    encode_webm(np.zeros((5, 40, 48, 3), dtype=np.uint8), path, fps=8)
    assert explain(path, folder, tmp_path, "--elements", "4", "--json") == 0
    said = capsys.readouterr()
    assert "has 5 frames at 8 frames per second, fewer than the 8 of the network" in said.err
    model = json.loads(said.out)["models"][0]
    assert model["element_frame_idx"] == [[0, 0], [1, 2], [2, 3], [4, 4]]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--elements", "3"], "3 elements do not divide evenly: choose one of 1, 2, 4, 8"),
        (["--fill", "drop", "--elements", "8"], "span 2 frames, and cannot be dropped"),
        (["--prior", "empty"], "nothing to show"),
        (["--n-frames", "2"], "did you mean --elements"),
        (["--model", "trn"], "--model goes with --run"),
        (["--class", "Flying"], "the network has no class 'Flying'"),
        (["--method", "exact", "--budget", "3"], "no option 'budget'"),
    ],
)
def test_what_cannot_be_asked_of_a_network_is_refused(
    options, sentence, clip, folder, tmp_path, capsys
):
    assert explain(clip, folder, tmp_path, *options) == 2
    said = capsys.readouterr()
    assert sentence in said.err
    assert not (tmp_path / "strip.png").exists()


def test_options_of_networks_are_not_for_runs(clip, tmp_path, capsys):
    assert main(["explain", str(clip), "--run", str(tmp_path), "--fill", "black"]) == 2
    assert "--fill goes with --network" in capsys.readouterr().err
