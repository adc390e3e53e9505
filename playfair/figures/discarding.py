"""Figure: what happens to score and accuracy when frames go in the order of their values."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import PercentFormatter

from playfair.evaluation.intervals import bootstrap_interval
from playfair.figures.catalogue import FigureEntry
from playfair.figures.drawing.counts import count_frames, count_videos
from playfair.figures.drawing.methods import method_looks, method_title
from playfair.figures.drawing.names import model_heading
from playfair.figures.drawing.paper import paper
from playfair.figures.drawing.style import (
    INK,
    REFERENCE,
    add_legend,
    add_title,
    count_frames_along,
    draw_with_interval,
    models_to_draw,
    new_figure,
    with_look,
)
from playfair.files import read_csv

FIGURE = FigureEntry(
    title="What happens when frames are discarded?",
    category="Methods",
    order=62,
    needs=("comparison_clips", "comparison_curves", "comparison_costs"),
)
_AREAS = ("score_highest", "score_lowest", "accuracy_highest", "accuracy_lowest")
_ESV = "esv"
_BEST = "best_order"
_PANEL_HEIGHT = 2.3
_FOUR_PANELS = 6.0
"""Inches from which on the four panels of a model stand in one row."""
_EXPLAINED = ("true", "predicted")


def discarding_table(clips: pd.DataFrame, costs: pd.DataFrame) -> pd.DataFrame:
    """Areas under the curves of all methods, and what the methods cost.

    Args:
        clips: model, n_frames and the columns of `playfair.evaluation.comparison.clip_table`.
        costs: model, n_frames and the columns of `playfair.evaluation.comparison.measure_costs`.

    Returns:
        One row per model, n_frames, explained class ("true" or "predicted") and method: model,
        n_frames, explained, method, video_count; of the area under the score of the explained class
        with the highest values discarded first (score_highest, the less the better) or the lowest
        (score_lowest, the more the better), and of that under the accuracy (accuracy_highest,
        accuracy_lowest), each: the mean over clips, its 95 % bootstrap interval (_low, _high), and
        the paired difference to ESVs on the same clips (_to_esv, _to_esv_low, _to_esv_high);
        evaluations and seconds per clip, and on how many clips they were taken (timed_count).
    """
    rows = []
    for (model, n_frames, explained), group in clips.groupby(
        ["model", "n_frames", "explained"], sort=False
    ):
        methods = list(dict.fromkeys(group["method"]))
        by_clip = group.set_index(["uid", "method"])[list(_AREAS)].unstack("method")
        areas = np.stack([by_clip[area][methods].to_numpy() for area in _AREAS], axis=2)
        esv = areas[:, [methods.index(_ESV)]]
        mean, low, high = bootstrap_interval(np.stack([areas, areas - esv], axis=3))
        for m, method in enumerate(methods):
            row = {"model": model, "n_frames": n_frames, "explained": explained, "method": method}
            row["video_count"] = int((~np.isnan(areas[:, m, 0])).sum())
            for a, area in enumerate(_AREAS):
                for difference, name in enumerate((area, f"{area}_to_esv")):
                    row[name] = mean[m, a, difference]
                    row[f"{name}_low"] = low[m, a, difference]
                    row[f"{name}_high"] = high[m, a, difference]
            rows.append(row)
    return pd.DataFrame(rows).merge(costs, how="left", on=["model", "n_frames", "method"])


@with_look
def plot_discarding(table: pd.DataFrame, curves: pd.DataFrame) -> Figure:
    """Draw the table of :func:`discarding_table`, and curves of the most frames.

    A row per model. Left: the score of the true class as frames go, the upper lines with the lowest
    values first, the lower with the highest. Middle: the areas under these curves, and under those
    of the predicted class when that is explained. Right: accuracy as the frames of the lowest ESVs
    go, with the true or the predicted class explained.

    Args:
        curves: model, n_frames and the columns of `playfair.evaluation.comparison.curve_table`.
    """
    table = table[table["n_frames"] == table["n_frames"].max()]
    curves = curves[curves["n_frames"] == curves["n_frames"].max()]
    models, methods = (list(dict.fromkeys(table[name])) for name in ("model", "method"))
    looks = method_looks(methods)
    one_row = paper().width > _FOUR_PANELS
    ratios = [1.25, 0.9, 0.9, 1.15] if one_row else [1.0, 1.0]
    row_count = 4 // len(ratios)
    others = 1.0 + 0.15 * len(methods) / (3 if one_row else 2)
    models, note = models_to_draw(
        models, paper().rows(len(models), row_count * _PANEL_HEIGHT, others)
    )
    figure = new_figure(others + row_count * _PANEL_HEIGHT * len(models))
    panels = figure.subplots(
        len(models) * row_count, len(ratios), squeeze=False, width_ratios=ratios
    ).reshape(len(models), 4)
    if not one_row:
        # Both areas below the curves, side by side.
        panels = panels[:, [0, 2, 3, 1]]
    for axes, model in zip(panels, models, strict=True):
        of_model, its_curves = table[table["model"] == model], curves[curves["model"] == model]
        # Without labels there is the predicted class only.
        explained = [one for one in _EXPLAINED if (of_model["explained"] == one).any()]
        _draw_scores(axes[0], its_curves[its_curves["explained"] == explained[0]], looks)
        axes[0].set_title(f"score of the\n{explained[0]} class")
        axes[0].set_ylabel(model_heading(model), fontweight="bold")
        for place, of_class in enumerate(_EXPLAINED):
            rows = of_model[of_model["explained"] == of_class]
            _draw_areas(axes[1 + place], rows, methods, looks, named=place == 0)
            axes[1 + place].set_title(f"area under it,\n{of_class} class")
        axes[2].sharex(axes[1])
        _draw_accuracy(axes[3], its_curves)
    handles = [Line2D([], [], **looks[method]) for method in methods if method != _BEST]
    labels = [method_title(method) for method in methods if method != _BEST]
    of_accuracy = panels[0, 3].get_legend_handles_labels()
    handles, labels = handles + of_accuracy[0], labels + of_accuracy[1]
    add_legend(figure, handles, labels, handlelength=2.4)
    words = f"{count_videos(*table['video_count'])}, {count_frames(*table['n_frames'])}"
    add_title(figure, FIGURE.title, words, note)
    return figure


def _draw_scores(axes: Axes, curves: pd.DataFrame, looks: dict[str, Any]) -> None:
    for (method, _), rows in curves.groupby(["method", "first"], sort=False):
        look = {**looks[str(method)], "marker": "", "linewidth": 1.2}
        axes.plot(rows["discarded"], rows["score"], **look)
    axes.set_ylim(0, 1.03)
    axes.set_xlabel("frames discarded")
    count_frames_along(axes, 0, int(curves["discarded"].max()))


def _draw_areas(
    axes: Axes, rows: pd.DataFrame, methods: Sequence[str], looks: dict[str, Any], named: bool
) -> None:
    """A line per method: both areas, with their intervals; the less and the more the better."""
    for place, method in enumerate(methods):
        for _, row in rows[rows["method"] == method].iterrows():
            for order, face in (("highest", "white"), ("lowest", None)):
                name = f"score_{order}"
                colour = looks[method]["color"]
                axes.hlines(place, row[f"{name}_low"], row[f"{name}_high"], color=colour)
                look = {"color": colour, "marker": looks[method]["marker"], "markersize": 5}
                if face and look["marker"] not in "x+|":
                    look["markerfacecolor"] = face
                axes.plot(row[name], place, linestyle="", **look)
    axes.set_yticks(range(len(methods)), [method_title(one) for one in methods] if named else [])
    axes.set_ylim(len(methods) - 0.5, -0.5)
    axes.set_xlim(0, 1)
    axes.grid(axis="x")
    if rows.empty:
        axes.text(0.5, 0.5, "no labels", transform=axes.transAxes, ha="center", color=REFERENCE)


def _draw_accuracy(axes: Axes, curves: pd.DataFrame) -> None:
    """Accuracy as the lowest ESVs go, which needs labels, and as frames go at random."""
    lines: tuple[tuple[str, str, dict[str, Any]], ...] = (
        ("esv", "true", {"color": INK}),
        ("esv", "predicted", {"color": INK, "linestyle": (0, (4, 2))}),
        ("uniform", "predicted", {"color": REFERENCE, "linestyle": (0, (1, 1.5))}),
    )
    names = ("true class explained", "predicted class explained", "")
    for (method, explained, look), name in zip(lines, names, strict=True):
        rows = curves[
            (curves["method"] == method)
            & (curves["explained"] == explained)
            & (curves["first"] == "lowest")
        ].dropna(subset=["accuracy"])
        if len(rows):
            columns = (rows[f"accuracy{suffix}"] for suffix in ("", "_low", "_high"))
            draw_with_interval(axes, rows["discarded"], *columns, label=name, **look)
    axes.set_title("Accuracy,\nlowest ESVs first")
    axes.set_ylim(0, 1.03)
    axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0, symbol=" %"))
    axes.set_xlabel("frames discarded")
    count_frames_along(axes, 0, int(curves["discarded"].max()) - 1)


def draw(
    comparison_clips: Sequence[str],
    comparison_curves: Sequence[str],
    comparison_costs: Sequence[str],
) -> tuple[pd.DataFrame, Figure]:
    """The table and the figure."""
    clips, curves, costs = (
        pd.concat([read_csv(path) for path in paths], ignore_index=True)
        for paths in (comparison_clips, comparison_curves, comparison_costs)
    )
    table = discarding_table(clips, costs)
    return table, plot_discarding(table, curves)
