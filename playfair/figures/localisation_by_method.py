"""Figure: which attribution methods point at the frames that are known to carry the evidence."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from playfair.evaluation.intervals import bootstrap_interval
from playfair.figures.catalogue import FigureEntry
from playfair.figures.drawing.counts import count_videos
from playfair.figures.drawing.methods import method_looks, method_title
from playfair.figures.drawing.names import model_heading
from playfair.figures.drawing.paper import paper
from playfair.figures.drawing.style import (
    INK,
    add_legend,
    add_title,
    models_to_draw,
    new_figure,
    say_nothing_to_draw,
    with_look,
)
from playfair.files import read_csv

FIGURE = FigureEntry(
    title="Which methods point at the evidence?",
    category="Methods",
    order=64,
    needs=("comparison_clips", "ground_truth"),
)
_MEASURES = {
    "auroc": "evidence above\nothers (AUROC)",
    "average_precision": "average\nprecision",
    "mass_inside": "positive values\non evidence",
    "largest_inside": "largest value\non evidence",
}
ALL_CLASSES = "(all)"
"""In the column class_name: the row is about clips of any class."""


def localisation_by_method_table(clips: pd.DataFrame) -> pd.DataFrame:
    """The measures of localisation of all methods, over all clips and by class.

    Args:
        clips: model, n_frames and the columns of `playfair.evaluation.comparison.clip_table`. Of
            clips without a label the predicted class is explained, and no model is right.

    Returns:
        One row per n_frames, clips, class_name (`ALL_CLASSES`, or one), model and method: clips is
        "all", or "right" for those that all models get right; video_count; and of auroc,
        average_precision, mass_inside and largest_inside each the mean over clips and its 95 %
        bootstrap interval (_low, _high).
    """
    labelled = clips["class_name"].notna()
    chosen = clips["explained"].eq("true") | (~labelled & clips["explained"].eq("predicted"))
    clips = clips[chosen].dropna(subset=["auroc", "average_precision"], how="all")
    rows: list[dict[str, Any]] = []
    for n_frames, group in clips.groupby("n_frames"):
        all_right = group.groupby("uid")["is_right"].transform("all").astype(bool)
        for name, of_clips in (("all", group), ("right", group[all_right])):
            by_class = of_clips.groupby("class_name")
            for class_name, part in ((ALL_CLASSES, of_clips), *by_class):
                for model, one in part.groupby("model", sort=False):
                    key = {"n_frames": n_frames, "clips": name, "class_name": class_name}
                    rows += [{**key, "model": model, **row} for row in _summarise(one)]
    return pd.DataFrame(rows)


def _summarise(clips: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """A row for each method: the measures over some clips of one model."""
    methods = list(dict.fromkeys(clips["method"]))
    by_clip = clips.set_index(["uid", "method"])[list(_MEASURES)].unstack("method")
    values = np.stack([by_clip[measure][methods].to_numpy() for measure in _MEASURES], axis=2)
    mean, low, high = bootstrap_interval(values)
    for m, method in enumerate(methods):
        row = {"method": method, "video_count": int((clips["method"] == method).sum())}
        for place, measure in enumerate(_MEASURES):
            row[measure] = mean[m, place]
            row[f"{measure}_low"], row[f"{measure}_high"] = low[m, place], high[m, place]
        yield row


@with_look
def plot_localisation_by_method(table: pd.DataFrame) -> Figure:
    """Draw the table of :func:`localisation_by_method_table` at the most frames, all classes.

    A row per model, a panel per measure, a line per method. Filled: the clips that all models get
    right; hollow: all clips.
    """
    if table.empty:
        return say_nothing_to_draw(new_figure(2.0), "The ground truth names none of the videos.")
    table = table[table["n_frames"].eq(table["n_frames"].max())]
    table = table[table["class_name"] == ALL_CLASSES]
    models, methods = (list(dict.fromkeys(table[name])) for name in ("model", "method"))
    looks = method_looks(methods)
    columns = 4 if paper().width > 6 else 2
    rows = len(_MEASURES) // columns
    row_height = 0.5 + 0.22 * len(methods)
    models, note = models_to_draw(models, paper().rows(len(models), row_height * rows, 1.3))
    figure = new_figure(1.3 + row_height * rows * len(models))
    panels = figure.subplots(len(models) * rows, columns, squeeze=False, sharey=True)
    panels = panels.reshape(len(models), len(_MEASURES))
    for axes_of_model, model in zip(panels, models, strict=True):
        for axes, measure in zip(axes_of_model, _MEASURES, strict=True):
            _draw_measure(axes, table[table["model"] == model], measure, methods, looks)
        axes_of_model[0].set_ylabel(model_heading(model), fontweight="bold")
    titled = panels[:1] if rows == 1 else panels
    for axes, title in zip(titled.T, _MEASURES.values(), strict=True):
        for one in axes:
            one.set_title(title)
    counts = {name: count_videos(*rows["video_count"]) for name, rows in table.groupby("clips")}
    marker: dict[str, Any] = {"color": INK, "linestyle": "", "marker": "o"}
    handles = [Line2D([], [], **marker), Line2D([], [], **marker, markerfacecolor="white")]
    labels = [
        f"{counts.get('right', count_videos(0))} that all models get right",
        f"all {counts['all']}",
    ]
    add_legend(figure, handles, labels)
    add_title(figure, FIGURE.title, f"true class, {table['n_frames'].iloc[0]} frames", note)
    return figure


def _draw_measure(
    axes: Axes, table: pd.DataFrame, measure: str, methods: Sequence[str], looks: dict[str, Any]
) -> None:
    for place, method in enumerate(methods):
        colour = looks[method]["color"]
        for clips, offset, face in (("right", -0.14, colour), ("all", 0.14, "white")):
            row = table[(table["method"] == method) & (table["clips"] == clips)]
            if row.empty:
                continue
            low, high = row[f"{measure}_low"].iloc[0], row[f"{measure}_high"].iloc[0]
            axes.hlines(place + offset, low, high, color=colour, linewidth=1.0)
            axes.plot(
                row[measure].iloc[0],
                place + offset,
                color=colour,
                marker="o",
                markersize=3.5,
                markerfacecolor=face,
                linestyle="",
            )
    axes.set_yticks(range(len(methods)), [method_title(method) for method in methods])
    axes.set_ylim(len(methods) - 0.5, -0.5)
    axes.set_xlim(0, 1.06)
    axes.grid(axis="x")


def draw(comparison_clips: Sequence[str], ground_truth: str) -> tuple[pd.DataFrame, Figure]:
    """The table and the figure; the ground truth is in the tables already."""
    clips = pd.concat([read_csv(path) for path in comparison_clips], ignore_index=True)
    table = localisation_by_method_table(clips)
    return table, plot_localisation_by_method(table)
