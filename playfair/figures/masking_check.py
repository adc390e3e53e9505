"""Figure: accuracy and score of networks of whole clips by the number of elements that are kept."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from playfair.evaluation.intervals import mean_interval
from playfair.figures.catalogue import FigureEntry
from playfair.figures.drawing.counts import count_videos
from playfair.figures.drawing.names import model_heading
from playfair.figures.drawing.paper import paper
from playfair.figures.drawing.style import (
    add_legend,
    add_title,
    count_frames_along,
    draw_with_interval,
    model_looks,
    models_to_draw,
    new_figure,
    say_nothing_to_draw,
    with_look,
)
from playfair.files import read_csv

FIGURE = FigureEntry(
    title="Is the answer to masked clips worth anything?",
    category="Models",
    order=45,
    needs=("masking_checks",),
)
_HEIGHT = 2.3


def masking_check_table(runs: pd.DataFrame) -> pd.DataFrame:
    """Accuracy and score of the class by model, stand-in and number of elements kept.

    Args:
        runs: model and the columns of :func:`playfair.evaluation.masking_check.check_masking`.

    Returns:
        One row per model, fill and kept: model, fill, kept, video_count, unlabelled_count (whose
        class is the one predicted for the whole clip); accuracy and score, means over clips with
        95 % intervals accuracy_low..accuracy_high and score_low..score_high.
    """
    rows = []
    for (model, fill, kept), group in runs.groupby(["model", "fill", "kept"], sort=False):
        row = {"model": model, "fill": fill, "kept": kept, "video_count": len(group)}
        row["unlabelled_count"] = int((~group["is_labelled"].astype(bool)).sum())
        for measure in ("accuracy", "score"):
            mean, low, high = mean_interval(group[measure].to_numpy())
            row[measure] = float(mean)
            row[f"{measure}_low"] = float(np.clip(low, 0, 1))
            row[f"{measure}_high"] = float(np.clip(high, 0, 1))
        rows.append(row)
    return pd.DataFrame(rows)


@with_look
def plot_masking_check(table: pd.DataFrame) -> Figure:
    """Draw the table of :func:`masking_check_table`: a row per model, a line per stand-in."""
    models = list(dict.fromkeys(table["model"])) if len(table) else []
    if not models:
        return say_nothing_to_draw(new_figure(2.0), "There are no clips to ask a network about.")
    looks = model_looks(list(dict.fromkeys(table["fill"])))
    columns = paper().columns(2, 2.6)
    row_count = 2 // columns
    models, note = models_to_draw(models, paper().rows(len(models), _HEIGHT * row_count, 1.0))
    figure = new_figure(1.0 + _HEIGHT * row_count * len(models))
    panels = figure.subplots(len(models) * row_count, columns, squeeze=False, sharey=True)
    panels = panels.reshape(len(models), 2)
    for axes_of_model, model in zip(panels, models, strict=True):
        of_model = table[table["model"] == model]
        for axes, measure in zip(axes_of_model, ("accuracy", "score"), strict=True):
            for fill, rows in of_model.groupby("fill", sort=False):
                draw_with_interval(
                    axes,
                    rows["kept"],
                    rows[measure],
                    rows[f"{measure}_low"],
                    rows[f"{measure}_high"],
                    label=str(fill),
                    **looks[str(fill)],
                )
            axes.set_ylim(0, 1.03)
            axes.set_xlabel("number of elements that are kept")
            count_frames_along(axes, 1, int(of_model["kept"].max()))
        name = model_heading(model, 40)
        axes_of_model[0].set_title(f"{name}:\nhow often the class wins")
        axes_of_model[0].set_ylabel("accuracy")
        axes_of_model[0].yaxis.set_major_formatter(PercentFormatter(1, decimals=0, symbol=" %"))
        axes_of_model[1].set_title(f"{name}:\nscore of the class")
        axes_of_model[1].tick_params(labelleft=True)
    handles, labels = panels[0, 0].get_legend_handles_labels()
    add_legend(figure, handles, labels)
    add_title(figure, FIGURE.title, count_videos(*table["video_count"]), note)
    return figure


def draw(masking_checks: Sequence[str]) -> tuple[pd.DataFrame, Figure]:
    """The table and the figure, of runs called masking_check_runs_<model>.csv."""
    runs = [
        read_csv(path).assign(model=Path(path).stem.removeprefix("masking_check_runs_"))
        for path in masking_checks
    ]
    table = masking_check_table(pd.concat(runs, ignore_index=True))
    return table, plot_masking_check(table)
