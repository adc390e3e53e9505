"""Backbones: shapes, what a feature depends on, and names."""

import numpy as np
import pytest
import torch

from playfair.errors import InputError
from playfair.models.backbones import build_backbone
from playfair.models.checkpoints import load_weights, save_checkpoint


@pytest.fixture
def backbone():
    torch.manual_seed(0)
    return build_backbone("small", 256).eval()


@pytest.fixture
def frames():
    generator = np.random.default_rng(0)
    return [generator.integers(0, 256, (72, 96, 3), dtype=np.uint8) for _ in range(6)]


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
    other = load_weights(build_backbone("small", 256), tmp_path / "backbone.pt")
    images = backbone.preprocess(frames)
    assert torch.equal(other(images), backbone(images))


def test_an_unknown_architecture_is_named_with_those_that_exist():
    with pytest.raises(InputError, match=r"'tiny'.*expected one of small"):
        build_backbone("tiny", 256)
