"""Figure: how good sampled ESVs are, and what they cost, by sampler and budget."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib import rcParams
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator

from playfair.evaluation.intervals import mean_interval
from playfair.figures.catalogue import FigureEntry
from playfair.figures.drawing.counts import count_things, count_videos
from playfair.figures.drawing.names import model_title, wrap
from playfair.figures.drawing.paper import paper
from playfair.figures.drawing.style import (
    add_legend,
    add_title,
    count_evaluations_along,
    draw_with_interval,
    letters_in,
    model_looks,
    new_figure,
    say_nothing_to_draw,
    with_look,
)
from playfair.files import read_csv

FIGURE = FigureEntry(
    title="How good are sampled values?",
    category="Sampling",
    order=80,
    needs=("sampling_studies",),
)


@dataclass(frozen=True)
class _Measure:
    title: str
    axis: str
    logarithmic: bool


_MEASURES = {
    "error": _Measure("Error against exact values", "mean |error| / mean |ESV|", True),
    "correlation": _Measure("Correlation with exact values", "Pearson correlation", False),
    "distance": _Measure("Distance to a long run", "mean |error| / mean |ESV|", True),
    "standard_error": _Measure("Standard error", "mean standard error", True),
    "efficiency_gap": _Measure("Efficiency gap", "|prior + ESVs − score|", True),
    "seconds": _Measure("Time", "seconds per video", True),
}
MEASURES = tuple(_MEASURES)
"""Columns of runs that are drawn where they are there, in this order."""
_ROW_HEIGHT, _OTHERS = 1.85, 0.9
_GROUP = ["sequences", "model", "sampler", "budget"]


def sampling_error_table(runs: pd.DataFrame) -> pd.DataFrame:
    """Mean and 95 % interval of every measure by sampler and budget.

    Args:
        runs: one row per sequences, model, sampler, budget, video and repetition, with columns

            - sequences: what was explained, in plain words, such as "16 frames" or "every frame";
            - model, sampler, video: names; budget: evaluations per video;
            - any of error and correlation (with the exact values), distance (to a very long run),
              standard_error, efficiency_gap, seconds (per video); NaN where one is not defined.

    Returns:
        One row per sequences, model, sampler, budget and measure that has a value: these columns
        and video_count, run_count, of videos and repetitions, mean, low, high (mean ± 1.96 standard
        errors over runs). The order of sequences, models and samplers is that of `runs`.
    """
    measures = [measure for measure in MEASURES if measure in runs.columns]
    rows = []
    for key, group in runs.groupby(_GROUP, sort=False):
        names = dict(zip(_GROUP, key, strict=True))
        for measure in measures:
            values = group[measure].to_numpy(dtype=np.float64)
            count = int((~np.isnan(values)).sum())
            if not count:
                continue
            lowest, highest = (-1.0, 1.0) if measure == "correlation" else (0.0, np.inf)
            interval = np.clip(mean_interval(values), lowest, highest)
            mean, low, high = (float(value) for value in interval)
            video_count = group.loc[~np.isnan(values), "video"].nunique()
            summary = {"video_count": video_count, "run_count": count}
            summary |= {"mean": mean, "low": low, "high": high}
            rows.append(names | {"measure": measure} | summary)
    columns = [*_GROUP, "measure", "video_count", "run_count", "mean", "low", "high"]
    return pd.DataFrame(rows, columns=columns)


@with_look
def plot_sampling_error(table: pd.DataFrame) -> Figure:
    """Draw the table of :func:`sampling_error_table`.

    One row of panels per sequences and model, one panel per measure, one line per sampler; the
    budget runs along a logarithmic axis.
    """
    if table.empty:
        return say_nothing_to_draw(new_figure(2.0), "Nothing was sampled.")
    columns = paper().columns(len(_MEASURES), 1.6)
    blocks = list(table.groupby(["sequences", "model"], sort=False))
    heights = [0.3 + _ROW_HEIGHT * -(-rows["measure"].nunique() // columns) for _, rows in blocks]
    drawn = max(1, int((np.cumsum(heights) <= paper().height - _OTHERS).sum()))
    note = f"{drawn} of {len(blocks)} studies, the first" if drawn < len(blocks) else ""
    blocks, heights = blocks[:drawn], heights[:drawn]
    figure = new_figure(_OTHERS + sum(heights))
    looks = model_looks(list(dict.fromkeys(table["sampler"])))
    grid = figure.add_gridspec(drawn, 1, height_ratios=heights)
    lines: dict[str, Line2D] = {}
    for place, ((sequences, model), rows) in enumerate(blocks):
        block = figure.add_subfigure(grid[place])
        block.suptitle(
            wrap(f"{model_title(str(model))}, {sequences}", letters_in(0.8 * paper().width)),
            x=0.01,
            ha="left",
            fontsize=rcParams["axes.titlesize"],
            fontweight="bold",
        )
        measures = [measure for measure in MEASURES if measure in set(rows["measure"])]
        count = min(columns, len(measures))
        panels = block.subplots(-(-len(measures) // count), count, squeeze=False).ravel()
        for axes in panels[len(measures) :]:
            axes.set_visible(False)
        for axes, measure in zip(panels, measures, strict=False):
            for sampler, of_sampler in rows[rows["measure"] == measure].groupby(
                "sampler", sort=False
            ):
                _draw_line(axes, of_sampler.sort_values("budget"), measure, looks[str(sampler)])
                lines.setdefault(str(sampler).replace("_", " "), axes.lines[-1])
            _finish(axes, _MEASURES[measure], sorted(rows["budget"].unique()))
            axes.set_title(wrap(_MEASURES[measure].title, letters_in(paper().width / count - 0.75)))
    add_legend(figure, list(lines.values()), list(lines))
    words = f"{count_videos(*table['video_count'])}, {count_things('run', *table['run_count'])}"
    add_title(figure, FIGURE.title, f"{words} with repetitions", note)
    return figure


def _draw_line(axes: Axes, rows: pd.DataFrame, measure: str, look: dict[str, Any]) -> None:
    if measure == "efficiency_gap":
        # Either rounding or far above it: an interval down to 0 fills a logarithmic axis.
        axes.plot(rows["budget"], rows["mean"], **look)
        return
    draw_with_interval(axes, rows["budget"], rows["mean"], rows["low"], rows["high"], **look)


def _finish(axes: Axes, measure: _Measure, budgets: list[int]) -> None:
    axes.set_ylabel(measure.axis)
    count_evaluations_along(axes)
    axes.set_xlim(budgets[0] / 1.3, budgets[-1] * 1.3)
    if len(budgets) <= 4:
        axes.set_xticks(budgets)
    axes.yaxis.set_major_locator(MaxNLocator(nbins=5))
    values = np.concatenate([np.asarray(line.get_ydata(), dtype=float) for line in axes.lines])
    low, high = np.nanmin(values), np.nanmax(values)
    if measure.logarithmic and low > 0:
        axes.set_yscale("log")
        many_decades = high / low > 1e3
        locator = LogLocator(numticks=5) if many_decades else LogLocator(subs=(1, 2, 5), numticks=7)
        axes.yaxis.set_major_locator(locator)
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.3g}"))
        axes.yaxis.set_minor_locator(NullLocator())


def draw(sampling_studies: Sequence[str]) -> tuple[pd.DataFrame, Figure]:
    """The table and the figure, of the runs of one study per model."""
    table = sampling_error_table(pd.concat([read_csv(path) for path in sampling_studies]))
    return table, plot_sampling_error(table)
