"""Backbones: agreement with the paper's, what a feature depends on, weights, and names."""

import h5py
import numpy as np
import pytest
import torch

from playfair.errors import InputError
from playfair.models.backbones.architectures import build_backbone, weights_file
from playfair.models.checkpoints import load_weights, save_checkpoint
from tests.conformance import CONFORMANCE, backbone_shapes, inputs, parameters

IMAGE_RANGES = {"bninception": (-116, 139), "resnet50": (-0.45 / 0.225, 0.55 / 0.225)}


@pytest.fixture(scope="module", params=["bninception", "resnet50"])
def released(request):
    """A backbone of the paper with the weights of the conformance vectors, and its name."""
    backbone = build_backbone(request.param, 256).eval()
    backbone.load_state_dict(parameters(backbone_shapes(request.param), ""))
    return backbone, request.param


@pytest.fixture
def backbone():
    torch.manual_seed(0)
    return build_backbone("small", 256).eval()


@pytest.fixture
def frames():
    generator = np.random.default_rng(0)
    return [generator.integers(0, 256, (72, 96, 3), dtype=np.uint8) for _ in range(6)]


@pytest.fixture
def one_thread():
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def test_keys_and_shapes_are_those_of_the_released_weights_in_order(released):
    backbone, name = released
    found = [(key, tuple(value.shape)) for key, value in backbone.state_dict().items()]
    assert found == list(backbone_shapes(name).items())


def test_features_are_those_of_the_papers_code(released):
    backbone, name = released
    images = inputs(f"image/{name}", (2, 3, 224, 224), *IMAGE_RANGES[name])
    with h5py.File(CONFORMANCE) as file:
        expected = file[f"backbone/{name}/features"][:]
    with torch.inference_mode():
        features = backbone(images).numpy()
    np.testing.assert_allclose(features, expected, rtol=0, atol=1e-4 * np.abs(expected).max())


def test_frames_are_prepared_as_by_the_papers_code(released):
    backbone, name = released
    with h5py.File(CONFORMANCE) as file:
        frame = file["preprocess/frame_uint8"][:]
        expected = file[f"preprocess/{name}"][:]
    crops = backbone.crop([frame])
    assert crops.dtype == torch.uint8
    np.testing.assert_allclose(backbone.standardise(crops).numpy(), expected, rtol=0, atol=1e-6)
    np.testing.assert_array_equal(backbone.preprocess([frame]), backbone.standardise(crops))


def test_clips_are_standardised_like_their_frames(released):
    backbone, _ = released
    clips = torch.arange(2 * 3 * 3 * 4 * 4).reshape(2, 3, 3, 4, 4).to(torch.uint8)
    assert torch.equal(
        backbone.standardise(clips), torch.stack([backbone.standardise(clip) for clip in clips])
    )


def test_a_feature_depends_neither_on_place_nor_company_in_the_batch(released, one_thread):
    backbone, name = released
    image, *others = inputs("batch", (4, 3, 224, 224), *IMAGE_RANGES[name])
    features = []
    with torch.inference_mode():
        for place in range(4):
            batch = torch.stack([*others[:place], image, *others[place:]])
            features.append(backbone(batch)[place])
        features.append(backbone(torch.stack([image, *[torch.zeros_like(image)] * 3]))[0])
    assert all(torch.equal(feature, features[0]) for feature in features)


def test_frames_become_features_through_a_last_linear_layer(backbone, frames):
    features = backbone(backbone.preprocess(frames))
    assert features.shape == (6, 256)
    assert list(backbone.state_dict())[-2:] == ["last_linear.weight", "last_linear.bias"]
    assert backbone.last_linear.out_features == 256
    assert build_backbone("small", 32)(torch.zeros(2, 3, 64, 64)).shape == (2, 32)


def test_a_feature_does_not_depend_on_the_frames_beside_it(backbone, frames):
    images = backbone.preprocess(frames)
    together = backbone(images)
    others = torch.cat([images[:1], torch.randn(5, 3, 64, 64)])
    assert torch.equal(backbone(others)[0], together[0])


