"""Which frames of each clip a network is trained on: drawn at random, differently in each epoch."""

import numpy as np


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
