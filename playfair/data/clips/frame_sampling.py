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
