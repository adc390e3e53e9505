"""How many frames keep a prediction, and how many must go to change it, clip by clip."""

import dataclasses
from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from playfair.data.stores.esv_table import EsvTable

KEEP, MUST_GO = MEASURES = ("keep", "must_go")
AT_MOST = ("keep_at_most", "must_go_at_most")
"""Upper bounds of these."""


def tables_with_sets(tables: Mapping[int, EsvTable]) -> Iterator[EsvTable]:
    """Of a model's tables by number of frames, those that come with frame sets, ascending."""
    in_turn = (tables[n_frames] for n_frames in sorted(tables))
    return (table for table in in_turn if table.sufficient_frames is not None)


def frame_set_rows(table: EsvTable) -> pd.DataFrame:
    """The sizes of the smallest sets of frames of every video.

    Returns:
        One row per video: uid, n_frames; outcome ("right", "wrong", "unlabelled"); class_name, the
        true class or, without a label, the predicted one; keep, the fewest frames that alone keep
        the prediction (1..n), and must_go, the fewest whose removal changes it: n where the
        prediction stays as long as one frame does.
    """
    assert table.sufficient_frames is not None and table.necessary_frames is not None
    must_go = table.necessary_frames.sum(axis=1)
    outcome = np.where(table.correct, "right", "wrong")
    return pd.DataFrame(
        {
            "uid": table.uid,
            "n_frames": table.n_frames,
            "outcome": np.where(table.label < 0, "unlabelled", outcome),
            "class_name": table.class_name[table.explained],
            KEEP: table.sufficient_frames.sum(axis=1),
            MUST_GO: np.where(must_go > 0, must_go, table.n_frames),
        }
    )


def sufficient_frame_rows(table: EsvTable) -> pd.DataFrame:
    """The smallest set of frames of every video that keeps the prediction, a row per frame.

    Returns:
        uid, n_frames and frame_idx, which ascends within a video; of a network of whole clips all
        frames of the elements that keep the prediction.
    """
    assert table.sufficient_frames is not None
    frames = table.element_frame_idx
    if frames is None:
        frames = table.frame_idx[:, :, None]
    videos, elements = np.nonzero(table.sufficient_frames)
    rows = pd.DataFrame(
        {
            "uid": np.repeat(table.uid[videos], frames.shape[2]),
            "n_frames": table.n_frames,
            "frame_idx": frames[videos, elements].ravel(),
        }
    )
    # A network of whole clips sees a frame of a short one several times.
    return rows.drop_duplicates(ignore_index=True)


def bound_rows(table: EsvTable, sufficient: np.ndarray, necessary: np.ndarray) -> pd.DataFrame:
    """Upper bounds of the sizes of the smallest sets of every video, with a set that keeps.

    Args:
        sufficient, necessary: (V, n) bool, as
            :func:`playfair.attribution.greedy_sets.greedy_frame_sets` finds them.

    Returns:
        As :func:`frame_set_rows`, but keep_at_most and must_go_at_most in place of keep and
        must_go; frame_idx, the frames of the set that keeps the prediction, with spaces between.
    """
    with_sets = dataclasses.replace(table, sufficient_frames=sufficient, necessary_frames=necessary)
    rows = frame_set_rows(with_sets).rename(columns=dict(zip(MEASURES, AT_MOST, strict=True)))
    kept = zip(table.frame_idx, sufficient, strict=True)
    rows["frame_idx"] = [" ".join(map(str, frames[chosen])) for frames, chosen in kept]
    return rows
