"""Backbones by name: networks that turn each frame, on its own, into a feature vector."""

import importlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from playfair.errors import InputError
from playfair.models.backbones.backbone import Backbone
from playfair.models.backbones.published_weights import PREFIX, find_weights
from playfair.models.checkpoints import load_initial_weights, load_weights

ARCHITECTURES = {
    "small": "playfair.models.backbones.small_cnn:SmallCNN",
    "bninception": "playfair.models.backbones.bninception:BNInception",
    "resnet50": "playfair.models.backbones.resnet50:ResNet50",
    "torchvision": "playfair.models.backbones.torchvision_backbones:TorchvisionBackbone",
    "custom": "playfair.models.backbones.own_backbones:make_own_backbone",
}
"""Module and class of each architecture, up to its first slash; loaded on first use.

The jobs of a backbone are stale when its line has changed, and not when others have.
"""


def build_backbone(
    architecture: str,
    feature_dim: int,
    weights: str | None = None,
    checkpoint: str | Path | None = None,
    factory: str | None = None,
    arguments: Mapping[str, Any] | None = None,
) -> Backbone:
    """The backbone of that name, ending in `feature_dim` features, with random or given weights.

    Args:
        architecture: "small", "bninception", "resnet50", "torchvision/<name>" or "custom".
        feature_dim: the length of a feature; for "torchvision/<name>" the network's own.
        weights: as for `weights_file`. Their preparation of frames is used too; but "small",
            "resnet50" and "bninception" keep theirs, and a random `last_linear` where that has
            another shape in the file: these are to be trained on.
        checkpoint: a file that must fit in full, read in place of what `weights` names.
        factory, arguments: of "custom", the function package.module:function that makes it and
            what that is called with.

    Raises:
        InputError: an unknown architecture, another feature_dim than a torchvision network gives,
            weights that are missing or do not fit, or a factory that makes no backbone.
    """
    if architecture == "custom":
        backbone = _load("custom")(feature_dim, factory, arguments or {})
    else:
        backbone = _build(architecture, feature_dim, weights)
    if checkpoint is not None:
        return load_weights(backbone, checkpoint)
    if weights is not None:
        return load_initial_weights(backbone, weights_file(architecture, weights))
    return backbone


def weights_file(architecture: str, weights: str) -> Path:
    """The file of weights that somebody has published, or of one's own.

    Args:
        weights: a path, or for "resnet50" and "torchvision/<name>" the name of published weights,
            for example "IMAGENET1K_V2", which must lie in torchvision's cache: see `find_weights`.
    """
    if architecture == "resnet50" or architecture.startswith(PREFIX):
        return find_weights(architecture.removeprefix(PREFIX), weights)
    return Path(weights)


def _build(architecture: str, feature_dim: int, weights: str | None) -> Backbone:
    if architecture.startswith(PREFIX):
        network = architecture.removeprefix(PREFIX)
        return _load("torchvision")(network, feature_dim, weights)
    known = [name for name in ARCHITECTURES if f"{name}/" != PREFIX and name != "custom"]
    if architecture not in known:
        raise InputError(
            f"Unknown backbone architecture {architecture!r}: "
            f"expected one of {', '.join(known)}, {PREFIX}<name>, custom."
        )
    return _load(architecture)(feature_dim)


def _load(kind: str) -> Callable[..., Backbone]:
    module, _, name = ARCHITECTURES[kind].partition(":")
    found: Callable[..., Backbone] = getattr(importlib.import_module(module), name)
    return found
