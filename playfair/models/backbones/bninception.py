"""BN-Inception: Inception with batch normalisation, the paper's backbone of TRN."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from playfair.models.backbones.backbone import Backbone
from playfair.models.backbones.transforms import resize_short_side_and_crop, standardise_channels


class InceptionBlock(NamedTuple):
    """Output channels of the branches of one block; 0 where it lacks a convolution.

    Four branches are concatenated: a 1x1 convolution; a 3x3 one after a 1x1 `reduce_3x3`; two 3x3
    ones after a 1x1 `reduce_double`; and a 3x3 pooling with a 1x1 `pool_projection`. A block
    without the first and the last convolution halves the picture.
    """

    name: str
    conv_1x1: int
    reduce_3x3: int
    conv_3x3: int
    reduce_double: int
    conv_double: int
    pooling: str
    pool_projection: int

    @property
    def stride(self) -> int:
        return 1 if self.conv_1x1 else 2

    @property
    def channels(self) -> int:
        """Output channels, without those that a block passes on by pooling alone."""
        return self.conv_1x1 + self.conv_3x3 + self.conv_double + self.pool_projection


# Ioffe and Szegedy, "Batch Normalization", ICML 2015, figure 5, with the names of the Caffe model.
BLOCKS = (
    InceptionBlock("3a", 64, 64, 64, 64, 96, "average", 32),
    InceptionBlock("3b", 64, 64, 96, 64, 96, "average", 64),
    InceptionBlock("3c", 0, 128, 160, 64, 96, "max", 0),
    InceptionBlock("4a", 224, 64, 96, 96, 128, "average", 128),
    InceptionBlock("4b", 192, 96, 128, 96, 128, "average", 128),
    InceptionBlock("4c", 160, 128, 160, 128, 160, "average", 128),
    InceptionBlock("4d", 96, 128, 192, 160, 192, "average", 128),
    InceptionBlock("4e", 0, 128, 192, 192, 256, "max", 0),
    InceptionBlock("5a", 352, 192, 320, 160, 224, "average", 128),
    InceptionBlock("5b", 352, 192, 320, 192, 224, "max", 128),
)


class BNInception(Backbone):
    """BN-Inception, with the keys of the released weights.

    Images (N, 3, 224, 224), channels blue, green, red, values 0 to 255 minus the channel's mean
    -> features (N, feature_dim) of a linear layer on the pooled last block. (Ioffe and Szegedy,
    "Batch Normalization", ICML 2015; the paper's weights are those of Zhou et al., "Temporal
    Relational Reasoning in Videos", ECCV 2018.)
    """

    input_size = 224
    short_side = 256
    mean_bgr = (104.0, 117.0, 128.0)

    def __init__(self, feature_dim: int = 256) -> None:
        super().__init__()
        self.feature_dim = feature_dim
        self._add("conv1_7x7_s2", 3, 64, width=7, stride=2)
        self._add("conv2_3x3_reduce", 64, 64, width=1)
        self._add("conv2_3x3", 64, 192, width=3)
        channels = 192
        for block in BLOCKS:
            channels = self._add_block(block, channels)
        self.last_linear = nn.Linear(channels, feature_dim)
        # The layout in which CPUs convolve fastest.
        self.to(memory_format=torch.channels_last)

    def crop(self, frames: Sequence[np.ndarray]) -> Tensor:
        """Frames [(H, W, 3)] uint8 RGB -> (N, 3, 224, 224) uint8: short side 256, its centre."""
        return resize_short_side_and_crop(frames, self.short_side, self.input_size)

    def standardise(self, images: Tensor) -> Tensor:
        """Images (..., 3, 224, 224) uint8 RGB -> float32 BGR, 0 to 255 minus the means."""
        return standardise_channels(images.flip(-3), self.mean_bgr, (1.0, 1.0, 1.0), white=255)

    def forward(self, images: Tensor) -> Tensor:
        values = images.contiguous(memory_format=torch.channels_last)
        values = _halve(self._convolve("conv1_7x7_s2", values))
        values = self._convolve("conv2_3x3_reduce", values)
        values = _halve(self._convolve("conv2_3x3", values))
        for block in BLOCKS:
            values = self._forward_block(block, values)
        features: Tensor = self.last_linear(values.mean(dim=(2, 3)))
        return features

    def adapt_state_dict(self, state_dict: dict[str, Tensor]) -> dict[str, Tensor]:
        """The weights, of a network of the original TRN code those of its frames' part."""
        if not any(key.startswith(_ORIGINAL) for key in state_dict):
            return state_dict
        own = {_ORIGINAL: "", "new_fc.": "last_linear."}
        return {
            own[part] + key.removeprefix(part): value
            for key, value in state_dict.items()
            for part in own
            if key.startswith(part)
        }

    def _add(self, name: str, n_in: int, n_out: int, width: int, stride: int = 1) -> None:
        """A convolution `name` and its normalisation `name`_bn, as two modules of the network."""
        convolution = nn.Conv2d(n_in, n_out, width, stride=stride, padding=width // 2)
        self.add_module(name, convolution)
        self.add_module(f"{name}_bn", nn.BatchNorm2d(n_out))

    def _add_block(self, block: InceptionBlock, n_in: int) -> int:
        """The convolutions of a block, in the order of the released keys; its output channels."""
        name, stride = f"inception_{block.name}", block.stride
        if block.conv_1x1:
            self._add(f"{name}_1x1", n_in, block.conv_1x1, width=1)
        self._add(f"{name}_3x3_reduce", n_in, block.reduce_3x3, width=1)
        self._add(f"{name}_3x3", block.reduce_3x3, block.conv_3x3, width=3, stride=stride)
        double = f"{name}_double_3x3"
        self._add(f"{double}_reduce", n_in, block.reduce_double, width=1)
        self._add(f"{double}_1", block.reduce_double, block.conv_double, width=3)
        self._add(f"{double}_2", block.conv_double, block.conv_double, width=3, stride=stride)
        if block.pool_projection:
            self._add(f"{name}_pool_proj", n_in, block.pool_projection, width=1)
        return block.channels + (0 if block.pool_projection else n_in)

    def _convolve(self, name: str, values: Tensor) -> Tensor:
        normalise = self.get_submodule(f"{name}_bn")
        return functional.relu(normalise(self.get_submodule(name)(values)), inplace=True)

    def _forward_block(self, block: InceptionBlock, values: Tensor) -> Tensor:
        name = f"inception_{block.name}"
        branches = []
        if block.conv_1x1:
            branches.append(self._convolve(f"{name}_1x1", values))
        branches.append(self._convolve_all(name, ("3x3_reduce", "3x3"), values))
        double = ("double_3x3_reduce", "double_3x3_1", "double_3x3_2")
        branches.append(self._convolve_all(name, double, values))
        pooled = _pool(block, values)
        if block.pool_projection:
            pooled = self._convolve(f"{name}_pool_proj", pooled)
        return torch.cat([*branches, pooled], dim=1)

    def _convolve_all(self, name: str, layers: Sequence[str], values: Tensor) -> Tensor:
        for layer in layers:
            values = self._convolve(f"{name}_{layer}", values)
        return values


_ORIGINAL = "base_model."


def _halve(values: Tensor) -> Tensor:
    return functional.max_pool2d(values, 3, stride=2, ceil_mode=True)


def _pool(block: InceptionBlock, values: Tensor) -> Tensor:
    if block.stride == 2:
        return _halve(values)
    if block.pooling == "max":
        return functional.max_pool2d(values, 3, stride=1, padding=1)
    return functional.avg_pool2d(values, 3, stride=1, padding=1)
