"""SmallCNN: a backbone that trains on a CPU in a minute."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn

from playfair.models.backbones.backbone import Backbone
from playfair.models.backbones.transforms import resize_and_crop, standardise


class SmallCNN(Backbone):
    """A CNN that trains on a CPU in a minute: four convolutions, each of which halves the picture.

    Images (N, 3, 64, 64) -> features (N, feature_dim). In eval mode a frame's feature does not
    depend on the other frames of its batch.
    """

    input_size = 64
    channels = (24, 48, 96, 128)
    kernel_widths = (5, 3, 3, 3)

    def __init__(self, feature_dim: int = 256) -> None:
        super().__init__()
        self.feature_dim = feature_dim
        layers: list[nn.Module] = []
        n_in = 3
        for n_out, width in zip(self.channels, self.kernel_widths, strict=True):
            layers += [
                nn.Conv2d(n_in, n_out, width, stride=2, padding=width // 2, bias=False),
                nn.BatchNorm2d(n_out),
                nn.ReLU(inplace=True),
            ]
            n_in = n_out
        self.layers = nn.Sequential(*layers)
        side = self.input_size // 2 ** len(self.channels)
        self.last_linear = nn.Linear(n_in * side * side, feature_dim)
        # The layout in which CPUs convolve fastest.
        self.to(memory_format=torch.channels_last)

    def crop(self, frames: Sequence[np.ndarray]) -> Tensor:
        """Frames [(H, W, 3)] uint8 RGB -> images (N, 3, 64, 64) uint8: the largest square."""
        return resize_and_crop(frames, self.input_size)

    def standardise(self, images: Tensor) -> Tensor:
        """Images (..., 3, 64, 64) uint8 -> float32 of about zero mean and unit variance."""
        return standardise(images)

    def forward(self, images: Tensor) -> Tensor:
        images = images.contiguous(memory_format=torch.channels_last)
        features: Tensor = self.last_linear(self.layers(images).flatten(start_dim=1))
        return features
