"""Backbones: networks that turn each frame, on its own, into a feature."""

from typing import TYPE_CHECKING

from playfair.lazy import loading_on_use

if TYPE_CHECKING:
    from playfair.models.backbones.architectures import build_backbone
    from playfair.models.backbones.backbone import Backbone
    from playfair.models.backbones.bninception import BNInception
    from playfair.models.backbones.extraction import extract_features
    from playfair.models.backbones.resnet50 import ResNet50
    from playfair.models.backbones.small_cnn import SmallCNN
    from playfair.models.backbones.torchvision_backbones import TorchvisionBackbone

__all__ = [
    "BNInception",
    "Backbone",
    "ResNet50",
    "SmallCNN",
    "TorchvisionBackbone",
    "build_backbone",
    "extract_features",
]

__getattr__, __dir__ = loading_on_use(
    __name__,
    {
        "BNInception": "playfair.models.backbones.bninception",
        "Backbone": "playfair.models.backbones.backbone",
        "ResNet50": "playfair.models.backbones.resnet50",
        "SmallCNN": "playfair.models.backbones.small_cnn",
        "TorchvisionBackbone": "playfair.models.backbones.torchvision_backbones",
        "build_backbone": "playfair.models.backbones.architectures",
        "extract_features": "playfair.models.backbones.extraction",
    },
)
