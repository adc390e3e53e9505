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
    segments: int | None = None,
) -> np.ndarray:
    """`n_frames` different frames of every clip, in their order.

    One frame is drawn uniformly out of each of `n_frames` equal segments, those whose middles the
    deterministic sampling takes; with more `segments` than that, out of each of these, and of those
    frames any `n_frames` are taken, every set of them equally likely: what a head of a multi-scale
    model meets when it is applied to all subsequences of `segments` sampled frames. Clips of fewer
    frames than `segments` have `n_frames` segments. Of the clips, a share `anywhere_share`, drawn
    anew, has any `n_frames` frames of the whole clip instead.

    Args:
        sequence_lengths: (V,) frames, each at least `n_frames`.

    Returns:
        (V, n_frames) int64, each row strictly increasing.
    """
    lengths = np.asarray(sequence_lengths)
    idx = _one_of_each_segment(lengths, n_frames, generator)
    if segments is not None and segments > n_frames:
        more = _one_of_each_segment(np.maximum(lengths, segments), segments, generator)
        chosen = _any_sets(np.full(len(lengths), segments), n_frames, generator)
        some = np.take_along_axis(more, chosen, axis=1)
        idx = np.where(lengths[:, None] >= segments, some, idx)
    anywhere = generator.random(len(lengths)) < anywhere_share
    return np.where(anywhere[:, None], _any_sets(lengths, n_frames, generator), idx)


def _one_of_each_segment(
    lengths: np.ndarray, segments: int, generator: np.random.Generator
) -> np.ndarray:
    """(V, segments) frames, one of each of equal segments of clips of these lengths (V,)."""
    # Rounded to the nearest frame: of all roundings the one that keeps the middles inside.
    edges = (2 * np.arange(segments + 1) * lengths[:, None] + segments) // (2 * segments)
    frame_idx: np.ndarray = generator.integers(edges[:, :-1], edges[:, 1:])
    return frame_idx


def _any_sets(lengths: np.ndarray, size: int, generator: np.random.Generator) -> np.ndarray:
    """(V, size) numbers below each of these lengths (V,), different and in their order."""
    # Those that come first in a random order, after those beyond the end.
    ranks = generator.random((len(lengths), int(lengths.max(initial=0))))
    ranks[np.arange(ranks.shape[1]) >= lengths[:, None]] = np.inf
    return np.sort(np.argsort(ranks, axis=1)[:, :size], axis=1)
