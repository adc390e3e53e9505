"""Does the order of frames matter to a model? What it says of them reversed and shuffled."""

import zlib
from collections.abc import Sequence

import numpy as np
import pandas as pd

from playfair.data.stores.esv_table import EsvTable

AS_IS, REVERSED, SHUFFLED = ORDERS = ("as_is", "reversed", "shuffled")


def drawn_orders(uid: Sequence[str], n_frames: int, seed: int) -> dict[str, np.ndarray]:
    """Which frame stands at each place: (V, n) int64 by order, reversed and shuffled.

    A video is shuffled by its uid and the seed, with all orders equally likely, the given one too.
    """
    backwards = np.tile(np.arange(n_frames)[::-1], (len(uid), 1))
    generators = (np.random.default_rng([seed, zlib.crc32(one.encode())]) for one in uid)
    shuffled = [generator.permutation(n_frames) for generator in generators]
    return {REVERSED: backwards, SHUFFLED: np.reshape(shuffled, backwards.shape)}


def follow_frames(esv: np.ndarray, order: np.ndarray) -> np.ndarray:
    """ESVs by place (V, n, C) -> by frame, as frames stand without reordering.

    order: (V, n), which frame stood at each place.
    """
    followed = np.empty_like(esv)
    np.put_along_axis(followed, order[:, :, None], esv, axis=1)
    return followed


def order_rows(
    own: EsvTable, videos: np.ndarray, order: str, scores: np.ndarray, esv: np.ndarray
) -> pd.DataFrame:
    """What a model says of some videos in one order, and how its ESVs follow their frames.

    Args:
        own: scores and ESVs of the frames as they are. videos: (V,), rows of `own`.
        scores: (V, C) in that order. esv: (V, n, C), by frame (see :func:`follow_frames`).

    Returns:
        One row per video and frame: uid, order, n_frames, is_labelled; is_right, whether the
        highest score is the true class's; keeps_prediction, whether it is that of the frames as
        they are; score of the explained class (the true one or, without a label, the one predicted
        of the frames as they are); position (1..n, as they are) and esv for that class.
    """
    explained, n_frames = own.explained[videos], own.n_frames
    chosen = explained[:, None, None]
    predicted = scores.argmax(axis=1)
    of_video = {
        "uid": own.uid[videos],
        "order": order,
        "n_frames": n_frames,
        "is_labelled": own.label[videos] >= 0,
        "is_right": predicted == own.label[videos],
        "keeps_prediction": predicted == own.predicted[videos],
        "score": np.take_along_axis(scores, chosen[:, 0], axis=1)[:, 0],
    }
    rows = pd.DataFrame(of_video).loc[np.repeat(np.arange(len(videos)), n_frames)]
    value = np.take_along_axis(esv, chosen, axis=2)
    rows["position"] = np.tile(np.arange(1, n_frames + 1), len(videos))
    rows["esv"] = value.ravel()
    return rows.reset_index(drop=True)
