"""Sizes of the smallest sets of frames, by model, number of frames and class, and examples."""

from collections.abc import Collection, Mapping, Sequence

import numpy as np
import pandas as pd

from playfair.data.stores.esv_table import EsvTable
from playfair.evaluation.frame_sets import AT_MOST, KEEP, MEASURES, MUST_GO
from playfair.evaluation.intervals import mean_interval
from playfair.figures.filmstrips import Example, filmstrips_table

_LONGEST_STRIP = 10


def minimal_sets_table(sizes: pd.DataFrame) -> pd.DataFrame:
    """How many videos take how many frames, by model and number of frames, and by class.

    Args:
        sizes: model and the columns of :func:`playfair.evaluation.frame_sets.frame_set_rows`.

    Returns:
        One row per model, n_frames, class, measure ("keep", "must_go") and count (1..n) of frames:
        model, n_frames, class_name ("" for all videos; classes at the largest n_frames of a model
        only), measure, count; share, of video_count videos, of which unlabelled_count have no
        label; mean, the mean count with its 95 % interval low..high, the same in all rows of a
        group.
    """
    parts = []
    for model, of_model in sizes.groupby("model", sort=False):
        largest = of_model["n_frames"].max()
        groups = [("", rows) for _, rows in of_model.groupby("n_frames")]
        groups += list(of_model[of_model["n_frames"] == largest].groupby("class_name"))
        for class_name, rows in groups:
            n_frames = int(rows["n_frames"].iloc[0])
            for measure in MEASURES:
                mean, low, high = mean_interval(rows[measure])
                share = np.bincount(rows[measure], minlength=n_frames + 1)[1:] / len(rows)
                part = {
                    "model": model,
                    "n_frames": n_frames,
                    "class_name": class_name,
                    "measure": measure,
                    "count": np.arange(1, n_frames + 1),
                    "share": share,
                    "mean": float(mean),
                    "low": float(low),
                    "high": float(high),
                    "video_count": len(rows),
                    "unlabelled_count": int((rows["outcome"] == "unlabelled").sum()),
                }
                parts.append(pd.DataFrame(part))
    return pd.concat(parts, ignore_index=True)


def bounds_table(bounds: pd.DataFrame) -> pd.DataFrame:
    """Means of upper bounds of the sizes of sets among every frame.

    Args:
        bounds: model and the columns of :func:`playfair.evaluation.frame_sets.bound_rows`.

    Returns:
        One row per model and measure ("keep_at_most", "must_go_at_most"): model, n_frames ("all"),
        class_name (""), measure, mean with its 95 % interval low..high, video_count,
        unlabelled_count.
    """
    rows = []
    for model, of_model in bounds.groupby("model", sort=False):
        for measure in AT_MOST:
            mean, low, high = mean_interval(of_model[measure])
            row = {"model": model, "n_frames": "all", "class_name": "", "measure": measure}
            row |= {"mean": float(mean), "low": float(low), "high": float(high)}
            row |= {"video_count": len(of_model)}
            row |= {"unlabelled_count": int((of_model["outcome"] == "unlabelled").sum())}
            rows.append(row)
    return pd.DataFrame(rows)


def chosen_examples(sizes: pd.DataFrame) -> list[Example]:
    """A video of few and one of many frames, of all models at their largest number of frames, as
    far as their frames stand in one row.

    The first takes the fewest frames to keep its prediction and, of such, the most to change it;
    the second takes the most to keep it. Predictions are right ones as far as there are any; ties
    go to the first.
    """
    chosen = sizes.groupby("model")["n_frames"].transform(number_to_draw)
    sizes = sizes[sizes["n_frames"] == chosen]
    fair = sizes[sizes["outcome"] != "wrong"]
    sizes = fair if len(fair) else sizes
    few = sizes.sort_values([KEEP, MUST_GO], ascending=[True, False], kind="stable").iloc[0]
    many = sizes.sort_values([KEEP, MUST_GO], ascending=[False, True], kind="stable").iloc[0]
    found = [Example(str(row["model"]), str(row["uid"])) for row in (few, many)]
    return found[:1] if found[0] == found[1] else found


def number_to_draw(numbers: Collection[int]) -> int:
    """Of numbers of frames the largest of which a strip is one row, or the smallest."""
    return max([n for n in numbers if n <= _LONGEST_STRIP] or [min(numbers)])


def sets_of_examples(
    examples: Sequence[Example], tables: Mapping[str, EsvTable], fps: float | None = None
) -> pd.DataFrame:
    """Rows of filmstrips whose `inside` says which frames alone keep the prediction."""
    strips = filmstrips_table(examples, tables, None, fps)
    for place, example in enumerate(examples):
        table = tables[example.model]
        assert table.sufficient_frames is not None
        row = int(np.flatnonzero(table.uid == example.uid)[0])
        rows = strips["example"] == place
        strips.loc[rows, "inside"] = table.sufficient_frames[row].astype(np.float64)
    return strips
