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

# Mean and standard deviation of the pixels of ImageNet, red, green and blue from 0 to 1.
IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_SPREAD = (0.229, 0.224, 0.225)


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


def resize_short_side_and_crop(
    frames: Sequence[np.ndarray],
    short_side: int,
    size: int,
    resampling: Image.Resampling = Image.Resampling.BILINEAR,
) -> Tensor:
    """The centre `size` x `size` pixels of each frame, resized so that its short side is given.

    The usual preparation of ImageNet models, and that of the paper (short side 256, centre 224),
    to the pixel: the long side is rounded down, the crop's offset to the nearest even number where
    it lies between two. Frames [(H, W, 3)] uint8 RGB -> (N, 3, size, size) uint8; `short_side` is
    at least `size`.
    """
    squares = np.empty((len(frames), size, size, 3), dtype=np.uint8)
    for square, frame in zip(squares, frames, strict=True):
        height, width = frame.shape[:2]
        if height < width:
            height, width = short_side, int(short_side * width / height)
        else:
            height, width = int(short_side * height / width), short_side
        left, top = round((width - size) / 2), round((height - size) / 2)
        # Pillow, too, resizes rows first and columns then: those that are cut off need not be.
        rows = Image.fromarray(frame).resize((width, len(frame)), resampling)
        kept = rows.crop((left, 0, left + size, len(frame)))
        square[:] = np.asarray(kept.resize((size, height), resampling))[top : top + size]
    return torch.from_numpy(squares).permute(0, 3, 1, 2)


def standardise(images: Tensor) -> Tensor:
    """Images (N, 3, H, W) uint8 -> float32 of about zero mean and unit variance."""
    return images.float().div_(255).sub_(PIXEL_MEAN).div_(PIXEL_SPREAD)


def standardise_channels(
    images: Tensor, mean: Sequence[float], spread: Sequence[float], white: float = 1.0
) -> Tensor:
    """Images (..., 3, H, W) uint8 -> float32: per channel (value - mean) / spread.

    Values run from 0 to `white`; `mean` and `spread` have one number per channel.
    """
    values = images.float().div_(255 / white)
    return values.sub_(_per_channel(mean, values)).div_(_per_channel(spread, values))


def _per_channel(numbers: Sequence[float], values: Tensor) -> Tensor:
    return torch.tensor(numbers, dtype=values.dtype, device=values.device)[:, None, None]
