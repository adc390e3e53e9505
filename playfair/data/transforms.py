"""From RGB frames to the input of a backbone: resize, crop, and scale of the values."""

from collections.abc import Sequence

import numpy as np
import torch
from PIL import Image
from torch import Tensor

# Near the mean and the spread of natural pixels, so that inputs have about zero mean and unit
# variance; one pair for all channels, since the embedded clips come in all colours.
PIXEL_MEAN = 0.5
PIXEL_SPREAD = 0.25


def resize_and_crop(frames: Sequence[np.ndarray], size: int) -> Tensor:
    """The centre of each frame at `size` x `size` pixels.

    The short side is resized to `size`, keeping the aspect ratio, and the centre of the long side
    kept: frames [(H, W, 3)] uint8 RGB -> (N, 3, size, size) uint8. Pixels are averaged over the
    area that they come from (bilinear with antialiasing), one frame at a time.
    """
    squares = np.empty((len(frames), size, size, 3), dtype=np.uint8)
    for square, frame in zip(squares, frames, strict=True):
        height, width = frame.shape[:2]
        side = min(height, width)
        left, top = (width - side) / 2, (height - side) / 2
        square[:] = np.asarray(
            Image.fromarray(frame).resize(
                (size, size), Image.Resampling.BILINEAR, box=(left, top, left + side, top + side)
            )
        )
    return torch.from_numpy(squares).permute(0, 3, 1, 2)


def standardise(images: Tensor) -> Tensor:
    """Images (N, 3, H, W) uint8 -> float32 of about zero mean and unit variance."""
    return (images.float() / 255 - PIXEL_MEAN) / PIXEL_SPREAD
