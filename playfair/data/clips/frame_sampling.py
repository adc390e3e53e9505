"""Which frames of a video a model sees: the paper's deterministic sampling."""

import numpy as np

from playfair.errors import InputError


def sample_frame_idx(sequence_length: int, n_frames: int) -> np.ndarray:
    """Split a video into `n_frames` equal segments and take the middle frame of each.

    Frame i is ``floor(i * T / n + T / (2 n))`` for a video of T frames,
    computed in integers so that no rounding error can move it.

    Returns:
        (n_frames,) int64, strictly increasing.

    Raises:
        InputError: if the video has fewer than `n_frames` frames.
    """
    if not 1 <= n_frames <= sequence_length:
        raise InputError(
            f"cannot sample {n_frames} frames of a video of {sequence_length}: "
            f"choose between 1 and {sequence_length}"
        )
    segments = np.arange(n_frames, dtype=np.int64)
    return (2 * segments + 1) * sequence_length // (2 * n_frames)


def sample_clip_idx(sequence_length: int, clip_frames: int) -> np.ndarray:
    """As `sample_frame_idx`, for networks that need `clip_frames` frames whatever the video has.

    Of a video with fewer frames some are taken several times in a row.

    Returns:
        (clip_frames,) int64, not decreasing.

    Raises:
        InputError: if the video has no frames.
    """
    if sequence_length < 1:
        raise InputError("cannot sample a video without frames: choose another video")
    segments = np.arange(clip_frames, dtype=np.int64)
    return (2 * segments + 1) * sequence_length // (2 * clip_frames)


def in_elements(clip_idx: np.ndarray, n_elements: int) -> tuple[np.ndarray, np.ndarray]:
    """Frames of clips (..., F) dealt out to n elements of F/n consecutive ones.

    Returns:
        (..., n) the middle frame of each element, and (..., n, F/n) all of them.
    """
    elements = clip_idx.reshape(*clip_idx.shape[:-1], n_elements, -1)
    return elements[..., elements.shape[-1] // 2], elements
