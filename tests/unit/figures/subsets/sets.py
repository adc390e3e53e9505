"""Stand-ins for tables that come with interactions and frame sets."""

import dataclasses

import numpy as np
import pandas as pd

from tests.unit.figures.stand_in import esv_table


def with_sets(model, n_frames=8, **options):
    """A stand-in whose sets are drawn: never empty, but of frames to remove now and then."""
    table = esv_table(model, n_frames, **options)
    generator = np.random.default_rng([n_frames, sum(map(ord, model))])
    shape = len(table.uid), n_frames
    pairs = generator.normal(size=(shape[0], 2, n_frames, n_frames)) / 10
    pairs += pairs.swapaxes(2, 3)
    pairs[..., np.arange(n_frames), np.arange(n_frames)] = 0
    keeps = generator.random(shape) < 0.3
    keeps[np.arange(shape[0]), generator.integers(n_frames, size=shape[0])] = True
    return dataclasses.replace(
        table,
        interactions=pairs.astype(np.float32),
        sufficient_frames=keeps,
        necessary_frames=generator.random(shape) < 0.2,
    )


def small_sizes():
    """Sizes of the sets of four videos, as `frame_set_rows` gives them, with their model."""
    rows = [
        ("trn", "a", 1, "right", "up", 1, 1),
        ("trn", "a", 3, "right", "up", 1, 1),
        ("trn", "b", 3, "right", "up", 2, 3),
        ("trn", "c", 3, "wrong", "down", 3, 1),
        ("trn", "d", 3, "unlabelled", "down", 1, 2),
    ]
    columns = ["model", "uid", "n_frames", "outcome", "class_name", "keep", "must_go"]
    return pd.DataFrame(rows, columns=columns)
