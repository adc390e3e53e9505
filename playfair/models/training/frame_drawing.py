"""Which clips a network is trained on, and which of their frames: others in each epoch."""

import numpy as np

from playfair.data.clips.frame_sampling import sample_frame_idx
from playfair.errors import InputError


def usable_clips(
    sequence_lengths: np.ndarray, labels: np.ndarray, n_frames: int, class_count: int
) -> np.ndarray:
    """Positions of the clips with a label and at least `n_frames` frames.

    Args:
        sequence_lengths: (V,) frames. labels: (V,) classes, -1 where unknown.

    Raises:
        InputError: a label is no class from 0 to class_count - 1.
    """
    if len(labels) and labels.max() >= class_count:
        raise InputError(
            f"A clip has the class {labels.max()}, expected 0 to {class_count - 1}, "
            f"or -1 where it is unknown."
        )
    return np.flatnonzero((sequence_lengths >= n_frames) & (labels >= 0))


def no_usable_clip(
    split: str, sequence_lengths: np.ndarray, labels: np.ndarray, n_frames: int
) -> InputError:
    """The error for a split without a usable clip, with what was found in its place."""
    return InputError(
        f"None of the {len(labels)} {split} clips has a label and at least {n_frames} frames "
        f"({int((labels >= 0).sum())} have a label, the longest has "
        f"{int(sequence_lengths.max(initial=0))} frames): train with fewer frames or other clips."
    )


def middle_frame_idx(sequence_lengths: np.ndarray, n_frames: int) -> np.ndarray:
    """Frames (V, n_frames) of the deterministic sampling, for clips of at least `n_frames`."""
    rows = [sample_frame_idx(int(length), n_frames) for length in sequence_lengths]
    return np.array(rows, dtype=np.int64).reshape(len(rows), n_frames)


def draw_frame_idx(
    sequence_lengths: np.ndarray,
    n_frames: int,
    generator: np.random.Generator,
    anywhere_share: float = 0.0,
) -> np.ndarray:
    """`n_frames` different frames of every clip, in their order.

    One frame is drawn uniformly out of each of `n_frames` equal segments, those whose middles the
    deterministic sampling takes. Of the clips, a share `anywhere_share`, drawn anew, has any
    `n_frames` frames instead, every set of them equally likely: what a head of a multi-scale model
    meets when it is applied to all subsequences.

    Args:
        sequence_lengths: (V,) frames, each at least `n_frames`.

    Returns:
        (V, n_frames) int64, each row strictly increasing.
    """
    lengths = np.asarray(sequence_lengths)
    # Rounded to the nearest frame: of all roundings the one that keeps the middles inside.
    edges = (2 * np.arange(n_frames + 1) * lengths[:, None] + n_frames) // (2 * n_frames)
    idx = generator.integers(edges[:, :-1], edges[:, 1:])
    anywhere = generator.random(len(lengths)) < anywhere_share
    # A random set: the frames that come first in a random order, after those beyond the end.
    ranks = generator.random((len(lengths), int(lengths.max(initial=0))))
    ranks[np.arange(ranks.shape[1]) >= lengths[:, None]] = np.inf
    sets = np.sort(np.argsort(ranks, axis=1)[:, :n_frames], axis=1)
    return np.where(anywhere[:, None], sets, idx)
