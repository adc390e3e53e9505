"""Tables: what a model says of every subset of a video's frames, in any order of them."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import ArrayLike

from playfair.attribution.exact.shapley import exact_values
from playfair.attribution.exact.subset_scores import subset_scores
from playfair.attribution.games.calls import Model
from playfair.attribution.games.from_model import make_game
from playfair.attribution.result import Score
from playfair.dashboard.packed_tables import (
    MOST_COLUMNS,
    MOST_FRAMES_OF_ALL_CLASSES,
    Table,
    table_of_scores,
)
from playfair.data.clips.frame_sampling import sample_frame_idx
from playfair.data.stores.feature_store import FeatureStore


class TableMaker:
    """Makes the tables of one model from the features of its videos, in one file or several.

    Args:
        heads: see `playfair.models.heads.loading.load_heads`. priors: (C,).
        frame_sampling: of the run, see `sample_frame_idx`. score: its unit, see `Score`.
    """

    def __init__(
        self,
        heads: Model | Sequence[Model],
        priors: ArrayLike,
        stores: Sequence[FeatureStore],
        frame_sampling: str = "integers",
        score: Score = "probability",
    ):
        self._heads = heads
        self._priors = np.asarray(priors)
        self._frame_sampling = frame_sampling
        self._score: Score = score
        # Of a video in several files the first counts.
        self._row = {
            uid: (store, row) for store in reversed(stores) for row, uid in enumerate(store.uid)
        }

    def __contains__(self, uid: str) -> bool:
        return uid in self._row

    def table(
        self,
        uid: str,
        n_frames: int,
        order: Sequence[int] = (),
        wanted: Sequence[int] = (),
        most: int = MOST_COLUMNS,
    ) -> Table:
        """The table of a stored video.

        Args:
            order: which of the sampled frames stands at each place; by default as they are.
            wanted: classes that the table shall have in any case. most: classes of a table.
        """
        store, row = self._row[uid]
        features = store.features(row)
        frame_idx = sample_frame_idx(len(features), n_frames, self._frame_sampling)
        if order:
            frame_idx = frame_idx[list(order)]
        chosen = np.ascontiguousarray(features[frame_idx])
        return make_table(self._heads, self._priors, chosen, frame_idx, wanted, most, self._score)


def make_table(
    heads: Model | Sequence[Model],
    priors: np.ndarray,
    features: np.ndarray,
    frame_idx: np.ndarray,
    wanted: Sequence[int] = (),
    most: int = MOST_COLUMNS,
    score: Score = "probability",
) -> Table:
    """The table of one video, features (n, D) in the order in which the model sees them.

    Up to `MOST_FRAMES_OF_ALL_CLASSES` frames its classes are those of `table_of_scores`; beyond,
    the wanted ones and the predicted one.
    """
    game = make_game(heads, torch.from_numpy(features)[None], priors, score)
    if len(features) <= MOST_FRAMES_OF_ALL_CLASSES:
        whole = exact_values(game, keep_table=True).table
        assert whole is not None
        return table_of_scores(whole[0].numpy(), frame_idx, wanted, most)
    classes = np.array(list(dict.fromkeys(wanted)) or [int(np.argmax(priors))])
    found = subset_scores(game, torch.from_numpy(classes))
    scores, top, top_score = found.table[0], found.top[0], found.top_score[0]
    return Table(frame_idx, classes, scores.numpy(), top.numpy(), top_score.numpy())
