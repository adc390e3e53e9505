"""torchvision's networks as backbones: features, preparation of frames, and where weights are."""

import re

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn
from torchvision import models

from playfair.errors import InputError
from playfair.models.backbones.architectures import build_backbone
from playfair.models.backbones.published_weights import find_weights
from playfair.models.backbones.torchvision_backbones import TorchvisionBackbone, main
from playfair.models.checkpoints import load_weights, save_checkpoint

NETWORK, FEATURE_DIM = "shufflenet_v2_x0_5", 1024
FILE = "shufflenetv2_x0.5-f707e7126e.pth"


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """torchvision's cache, empty, in a place of its own; a download would fail the test."""

    def refuse(*args, **kwargs):
        raise AssertionError("a download was tried")

    monkeypatch.setattr(torch.hub, "download_url_to_file", refuse)
    monkeypatch.setattr(torch.hub, "load_state_dict_from_url", refuse)
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    return tmp_path / "torch" / "hub" / "checkpoints"


@pytest.fixture
def network():
    """torchvision's own network, with weights that differ from those of any other."""
    torch.manual_seed(1)
    return models.get_model(NETWORK, weights=None).eval()


@pytest.fixture
def frame():
    return np.random.default_rng(0).integers(0, 256, (270, 331, 3), dtype=np.uint8)


@pytest.mark.parametrize(
    ("name", "feature_dim"),
    [
        ("alexnet", 4096),
        ("convnext_tiny", 768),
        ("densenet121", 1024),
        ("googlenet", 1024),
        ("inception_v3", 2048),
        ("mobilenet_v3_small", 1024),
        ("squeezenet1_1", 512),
        ("vit_b_16", 768),
    ],
)
def test_features_are_the_input_of_the_last_layer(name, feature_dim):
    with torch.device("meta"):
        backbone = TorchvisionBackbone(name, feature_dim).eval()
        size = backbone.input_size
        assert backbone(torch.empty(2, 3, size, size)).shape == (2, feature_dim)
        with pytest.raises(InputError, match=rf"length {feature_dim}.*feature_dim is 7: set"):
            TorchvisionBackbone(name, 7)


@pytest.mark.parametrize(
    ("name", "feature_dim", "weights"),
    [
        ("shufflenet_v2_x0_5", 1024, None),
        ("efficientnet_b0", 1280, None),
        ("efficientnet_b1", 1280, "IMAGENET1K_V1"),
        ("efficientnet_b1", 1280, "IMAGENET1K_V2"),
        ("inception_v3", 2048, "DEFAULT"),
    ],
)
@pytest.mark.parametrize("size", [(270, 331), (331, 270), (120, 90)])
def test_frames_are_prepared_as_torchvision_does(name, feature_dim, weights, size):
    frame = np.random.default_rng(0).integers(0, 256, (*size, 3), dtype=np.uint8)
    with torch.device("meta"):
        backbone = TorchvisionBackbone(name, feature_dim, weights)
    prepare = models.get_model_weights(name)[weights or "DEFAULT"].transforms()
    expected = prepare(Image.fromarray(frame))
    np.testing.assert_allclose(backbone.preprocess([frame])[0], expected, rtol=0, atol=1e-6)


def test_named_weights_are_taken_from_the_cache(cache, network, frame):
    cache.mkdir(parents=True)
    torch.save(network.state_dict(), cache / FILE)
    backbone = build_backbone(f"torchvision/{NETWORK}", FEATURE_DIM, "IMAGENET1K_V1")
    assert not backbone.training
    network.fc = nn.Identity()
    image = backbone.preprocess([frame])
    torch.testing.assert_close(backbone(image), network(image))


def test_weights_that_are_not_in_the_cache_are_named_with_their_address(cache):
    with pytest.raises(InputError) as error:
        build_backbone(f"torchvision/{NETWORK}", FEATURE_DIM, "IMAGENET1K_V1")
    assert str(cache / FILE) in str(error.value)
    assert f"fetch them from https://download.pytorch.org/models/{FILE}" in str(error.value)
    assert not cache.exists()


