"""Clips as a backbone sees them in training: cropped frames, kept in memory, and augmented."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional
from tqdm import tqdm


@dataclass(frozen=True)
class AugmentationOptions:
    """How much training clips are changed.

    `shift` is the largest move, as a share of the picture's side; `gain` the largest change of a
    channel's contrast, as a share; `brightness` the largest change of a channel's brightness, as a
    share of the way from black to white; `horizontal_flip` mirrors half of the clips, which turns
    a class such as "moving to the left" into another.
    """

    enabled: bool = True
    shift: float = 0.08
    gain: float = 0.25
    brightness: float = 0.0375
    horizontal_flip: bool = False


USUAL_AUGMENTATION = AugmentationOptions()


class FrameSource(Protocol):
    """A split of labelled videos, such as a `GulpReader`."""

    uids: list[str]

    @property
    def labels(self) -> Mapping[str, int]: ...

    @property
    def lengths(self) -> Mapping[str, int]: ...

    def frames(self, uid: str, idx: Sequence[int] | None = None) -> list[np.ndarray]: ...


class Preparing(Protocol):
    """What crops frames and turns them into a network's input, such as a `Backbone`."""

    input_size: int

    def crop(self, frames: Sequence[np.ndarray]) -> Tensor: ...

    def standardise(self, images: Tensor) -> Tensor: ...


class CroppedClips:
    """The cropped frames of some videos of a split, as uint8 images (T, 3, H, W) each.

    As many videos as fit into `cache_bytes` are decoded once and kept; the others are decoded each
    time they are asked for, only those frames.
    """

    def __init__(
        self,
        source: FrameSource,
        uids: Sequence[str],
        backbone: Preparing,
        cache_bytes: int,
        progress: bool,
    ) -> None:
        self.uids = list(uids)
        self._source = source
        self._backbone = backbone
        self._kept: dict[str, Tensor] = {}
        self.cached_bytes = 0
        for uid in tqdm(self.uids, desc="Reading frames", unit="clip", disable=not progress):
            images = backbone.crop(source.frames(uid))
            if self.cached_bytes + images.nbytes > cache_bytes:
                break
            self._kept[uid] = images
            self.cached_bytes += images.nbytes

    def images(self, positions: np.ndarray, frame_idx: np.ndarray) -> Tensor:
        """The frames (N, n) of the clips at `positions` (N,), as (N, n, 3, H, W) uint8."""
        return torch.stack(
            [
                self._images(self.uids[position], idx)
                for position, idx in zip(positions, frame_idx, strict=True)
            ]
        )

    def _images(self, uid: str, idx: np.ndarray) -> Tensor:
        if uid in self._kept:
            return self._kept[uid][torch.from_numpy(idx)]
        return self._backbone.crop(self._source.frames(uid, [int(i) for i in idx]))


class Augmentation:
    """A shift, a tint and a brightness for each of V clips, the same for all frames of a clip.

    What a shift brings into the picture is reflected at its edge.
    """

    def __init__(
        self,
        options: AugmentationOptions,
        backbone: Preparing,
        clip_count: int,
        generator: np.random.Generator,
    ) -> None:
        self._options = options
        self._backbone = backbone
        self._shift = round(options.shift * backbone.input_size)
        self._shifts = generator.integers(0, 2 * self._shift + 1, (clip_count, 2))
        self._gains = _uniform(generator, 1 - options.gain, 1 + options.gain, clip_count)
        brightness = _uniform(generator, -options.brightness, options.brightness, clip_count)
        self._brightness = brightness * _black_to_white(backbone)
        if options.horizontal_flip:
            self._flipped = generator.random(clip_count) < 0.5

    def __call__(self, images: Tensor, positions: np.ndarray) -> Tensor:
        """Images (N, n, 3, H, W) uint8 of the clips at `positions` (N,) -> the network's input."""
        standard = self._backbone.standardise(images.flatten(0, 1))
        if not self._options.enabled:
            clips: Tensor = standard.unflatten(0, images.shape[:2])
            return clips
        height, width = images.shape[-2:]
        padded = functional.pad(standard, (self._shift,) * 4, mode="reflect")
        padded = padded.unflatten(0, images.shape[:2])
        shifted = torch.stack(
            [
                clip[..., down : down + height, right : right + width]
                for clip, (down, right) in zip(padded, self._shifts[positions], strict=True)
            ]
        )
        if self._options.horizontal_flip:
            flipped = torch.from_numpy(self._flipped[positions])
            shifted[flipped] = shifted[flipped].flip(-1)
        return shifted * self._gains[positions] + self._brightness[positions]


def _uniform(generator: np.random.Generator, low: float, high: float, clip_count: int) -> Tensor:
    """A number for every clip and channel: (clip_count, 1, 3, 1, 1)."""
    values = generator.uniform(low, high, (clip_count, 1, 3, 1, 1))
    return torch.from_numpy(values.astype(np.float32))


def _black_to_white(backbone: Preparing) -> Tensor:
    """How far (3, 1, 1) black and white are apart in the network's input, by channel."""
    black_and_white = torch.tensor([0, 255], dtype=torch.uint8).view(2, 1, 1, 1)
    black, white = backbone.standardise(black_and_white.expand(2, 3, 1, 1))
    span: Tensor = white - black
    return span
