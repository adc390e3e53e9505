"""ResNet-50 with a linear layer for features, the paper's backbone of TSN."""

import re
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn

from playfair.models.backbones.backbone import Backbone
from playfair.models.backbones.transforms import (
    IMAGENET_MEAN,
    IMAGENET_SPREAD,
    resize_short_side_and_crop,
    standardise_channels,
)

STAGES = ("layer1", "layer2", "layer3", "layer4")


class ResNet50(Backbone):
    """ResNet-50, with the keys of the released weights: torchvision's, but `fc` is `last_linear`.

    Images (N, 3, 224, 224) RGB with ImageNet's mean and standard deviation taken out -> features
    (N, feature_dim). (He et al., "Deep Residual Learning for Image Recognition", CVPR 2016.)
    """

    input_size = 224
    short_side = 256

    def __init__(self, feature_dim: int = 256) -> None:
        super().__init__()
        # torchvision takes a second to import, which other backbones need not wait for.
        from torchvision.models import resnet50

        self.feature_dim = feature_dim
        for name, layer in resnet50(weights=None).named_children():
            if name != "fc":
                self.add_module(name, layer)
        self.last_linear = nn.Linear(2048, feature_dim)
        # The layout in which CPUs convolve fastest.
        self.to(memory_format=torch.channels_last)

    def crop(self, frames: Sequence[np.ndarray]) -> Tensor:
        """Frames [(H, W, 3)] uint8 RGB -> (N, 3, 224, 224) uint8: short side 256, its centre."""
        return resize_short_side_and_crop(frames, self.short_side, self.input_size)

    def standardise(self, images: Tensor) -> Tensor:
        """Images (..., 3, 224, 224) uint8 RGB -> float32 of ImageNet's mean and spread."""
        return standardise_channels(images, IMAGENET_MEAN, IMAGENET_SPREAD)

    def adapt_state_dict(self, state_dict: dict[str, Tensor]) -> dict[str, Tensor]:
        """Weights with the released keys or with torchvision's, under the released keys."""
        return {re.sub(r"^fc\.", "last_linear.", key): value for key, value in state_dict.items()}

    def forward(self, images: Tensor) -> Tensor:
        values = images.contiguous(memory_format=torch.channels_last)
        for name in ("conv1", "bn1", "relu", "maxpool", *STAGES, "avgpool"):
            values = self.get_submodule(name)(values)
        features: Tensor = self.last_linear(values.flatten(start_dim=1))
        return features
