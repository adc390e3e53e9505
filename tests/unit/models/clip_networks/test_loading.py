"""Clip networks of torchvision and of the user's own, and the names of classes."""

import sys

import numpy as np
import pytest
import torch
from torch import nn
from torchvision import models

from playfair.errors import InputError
from playfair.models.clip_networks.class_names import match_classes
from playfair.models.clip_networks.clip_network import ClipNetwork
from playfair.models.clip_networks.loading import load_clip_network, network_files
from playfair.models.clip_networks.preparation import Preparation

torch.set_num_threads(1)


def frames(count=16):
    rng = np.random.default_rng(0)
    return [rng.integers(0, 256, (60, 80, 3), dtype=np.uint8) for _ in range(count)]


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    torch.manual_seed(0)
    path = tmp_path_factory.mktemp("weights") / "r3d.pth"
    torch.save(models.get_model("mc3_18", weights=None).state_dict(), path)
    return path


def test_torchvisions_networks_have_its_preparation_and_classes(weights):
    network = load_clip_network("torchvision/mc3_18", str(weights), clip_frames=4)
    published = models.get_model_weights("mc3_18").DEFAULT
    built = models.get_model("mc3_18", weights=None).eval()
    built.load_state_dict(torch.load(weights, weights_only=True))
    clip = torch.from_numpy(np.stack(frames(4))).permute(0, 3, 1, 2)
    prepared = published.transforms()(clip)
    found = network.prepare(frames(4))
    torch.testing.assert_close(found.movedim(1, 0), prepared)
    with torch.inference_mode():
        torch.testing.assert_close(network(found[None]), built(prepared[None]))
    assert network.class_names == published.meta["categories"]
    assert network.time_axis == 2


def test_weights_of_other_classes_are_taken_without_names(tmp_path):
    path = tmp_path / "weights.pth"
    torch.save(models.get_model("mc3_18", weights=None, num_classes=7).state_dict(), path)
    network = load_clip_network("torchvision/mc3_18", str(path), clip_frames=2)
    assert (network.class_count, network.class_names) == (7, None)


@pytest.mark.parametrize("name", models.list_models(module=models.video))
def test_the_published_weights_of_every_network_are_looked_up_in_the_cache(
    name, tmp_path, monkeypatch
):
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    with pytest.raises(InputError, match="which does not exist: fetch them from"):
        load_clip_network(f"torchvision/{name}")
    with pytest.raises(InputError, match="no weights NONE_V1"):
        load_clip_network(f"torchvision/{name}", "NONE_V1")


def test_an_unknown_network_of_torchvision_is_refused():
    with pytest.raises(InputError, match="did you mean torchvision/r3d_18"):
        load_clip_network("torchvision/r3d18")
    with pytest.raises(InputError, match="no video network 'resnet18'"):
        load_clip_network("torchvision/resnet18")


class Means(nn.Module):
    """The mean of each channel of (N, F, 3, H, W), as logits of three classes."""

    def forward(self, clips):
        return clips.mean(dim=(1, 3, 4))


def test_a_network_of_ones_own_is_made_by_a_function(tmp_path, monkeypatch):
    module = tmp_path / "my_clips.py"
    module.write_text(
        "def make(scale, weights=None):\n"
        "    assert weights == 'given'\n"
        "    return lambda clips: scale * clips.mean(dim=(2, 3, 4))[:, :3]\n"
    )
    monkeypatch.chdir(tmp_path)
    network = load_clip_network(
        "my_clips:make", "given", 3, arguments={"scale": 2.0}, image_size=16, time_axis=2
    )
    clip = network.prepare(frames(3))
    assert clip.shape == (3, 3, 16, 16)
    expected = 2 * clip.movedim(0, 1).mean(dim=(1, 2, 3))
    torch.testing.assert_close(network(clip[None])[0], expected)
    sys.modules.pop("my_clips")


def test_a_network_of_ones_own_may_come_as_a_file(tmp_path):
    path = tmp_path / "means.pt"
    torch.jit.save(torch.jit.script(Means()), path)
    network = load_clip_network(str(path), None, 2, image_size=8, outputs="logits")
    clip = network.prepare(frames(2))[None]
    torch.testing.assert_close(network(clip), clip.mean(dim=(1, 3, 4)))
    assert network_files(str(path)) == [path]


@pytest.mark.parametrize(
    ("network", "options", "sentence"),
    [
        ("nowhere", {}, "there is no folder nowhere"),
        ("gone.pt", {"clip_frames": 2}, "does not exist"),
        ("means.pt", {}, "give clip_frames"),
        ("means.pt", {"clip_frames": 2, "weights": "a.pth"}, "has its weights in it"),
        ("wrong.pt", {"clip_frames": 2}, "a score for each class"),
        ("failing.pt", {"clip_frames": 2}, "failed on a clip of 2 frames"),
        ("json:loads", {"arguments": {"s": "3"}}, "of type int: expected a callable"),
    ],
    ids=[
        "a folder that is not there",
        "an exported network that is not there",
        "an exported network without its number of frames",
        "an exported network with further weights",
        "a network without a score for each class",
        "a network that fails on a clip",
        "a factory that makes no network",
    ],
)
def test_what_is_no_clip_network_is_refused(
    network, options, sentence, tmp_path, monkeypatch, refused
):
    monkeypatch.chdir(tmp_path)

    class Wrong(nn.Module):
        def forward(self, clips):
            return clips.mean(dim=(1, 3))

    class Failing(nn.Module):
        def forward(self, clips):
            return clips.view(1, 7)

    for name, made in (("means", Means()), ("wrong", Wrong()), ("failing", Failing())):
        torch.jit.save(torch.jit.script(made), f"{name}.pt")
    with pytest.raises(InputError, match=sentence) as error:
        load_clip_network(network, **{"image_size": 8, **options})
    refused("Networks of whole clips", error.value)


def network_of(names, count=None):
    network = ClipNetwork("the network x", len, 4, Preparation((8, 8)), names)
    network.class_count = count or len(names)
    return network


def test_classes_are_matched_exactly_then_without_case_brackets_and_punctuation():
    names = ["Lifting [something] up", "dropping_something", "A", "a"]
    wanted = ["a", "Lifting something up", "A", "Dropping something."]
    assert match_classes(network_of(names), wanted) == [3, 0, 2, 1]
    assert match_classes(network_of(names), names) is None
    assert match_classes(network_of(None, 2), ["x", "y"]) is None


@pytest.mark.parametrize(
    ("names", "wanted", "sentence"),
    [
        (["a", "b"], ["a", "c"], "'c' of the data set and 'b' of the network"),
        (["a"], ["a", "A."], "none of the data set and none of the network"),
        (["a", *"bcdef"], ["a"], "'b', 'c', 'd' and 2 more of the network"),
        (None, ["x"], "has 2 classes, which it does not name"),
    ],
    ids=[
        "a class that the network has not",
        "two classes that differ by a point",
        "fewer classes than the network has",
        "classes of a network that names none",
    ],
)
def test_classes_that_do_not_match_are_refused(names, wanted, sentence, refused):
    with pytest.raises(InputError, match=sentence) as error:
        match_classes(network_of(names, 2 if names is None else None), wanted)
    refused("Networks of whole clips", error.value)
