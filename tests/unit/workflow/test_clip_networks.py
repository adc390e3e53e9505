"""Clip networks as the workflow sees them."""

import json

import pytest

from playfair.config import complete_config
from playfair.errors import InputError
from playfair.workflow.datasets import Datasets
from playfair.workflow.figures import figures_to_draw
from playfair.workflow.given_files import check_given_files, files_to_download
from playfair.workflow.networks import Networks, given_checkpoints

FILE = {"path": "checkpoints/hub/net/config.json", "url": "https://huggingface.co/net"}


def made(network="checkpoints/hub/net", models=("net",), train=None, **options):
    dataset = {"source": "files", "train": train, "validation": "v.csv", "videos": "videos"}
    definitions = {
        "models": {
            "net": {"network": network, **options},
            "tsn": {"head": "tsn", "backbone": "small"},
        },
        "datasets": {"mine": dataset},
    }
    config = complete_config(
        {
            "dataset": "mine",
            "models": list(models),
            "n_frames": [1, 3, 4],
            "definitions": definitions,
        }
    )
    return config, Datasets(config), Networks(config)


def test_a_network_is_explained_at_the_numbers_that_divide_its_frames():
    _, _, networks = made(models=["net", "tsn"], train="t.csv")
    assert networks.numbers_of_frames("net") == [1, 4]
    assert networks.numbers_of_frames("tsn") == [1, 3, 4]
    assert (networks.head_models, networks.clip_models) == (["tsn"], ["net"])
    assert networks.lengths_that_count() == [1, 3, 4, 16]
    assert networks.names_of(clip_networks=True) == "net"
    assert "tsn" in networks.names_of(clip_networks=False)


def test_without_training_clips_there_are_no_labels_and_the_prior_is_uniform():
    _, datasets, networks = made()
    assert datasets.file("mine", "labels") == []
    assert not datasets.has_training_clips("mine")
    assert networks.clip_prior("net", False) == "uniform"
    assert networks.clip_prior("net", True) == "class_frequency"
    assert (networks.used_backbones, networks.read_splits) == ([], ["validation"])
    figures = figures_to_draw(datasets, networks, "mine")
    assert "filmstrips" in figures
    assert not {"every_frame", "sampling_error"} & figures.keys()


def test_files_of_a_folder_are_inputs_and_downloaded_where_they_have_a_url(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    _, _, networks = made(files=[FILE])
    assert list(files_to_download(networks)) == ["hub/net/config.json"]
    assert networks.clip_files("mine", "net") == [FILE["path"]]
    folder = tmp_path / "checkpoints/hub/net"
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps({}))
    (folder / "model.safetensors").write_bytes(b"")
    assert networks.clip_files("mine", "net") == [
        FILE["path"],
        "checkpoints/hub/net/model.safetensors",
    ]
    assert [file["url"] for file in given_checkpoints(networks.models["net"])] == [FILE["url"]]


def test_a_folder_that_is_neither_there_nor_downloaded_is_missed(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "v.csv").write_text("path\n")
    (tmp_path / "videos").mkdir()
    with pytest.raises(InputError, match=r"'checkpoints/hub/net' of the config key .*net.network"):
        check_given_files(*made())
    check_given_files(*made(files=[FILE]))


def test_the_small_network_is_trained_unless_it_has_weights():
    _, _, networks = made("small", train="t.csv")
    assert networks.trained_models == ["net"]
    assert networks.read_splits == ["train", "validation"]
    assert networks.clip_files("mine", "net") == ["results/mine/checkpoints/net/network.pt"]
    assert networks.training_logs("mine") == ["results/mine/checkpoints/net/network.csv"]
    assert networks.model_options("net")["is_trained"]
    _, _, given = made("small", train="t.csv", weights="w.pt")
    assert given.trained_models == []
    assert given.clip_files("mine", "net") == ["w.pt"]


def test_the_code_that_makes_a_network_is_among_its_options(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my_clips.py").write_text("def make():\n    pass\n")
    _, _, networks = made("my_clips:make")
    assert len(networks.model_options("net")["code_hash"]) == 64
