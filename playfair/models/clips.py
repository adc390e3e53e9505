"""Clips as a backbone sees them in training: cropped frames, kept in memory, and augmented."""

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional
from tqdm import tqdm

from playfair.data.transforms import standardise
from playfair.models.backbone_base import Backbone

SHIFT = 5
GAIN = (0.75, 1.25)
BRIGHTNESS = (-0.15, 0.15)


class FrameSource(Protocol):
    """A split of labelled videos, such as a `GulpReader`."""

    uids: list[str]

    @property
    def labels(self) -> Mapping[str, int]: ...

    @property
    def lengths(self) -> Mapping[str, int]: ...

    def frames(self, uid: str, idx: Sequence[int] | None = None) -> list[np.ndarray]: ...


class CroppedClips:
    """The cropped frames of some videos of a split, as uint8 images (T, 3, H, W) each.

    As many videos as fit into `cache_bytes` are decoded once and kept; the others are decoded each
    time they are asked for, only those frames.
    """

    def __init__(
        self,
        source: FrameSource,
        uids: Sequence[str],
        backbone: Backbone,
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

    Shifts of up to 5 pixels, with reflected edges; no flips, which would turn one class into
    another.
    """

    def __init__(self, clip_count: int, generator: np.random.Generator) -> None:
        self._shifts = generator.integers(0, 2 * SHIFT + 1, (clip_count, 2))
        self._gains = _uniform(generator, GAIN, clip_count)
        self._brightness = _uniform(generator, BRIGHTNESS, clip_count)

    def __call__(self, images: Tensor, positions: np.ndarray) -> Tensor:
        """Images (N, n, 3, H, W) uint8 of the clips at `positions` (N,) -> the same, float32."""
        height, width = images.shape[-2:]
        standard = standardise(images)
        padded = functional.pad(standard.flatten(0, 1), (SHIFT,) * 4, mode="reflect")
        padded = padded.unflatten(0, images.shape[:2])
        shifted = torch.stack(
            [
                clip[..., down : down + height, right : right + width]
                for clip, (down, right) in zip(padded, self._shifts[positions], strict=True)
            ]
        )
        return shifted * self._gains[positions] + self._brightness[positions]


def _uniform(
    generator: np.random.Generator, bounds: tuple[float, float], clip_count: int
) -> Tensor:
    values = generator.uniform(*bounds, (clip_count, 1, 3, 1, 1))
    return torch.from_numpy(values.astype(np.float32))
