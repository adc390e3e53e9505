"""Backbones by name: networks that turn each frame, on its own, into a feature vector."""

from collections.abc import Callable
from pathlib import Path

from playfair.errors import InputError
from playfair.models.backbone_base import Backbone
from playfair.models.bninception import BNInception
from playfair.models.checkpoints import load_initial_weights
from playfair.models.resnet50 import ResNet50
from playfair.models.small_cnn import SmallCNN
from playfair.models.torchvision_backbones import PREFIX, TorchvisionBackbone, find_weights

ARCHITECTURES: dict[str, Callable[[int], Backbone]] = {
    "small": SmallCNN,
    "bninception": BNInception,
    "resnet50": ResNet50,
}


def build_backbone(architecture: str, feature_dim: int, weights: str | None = None) -> Backbone:
    """The backbone of that name, ending in `feature_dim` features, with random or given weights.

    Args:
        architecture: "small", "bninception", "resnet50" or "torchvision/<name>".
        feature_dim: the length of a feature; for "torchvision/<name>" the network's own.
        weights: a file, or for ResNet-50 and torchvision's networks the name of published weights,
            for example "IMAGENET1K_V2", that lie in torchvision's cache. The last layer of
            "resnet50" and "bninception" stays random when it has another shape in the file.

    Raises:
        InputError: an unknown architecture, another feature_dim than a torchvision network gives,
            or weights that are missing or do not fit.
    """
    backbone = _build(architecture, feature_dim, weights)
    if weights is None:
        return backbone
    return load_initial_weights(backbone, _weights_file(architecture, weights))


def _build(architecture: str, feature_dim: int, weights: str | None) -> Backbone:
    if architecture.startswith(PREFIX):
        return TorchvisionBackbone(architecture.removeprefix(PREFIX), feature_dim, weights)
    if architecture not in ARCHITECTURES:
        raise InputError(
            f"Unknown backbone architecture {architecture!r}: "
            f"expected one of {', '.join(ARCHITECTURES)}, {PREFIX}<name>."
        )
    return ARCHITECTURES[architecture](feature_dim)


def _weights_file(architecture: str, weights: str) -> Path:
    if architecture.startswith(PREFIX):
        return find_weights(architecture.removeprefix(PREFIX), weights)
    if architecture == "resnet50":
        return find_weights("resnet50", weights)
    return Path(weights)
