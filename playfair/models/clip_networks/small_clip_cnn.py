"""SmallClipCNN: a network of whole clips that trains on a CPU in a minute or so."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from playfair.errors import InputError
from playfair.models.backbones.transforms import resize_and_crop, standardise
from playfair.models.checkpoints import load_state_dict, put_weights
from playfair.models.clip_networks.clip_network import ClipNetwork
from playfair.models.clip_networks.preparation import Preparation

SHIFTED_SHARE = 4
"""One in so many channels sees the frame before, and as many the frame after."""


class SmallClipCNN(nn.Module):
    """Clips (N, F, 3, 64, 64) -> logits (N, C), by convolutions that see neighbouring frames too.

    Before each convolution but the first a quarter of the channels moves on by a frame and a
    quarter back by one (temporal shift, Lin et al. 2019), which makes 2D convolutions see three
    frames for nothing. Two convolutions over time follow, and the largest answer of all moments
    counts: an action is the same whenever it happens.
    """

    input_size = 64
    channels = (24, 64, 96)
    kernel_widths = (7, 3, 3)
    strides = (4, 2, 2)
    temporal_dim = 128

    def __init__(self, clip_frames: int, class_count: int, dropout: float = 0.5) -> None:
        super().__init__()
        # In the checkpoint, which tells it to those who load it.
        self.register_buffer("frame_count", torch.tensor(clip_frames))
        layers: list[nn.Module] = []
        n_in = 3
        for n_out, width, stride in zip(
            self.channels, self.kernel_widths, self.strides, strict=True
        ):
            layers.append(
                nn.Sequential(
                    nn.Conv2d(n_in, n_out, width, stride=stride, padding=width // 2, bias=False),
                    nn.BatchNorm2d(n_out),
                    nn.ReLU(inplace=True),
                )
            )
            n_in = n_out
        self.layers = nn.ModuleList(layers)
        self.pool = nn.AvgPool2d(2)
        side = self.input_size // (2 * int(np.prod(self.strides)))
        self.dropout = nn.Dropout(dropout)
        self.temporal = nn.Sequential(
            *_over_time(n_in * side * side, self.temporal_dim),
            *_over_time(self.temporal_dim, self.temporal_dim),
        )
        self.last_linear = nn.Linear(self.temporal_dim, class_count)
        # The layout in which CPUs convolve fastest.
        self.to(memory_format=torch.channels_last)

    def crop(self, frames: Sequence[np.ndarray]) -> Tensor:
        """Frames [(H, W, 3)] uint8 RGB -> images (N, 3, 64, 64) uint8: the largest square."""
        return resize_and_crop(frames, self.input_size)

    def standardise(self, images: Tensor) -> Tensor:
        """Images (..., 3, 64, 64) uint8 -> float32 of about zero mean and unit variance."""
        return standardise(images)

    def forward(self, clips: Tensor) -> Tensor:
        count, n_frames = clips.shape[:2]
        images = clips.flatten(0, 1).contiguous(memory_format=torch.channels_last)
        for place, layer in enumerate(self.layers):
            images = layer(images if place == 0 else _shifted(images, n_frames))
        by_frame = self.pool(images).reshape(count, n_frames, -1)
        moments = self.temporal(self.dropout(by_frame).transpose(1, 2))
        logits: Tensor = self.last_linear(self.dropout(moments.amax(dim=2)))
        return logits


class SmallClipNetwork(ClipNetwork):
    """A SmallClipCNN as a clip network."""

    network: SmallClipCNN

    def prepare(self, frames: Sequence[np.ndarray]) -> Tensor:
        return self.network.standardise(self.network.crop(frames)).contiguous()

    @property
    def black(self) -> Tensor:
        return self.network.standardise(torch.zeros(3, 1, 1, dtype=torch.uint8))


def load_small(weights: str | Path | None, clip_frames: int | None = None) -> SmallClipNetwork:
    """The small network with the weights of a checkpoint, from which its sizes are read.

    Raises:
        InputError: if there is no checkpoint, or it is not of this network.
    """
    if weights is None:
        raise InputError(
            "the network small has no weights of its own: the workflow trains it, or give weights"
        )
    found = load_state_dict(weights)
    source = f"The checkpoint {weights}"
    frame_count = found.get("frame_count", torch.zeros(0))
    if "last_linear.bias" not in found or frame_count.dtype != torch.int64 or frame_count.ndim:
        raise InputError(f"{source} is not one of the network small: give another")
    frames = int(frame_count)
    if clip_frames not in (None, frames):
        raise InputError(
            f"clip_frames is {clip_frames}, but {source[0].lower()}{source[1:]} is of a network "
            f"that takes {frames} frames: leave clip_frames out"
        )
    network = put_weights(SmallClipCNN(frames, len(found["last_linear.bias"])), found, source)
    side = SmallClipCNN.input_size
    return SmallClipNetwork("the network small", network, frames, Preparation((side, side)))


def _over_time(n_in: int, n_out: int) -> list[nn.Module]:
    """(N, n_in, F) -> (N, n_out, F), each moment from itself and those beside it."""
    return [
        nn.Conv1d(n_in, n_out, 3, padding=1, bias=False),
        nn.BatchNorm1d(n_out),
        nn.ReLU(inplace=True),
    ]


def _shifted(images: Tensor, n_frames: int) -> Tensor:
    """Features (N * F, D, H, W), of which some channels are those of the frame before or after."""
    clips = images.unflatten(0, (-1, n_frames))
    moved = clips.shape[2] // SHIFTED_SHARE
    shifted = clips.clone()
    shifted[:, 1:, :moved] = clips[:, :-1, :moved]
    shifted[:, 0, :moved] = 0
    shifted[:, :-1, moved : 2 * moved] = clips[:, 1:, moved : 2 * moved]
    shifted[:, -1, moved : 2 * moved] = 0
    flat: Tensor = shifted.flatten(0, 1)
    return flat
