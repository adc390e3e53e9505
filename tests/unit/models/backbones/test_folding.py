"""Networks with folded normalisations say the same, and the given ones stay as they are."""

import copy

import pytest
import torch
from torch import nn

from playfair.models.backbones.architectures import build_backbone
from playfair.models.backbones.folding import folded


def in_use(network):
    """A network whose normalisations do something, in eval mode."""
    generator = torch.Generator().manual_seed(0)
    for part in network.modules():
        if isinstance(part, nn.BatchNorm2d):
            part.running_mean.normal_(0, 0.2, generator=generator)
            part.running_var.uniform_(0.5, 2, generator=generator)
            part.weight.data.uniform_(0.5, 1.5, generator=generator)
            part.bias.data.normal_(0, 0.2, generator=generator)
    return network.eval()


def norm_count(network):
    return sum(isinstance(part, nn.BatchNorm2d) for part in network.modules())


@pytest.mark.parametrize(
    ("architecture", "feature_dim", "kept"),
    [
        ("small", 16, 0),
        ("bninception", 16, 0),
        ("resnet50", 16, 0),
        ("torchvision/mobilenet_v3_small", 1024, 0),
        # Those that come before their convolutions stay.
        ("torchvision/densenet121", 1024, 62),
    ],
)
@torch.inference_mode()
def test_a_folded_backbone_gives_the_same_features(architecture, feature_dim, kept):
    torch.manual_seed(0)
    backbone = in_use(build_backbone(architecture, feature_dim))
    before = copy.deepcopy(backbone.state_dict())
    network = folded(backbone)
    images = torch.randn(1, 3, 64, 64)
    expected, features = backbone(images), network(images)
    assert norm_count(network) == kept
    assert (features - expected).abs().max() < 3e-6 * expected.abs().max()
    for name, value in backbone.state_dict().items():
        assert torch.equal(value, before[name])


class Pair(nn.Module):
    """A convolution and a normalisation, used in one of several ways."""

    def __init__(self, use):
        super().__init__()
        self.use = use
        self.convolution, self.norm = nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4)

    def forward(self, images):
        values = self.convolution(images)
        normed = self.norm(values)
        if self.use == "output used twice":
            return normed + values
        if self.use == "norm used twice":
            return self.norm(normed)
        if self.use == "convolution used twice":
            return normed + self.convolution(images + 1)
        if self.use == "weight used by itself":
            return normed * self.convolution.weight.sum()
        if self.use == "flow depends on numbers" and normed.sum() > 0:
            return normed * 2
        return normed


@pytest.mark.parametrize(
    "use",
    [
        "output used twice",
        "norm used twice",
        "convolution used twice",
        "weight used by itself",
        "flow depends on numbers",
        "hook",
        "training",
    ],
)
def test_what_may_not_be_folded_stays_as_it_is(use):
    network = in_use(Pair(use))
    if use == "hook":
        network.convolution.register_forward_hook(lambda *_: None)
    if use == "training":
        network.norm.train()
    assert folded(network) is network


def test_a_pair_is_folded():
    assert norm_count(folded(in_use(Pair("plain")))) == 0
