"""A clip as the networks of a finished run saw theirs: decoded alike, and with its features."""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from playfair.data.video.gulp import GulpReader, VideoFile, gulp_videos
from playfair.errors import InputError


@dataclass(frozen=True)
class ClipView:
    """A clip as a backbone saw it: its frames [(H, W, 3)] uint8 RGB and their features (T, D).

    There are no frames where features are all that is known.
    """

    frames: list[np.ndarray]
    features: np.ndarray
    fps: float


@contextmanager
def gulped(
    clip: Path, decoding: Mapping[str, Any], n_frames: int | None = None
) -> Iterator[GulpReader]:
    """The frames of a clip under the uid "clip", as the workflow would have seen them.

    n_frames: how many it has, where that is known.
    """
    with tempfile.TemporaryDirectory() as folder:
        failed = gulp_videos(
            [VideoFile("clip", clip, {}, n_frames)],
            Path(folder, "gulp"),
            fps=decoding["fps"],
            short_side=decoding["short_side"],
            folder_fps=decoding.get("folder_fps"),
            progress=False,
        )
        if failed:
            raise InputError(failed[0].reason)
        yield GulpReader(Path(folder, "gulp"))
