"""The mean output of a model: what it says of the training clips, as its score of no frames."""

from collections.abc import Sequence

import numpy as np
import torch

from playfair.attribution.exact.shapley import exact_values
from playfair.attribution.games.calls import Model
from playfair.attribution.games.from_model import make_game
from playfair.data.stores.feature_store import FeatureStore, sampled_batches
from playfair.errors import InputError


def mean_output(
    model: Model | Sequence[Model],
    store: FeatureStore,
    n_frames: int,
    device: torch.device,
    sampling: str = "integers",
    batch_size: int = 64,
) -> np.ndarray:
    """prior(c) = mean over videos of f_c(n frames of the video), of those that have as many.

    Args:
        model: see `playfair.explain`. store: the features of the training clips. sampling: see
            `sample_frame_idx`. batch_size: videos at a time.

    Returns:
        (C,) float64 that sum to 1.

    Raises:
        InputError: if no video has n_frames frames.
    """
    total: np.ndarray | float = 0.0
    count = 0
    for videos, _, features in sampled_batches(store, n_frames, batch_size, sampling):
        game = make_game(model, torch.from_numpy(features).to(device), "uniform")
        if game.n_max is None:
            whole = torch.arange(n_frames, device=device)[None]
            scores = game.scores(game.outputs(whole))[0]
        else:
            scores = exact_values(game).scores
        total = total + scores.double().cpu().numpy().sum(axis=0)
        count += len(videos)
    if not count:
        raise InputError(
            f"none of the {len(store)} training clips has {n_frames} frames: choose prior: "
            "class_frequency, or fewer n_frames"
        )
    mean: np.ndarray = total / np.sum(total)
    return mean
