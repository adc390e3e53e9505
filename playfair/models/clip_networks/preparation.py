"""From RGB frames to what a clip network takes: resize, crop, and scale of the values."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from playfair.models.backbones.transforms import IMAGENET_MEAN, IMAGENET_SPREAD


@dataclass(frozen=True)
class Preparation:
    """How frames become pictures: resized, cropped in the middle, scaled and standardised.

    A value v of 0..255 becomes (v * scale - offset - mean) / spread, per channel.

    Attributes:
        short_side: to which the short side is resized, the other by the same factor; or
        resized: (H, W), to which the picture is squeezed; neither: it keeps its size.
        size: (H, W), what is cropped in the middle.
        own: instead of all of it but `size`: a function from (T, 3, H, W) uint8 to (3, T, S, S).
    """

    size: tuple[int, int]
    short_side: int | None = None
    resized: tuple[int, int] | None = None
    scale: float = 1 / 255
    offset: float = 0.0
    mean: tuple[float, ...] = IMAGENET_MEAN
    spread: tuple[float, ...] = IMAGENET_SPREAD
    resampling: Image.Resampling = Image.Resampling.BILINEAR
    own: Callable[[Tensor], Tensor] | None = None

    def __call__(self, frames: Sequence[np.ndarray]) -> Tensor:
        """Frames [(H, W, 3)] uint8 RGB -> (T, 3, S, S) float32."""
        if self.own is not None:
            stacked = torch.from_numpy(np.stack(frames)).permute(0, 3, 1, 2)
            return self.own(stacked).movedim(0, 1).contiguous()
        pixels = np.stack([self._cropped(frame) for frame in frames])
        return self._standardised(torch.from_numpy(pixels).permute(0, 3, 1, 2)).contiguous()

    @property
    def black(self) -> Tensor:
        """(3, 1, 1): the value of a black pixel."""
        mean, spread = torch.tensor(self.mean), torch.tensor(self.spread)
        return ((-self.offset - mean) / spread)[:, None, None]

    def _standardised(self, pixels: Tensor) -> Tensor:
        mean, spread = (torch.tensor(of)[:, None, None] for of in (self.mean, self.spread))
        return pixels.float().mul_(self.scale).sub_(self.offset).sub_(mean).div_(spread)

    def _cropped(self, frame: np.ndarray) -> np.ndarray:
        height, width = frame.shape[:2]
        if self.resized is not None:
            height, width = self.resized
        elif self.short_side is not None:
            short = min(height, width)
            height = max(self.short_side * height // short, 1)
            width = max(self.short_side * width // short, 1)
        picture = Image.fromarray(frame)
        if (width, height) != picture.size:
            picture = picture.resize((width, height), self.resampling)
        top, left = round((height - self.size[0]) / 2), round((width - self.size[1]) / 2)
        box = (left, top, left + self.size[1], top + self.size[0])
        # Beyond the picture a crop is black.
        return np.asarray(picture.crop(box))