def test_a_file_of_torchvision_is_a_checkpoint_like_one_of_ours(tmp_path, network):
    torch.save(network.state_dict(), tmp_path / "published.pth")
    published = build_backbone(
        f"torchvision/{NETWORK}", FEATURE_DIM, weights=str(tmp_path / "published.pth")
    )
    save_checkpoint(tmp_path / "ours.pt", published)
    ours = load_weights(TorchvisionBackbone(NETWORK, FEATURE_DIM), tmp_path / "ours.pt")
    images = torch.rand(2, 3, 64, 64)
    assert torch.equal(ours(images), published(images))


@pytest.mark.parametrize("name", ["googlenet", "inception_v3"])
def test_auxiliary_classifiers_in_a_file_are_left_out(name):
    with torch.device("meta"):
        published = models.get_model(name, weights=None, aux_logits=True, init_weights=False)
        backbone = TorchvisionBackbone(name, published.fc.in_features)
    assert any(key.lower().startswith("aux") for key in published.state_dict())
    adapted = backbone.adapt_state_dict(published.state_dict())
    assert list(adapted) == list(backbone.state_dict())
    # As torchvision does where it loads the published weights.
    assert backbone.network.transform_input


def test_keys_of_old_densenet_files_are_understood():
    with torch.device("meta"):
        published = models.densenet121(weights=None)
        backbone = TorchvisionBackbone("densenet121", 1024)
    old = {
        re.sub(r"(denselayer.*\.(?:norm|conv))([12])\.", r"\1.\2.", key): value
        for key, value in published.state_dict().items()
    }
    assert "features.denseblock1.denselayer1.norm.1.weight" in old
    assert list(backbone.adapt_state_dict(old)) == list(backbone.state_dict())


def test_networks_that_ask_for_the_version_of_a_file_load_ours(tmp_path):
    backbone = TorchvisionBackbone("mnasnet0_5", 1280)
    save_checkpoint(tmp_path / "backbone.pt", backbone)
    other = load_weights(TorchvisionBackbone("mnasnet0_5", 1280), tmp_path / "backbone.pt")
    key = "network.layers.0.weight"
    assert torch.equal(other.state_dict()[key], backbone.state_dict()[key])


def test_a_transformer_is_built_for_the_picture_size_of_its_weights():
    with torch.device("meta"):
        usual = TorchvisionBackbone("vit_b_16", 768)
        large = TorchvisionBackbone("vit_b_16", 768, "IMAGENET1K_SWAG_E2E_V1")
    assert (usual.input_size, large.input_size) == (224, 384)
    assert large.network.encoder.pos_embedding.shape == (1, 24 * 24 + 1, 768)


def test_a_feature_depends_neither_on_place_nor_company_in_the_batch(network):
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    backbone = TorchvisionBackbone(NETWORK, FEATURE_DIM).eval()
    image, *others = torch.randn(6, 3, 224, 224)
    with torch.inference_mode():
        features = [
            backbone(torch.stack([*others[:place], image, *others[place:]]))[place]
            for place in range(6)
        ]
    torch.set_num_threads(threads)
    assert all(torch.equal(feature, features[0]) for feature in features)


def test_weights_of_another_network_are_refused_with_keys_and_shapes(tmp_path, network):
    torch.save(network.state_dict(), tmp_path / "other.pth")
    with pytest.raises(InputError, match=r"other\.pth is not one of .*lacks.*unexpected"):
        build_backbone("torchvision/mobilenet_v3_small", 1024, str(tmp_path / "other.pth"))
    with pytest.raises(InputError, match=r"holds \S+ of shape \(\d.*expects \(\d"):
        build_backbone("torchvision/shufflenet_v2_x1_0", 1024, str(tmp_path / "other.pth"))


def test_unknown_names_are_answered_with_near_ones():
    with pytest.raises(InputError, match=r"'resnet5'.*torchvision/resnet50"):
        TorchvisionBackbone("resnet5", 2048)
    with pytest.raises(InputError, match="no classification network 'fcn_resnet50'"):
        TorchvisionBackbone("fcn_resnet50", 2048)
    with pytest.raises(InputError, match=r"no weights IMAGENET for resnet50.*IMAGENET1K_V2"):
        find_weights("resnet50", "IMAGENET")


def test_length_of_features_is_printed_without_building_the_network(capsys):
    assert main(["torchvision/resnet18", "inception_v3", NETWORK, "convnext_tiny"]) == 0
    assert capsys.readouterr().out.split() == ["512", "2048", str(FEATURE_DIM), "768"]
    assert main(["resnet5"]) == 2
    assert "did you mean torchvision/resnet50" in capsys.readouterr().err
