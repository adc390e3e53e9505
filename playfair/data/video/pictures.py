"""Clips that FFmpeg does not read as videos: folders of pictures, and animated WebP."""

import math
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from playfair.data.video.containers import VideoError, check_size

SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".bmp")
"""Of the pictures of a folder; other files there are passed by."""
_FORMATS = ("JPEG", "PNG", "WEBP", "BMP")
"""By content, whatever the name: Pillow hands others, such as EPS, to programs."""
_HEAD = 21
_IS_ANIMATED = 0x02
_SHORTEST = 0.02
"""Seconds: browsers show what states less, or nothing, for a tenth of a second."""
_TENTH = 0.1

Resample = Callable[[np.ndarray, float], np.ndarray]
"""Time stamps in seconds, and the end -> which picture each frame of the clip shows."""


def is_animated_webp(path: Path) -> bool:
    """Whether a file is a WebP picture with several frames, by its first bytes."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
    is_extended = head[:4] == b"RIFF" and head[8:16] == b"WEBPVP8X" and len(head) == _HEAD
    return is_extended and bool(head[-1] & _IS_ANIMATED)


def read_folder(
    path: Path, rate: float, resample: Resample, short_side: int | None
) -> Iterator[np.ndarray]:
    """The frames (H, W, 3) uint8 RGB of a clip whose pictures lie in a folder.

    They are ordered by the numbers in their names (img_2.jpg before img_10.jpg).

    Args:
        rate: pictures per second. short_side: to which longer ones are reduced.

    Raises:
        VideoError: if there are no pictures, or one cannot be read.
    """
    files = [file for file in path.iterdir() if file.suffix.lower() in SUFFIXES]
    if not files:
        raise VideoError(
            f"The folder {path} holds no pictures: expected frames such as img_00001.jpg "
            f"({', '.join(SUFFIXES)})."
        )
    files.sort(key=_in_order)
    shown, pixels = -1, np.empty(0)
    for number in resample(np.arange(len(files)) / rate, len(files) / rate).tolist():
        if number != shown:
            shown, pixels = number, _read(files[number], short_side)
        yield pixels


def read_animated_webp(
    path: Path, resample: Resample, short_side: int | None
) -> Iterator[np.ndarray]:
    """The frames (H, W, 3) uint8 RGB of an animated WebP, by its own time stamps.

    Raises:
        VideoError: if it is damaged.
    """
    with _opened(path) as picture:
        count = getattr(picture, "n_frames", 1)
        ends: list[float] = []
        for number in range(count):
            _seek(picture, number, path)
            seconds = picture.info.get("duration", 0) / 1000
            ends.append((ends[-1] if ends else 0.0) + (seconds if seconds >= _SHORTEST else _TENTH))
        shown, pixels = -1, np.empty(0)
        for number in resample(np.array([0.0, *ends[:-1]]), ends[-1]).tolist():
            if number != shown:
                _seek(picture, number, path)
                shown, pixels = number, _pixels(picture, path, short_side)
            yield pixels


def _in_order(file: Path) -> tuple[list[int | str], str]:
    parts = re.split(r"(\d+)", file.name)
    return [int(part) if place % 2 else part for place, part in enumerate(parts)], file.name


def _opened(path: Path) -> Image.Image:
    try:
        picture = Image.open(path, formats=_FORMATS)
    # A dozen kinds, of Pillow and of what it is built on, for files that mislead them.
    except Exception as error:
        raise VideoError(
            f"The picture {path} is damaged or none ({type(error).__name__})."
        ) from error
    check_size(path, *picture.size)
    return picture


def _seek(picture: Image.Image, number: int, path: Path) -> None:
    try:
        picture.seek(number)
        picture.load()
    except Exception as error:
        raise VideoError(f"The picture {path} is damaged ({type(error).__name__}).") from error


def _read(path: Path, short_side: int | None) -> np.ndarray:
    with _opened(path) as picture:
        _seek(picture, 0, path)
        return _pixels(picture, path, short_side)


def _pixels(picture: Image.Image, path: Path, short_side: int | None) -> np.ndarray:
    try:
        return _upright(picture, short_side)
    except Exception as error:
        raise VideoError(f"The picture {path} is damaged ({type(error).__name__}).") from error


def _upright(picture: Image.Image, short_side: int | None) -> np.ndarray:
    """(H, W, 3) uint8 RGB; black where it is transparent."""
    upright = ImageOps.exif_transpose(picture)
    scale = min((short_side or math.inf) / min(upright.size), 1.0)
    width, height = (max(round(side * scale), 1) for side in upright.size)
    if upright.mode in ("RGBA", "LA", "PA") or "transparency" in upright.info:
        layer = upright.convert("RGBA")
        upright = Image.alpha_composite(Image.new("RGBA", layer.size, "black"), layer)
    colours = upright.convert("RGB")
    if colours.size != (width, height):
        colours = colours.resize((width, height), Image.Resampling.BICUBIC)
    return np.asarray(colours)