def test_training_mode_does_not_leak_into_features(backbone, frames):
    images = backbone.preprocess(frames)
    before = backbone(images)
    backbone.train()(images)
    assert not torch.equal(backbone.eval()(images), before)
    assert torch.equal(backbone(images), backbone(images))


def test_weights_go_to_a_checkpoint_and_back(backbone, frames, tmp_path):
    save_checkpoint(tmp_path / "backbone.pt", backbone)
    images = backbone.preprocess(frames)
    other = load_weights(build_backbone("small", 256), tmp_path / "backbone.pt")
    assert torch.equal(other(images), backbone(images))
    other = build_backbone("small", 256, checkpoint=tmp_path / "backbone.pt")
    assert not other.training
    assert torch.equal(other(images), backbone(images))


def test_released_files_load_in_the_forms_that_they_come_in(tmp_path):
    weights = parameters(backbone_shapes("bninception"), "")
    in_parallel = {
        f"module.{key}": value
        for key, value in weights.items()
        if not key.endswith("num_batches_tracked")
    }
    torch.save({"model": in_parallel, "epoch": 3}, tmp_path / "trn.pth")
    backbone = build_backbone("bninception", 256, checkpoint=tmp_path / "trn.pth")
    assert all(torch.equal(backbone.state_dict()[key], value) for key, value in weights.items())


def test_the_file_of_another_architecture_or_feature_size_is_refused(tmp_path):
    torch.save({"state_dict": parameters(backbone_shapes("resnet50"), "")}, tmp_path / "tsn.pth")
    with pytest.raises(
        InputError,
        match=r"tsn\.pth is not one of the network BNInception: it lacks weights "
        r"conv1_7x7_s2\.weight \(64, 3, 7, 7\).* unexpected weights conv1\.weight \(64, 3, 7, 7\)",
    ):
        build_backbone("bninception", 256, checkpoint=tmp_path / "tsn.pth")
    with pytest.raises(InputError, match=r"last_linear\.weight.*\(256, 2048\).*\(128, 2048\)"):
        build_backbone("resnet50", 128, checkpoint=tmp_path / "tsn.pth")


def test_imagenet_weights_start_a_backbone_with_a_random_last_layer(tmp_path, monkeypatch):
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    shapes = {
        key.replace("last_linear", "fc"): (1000, *shape[1:]) if "last_linear" in key else shape
        for key, shape in backbone_shapes("resnet50").items()
    }
    path = weights_path = tmp_path / "hub" / "checkpoints" / "resnet50-11ad3fa6.pth"
    path.parent.mkdir(parents=True)
    torch.save(parameters(shapes, "imagenet/"), path)
    assert weights_file("resnet50", "IMAGENET1K_V2") == weights_path
    torch.manual_seed(0)
    backbone = build_backbone("resnet50", 16, weights="IMAGENET1K_V2")
    expected = parameters({"layer4.2.conv3.weight": shapes["layer4.2.conv3.weight"]}, "imagenet/")
    assert torch.equal(backbone.layer4[2].conv3.weight, expected["layer4.2.conv3.weight"])
    assert backbone.last_linear.weight.shape == (16, 2048)
    assert backbone.last_linear.weight.std() > 0
    with pytest.raises(InputError, match=r"\(1000, 2048\).*\(16, 2048\)"):
        build_backbone("resnet50", 16, checkpoint=path)


def test_weights_of_other_architectures_are_files():
    assert str(weights_file("small", "IMAGENET1K_V1")) == "IMAGENET1K_V1"
    with pytest.raises(InputError, match=r"elsewhere\.pth does not exist"):
        build_backbone("small", 8, weights="elsewhere.pth")


def test_an_unknown_architecture_is_named_with_those_that_exist():
    with pytest.raises(InputError, match=r"'tiny'.*expected one of small, bninception, resnet50"):
        build_backbone("tiny", 256)
