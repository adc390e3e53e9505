"""Figure: the paper's sampler by its two options, ours at as many evaluations, and exact values."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib import rcParams
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator

from playfair.evaluation.intervals import mean_interval
from playfair.evaluation.sampling_study import EXACT, OUR_SAMPLER, PAPER_SAMPLER
from playfair.figures.catalogue import FigureEntry
from playfair.figures.drawing.counts import count_frames, count_videos
from playfair.figures.drawing.names import model_title, wrap
from playfair.figures.drawing.paper import paper
from playfair.figures.drawing.style import (
    REFERENCE,
    add_legend,
    add_title,
    count_evaluations_along,
    draw_with_interval,
    letters_in,
    model_looks,
    models_to_draw,
    new_figure,
    say_nothing_to_draw,
    with_look,
)
from playfair.figures.esv_by_position import lengths_to_draw
from playfair.files import read_csv

FIGURE = FigureEntry(
    title="When does sampling pay?",
    category="Sampling",
    order=81,
    needs=("approximation_studies",),
)

MEASURES = {
    "error": "relative error",
    "correlation": "correlation",
    "seconds": "seconds per video",
}
_SETTING = ["model", "n_frames", "sampler", "samples_per_scale", "iterations"]
_MOST_MODELS = 2
_PANEL, _ABOVE = 1.3, 0.45


def approximation_table(runs: pd.DataFrame) -> pd.DataFrame:
    """Mean and 95 % interval of every measure by model, number of frames, sampler and its options.

    Args:
        runs: model and the columns of :func:`playfair.evaluation.study_approximation`.

    Returns:
        One row per model, n_frames, sampler, samples_per_scale, iterations and measure (error,
        correlation, seconds) that has a value: these, evaluations per video, run_count, mean, low
        and high (mean ± 1.96 standard errors over videos and repetitions).
    """
    rows = []
    for key, group in runs.groupby(_SETTING, sort=False):
        setting = dict(zip(_SETTING, key, strict=True))
        setting["evaluations"] = group["evaluations"].mean()
        for measure in MEASURES:
            values = group[measure].to_numpy(dtype=np.float64)
            values = values[~np.isnan(values)]
            if len(values):
                mean, low, high = (float(value) for value in mean_interval(values))
                summary = {"run_count": len(values), "mean": mean, "low": low, "high": high}
                rows.append(setting | {"measure": measure} | summary)
    columns = [*_SETTING, "evaluations", "measure", "run_count", "mean", "low", "high"]
    return pd.DataFrame(rows, columns=columns)


@with_look
def plot_approximation(table: pd.DataFrame, video_count: int) -> Figure:
    """Draw the table of :func:`approximation_table`, of `video_count` videos.

    A row of panels per measure, a column per number of frames; evaluations run along a logarithmic
    axis on which exact values stand, too. Of more than two models the first two are drawn, and on
    narrow paper three numbers of frames.
    """
    models = list(dict.fromkeys(table["model"]))
    if not models:
        reason = "No video has as many frames as the study asks for."
        return say_nothing_to_draw(new_figure(2.0), reason)
    drawn, note = models_to_draw(models, _MOST_MODELS)
    figure = new_figure(0.9 + (_ABOVE + _PANEL * len(MEASURES)) * len(drawn))
    iterations = sorted(set(table["iterations"]) - {0})
    names = {count: f"{PAPER_SAMPLER}, {_iterations(count)}" for count in iterations}
    looks = model_looks([OUR_SAMPLER, *names.values()])
    blocks = figure.subfigures(len(drawn), 1, squeeze=False)[:, 0]
    for block, model in zip(blocks, drawn, strict=True):
        title = wrap(model_title(str(model)), letters_in(0.8 * paper().width))
        size = rcParams["axes.titlesize"]
        block.suptitle(title, x=0.01, ha="left", fontsize=size, fontweight="bold")
        _draw_model(block, table[table["model"] == model], names, looks)
    lines: dict[str, Any] = {}
    for axes in figure.axes:
        for line, label in zip(*axes.get_legend_handles_labels(), strict=True):
            lines.setdefault(label, line)
    add_legend(figure, list(lines.values()), list(lines))
    add_title(figure, FIGURE.title, count_videos(video_count), note)
    return figure


def _iterations(count: int) -> str:
    return "1 iteration" if count == 1 else f"{count} iterations"


def _draw_model(
    block: SubFigure, rows: pd.DataFrame, names: dict[int, str], looks: dict[str, Any]
) -> None:
    lengths = lengths_to_draw(sorted(rows["n_frames"].unique()), paper().columns(4, 1.4))
    panels = block.subplots(len(MEASURES), len(lengths), squeeze=False, sharex="col", sharey="row")
    for line, (measure, axis) in enumerate(MEASURES.items()):
        of_measure = rows[rows["measure"] == measure]
        for place, n_frames in enumerate(lengths):
            axes = panels[line, place]
            of_length = of_measure[of_measure["n_frames"] == n_frames]
            for count, name in names.items():
                papers = of_length[of_length["sampler"] == PAPER_SAMPLER]
                _draw_line(axes, papers[papers["iterations"] == count], looks[name], name)
            ours = of_length[of_length["sampler"] == OUR_SAMPLER]
            _draw_line(axes, ours, looks[OUR_SAMPLER], OUR_SAMPLER)
            _draw_exact(axes, of_length[of_length["sampler"] == EXACT], measure)
            _finish(axes, measure, log=measure != "correlation")
            if place == 0:
                axes.set_ylabel(axis)
            if line == 0:
                axes.set_title(count_frames(int(n_frames)))
        panels[line, 0].yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.3g}"))


def _draw_line(axes: Axes, rows: pd.DataFrame, look: dict[str, Any], label: str) -> None:
    rows = rows.sort_values("evaluations")
    if len(rows):
        draw_with_interval(
            *(axes, rows["evaluations"], rows["mean"], rows["low"].clip(lower=1e-5), rows["high"]),
            **look,
            label=label,
        )


def _draw_exact(axes: Axes, rows: pd.DataFrame, measure: str) -> None:
    """What exact values cost: their evaluations, and in the panel of time their seconds."""
    for evaluations, mean in zip(rows["evaluations"], rows["mean"], strict=True):
        look: dict[str, Any] = {"color": REFERENCE, "linewidth": 0.9, "linestyle": (0, (4, 2))}
        if measure == "seconds":
            axes.axhline(mean, **look, label="exact values: what they cost")
        axes.axvline(evaluations, **look)


def _finish(axes: Axes, measure: str, log: bool) -> None:
    count_evaluations_along(axes)
    axes.label_outer()
    if not log:
        axes.yaxis.set_major_locator(MaxNLocator(nbins=4))
        return
    axes.set_yscale("log")
    axes.yaxis.set_major_locator(LogLocator(numticks=5))
    axes.yaxis.set_minor_locator(NullLocator())
    if measure == "error":
        # Values that all subsets give are exact up to rounding.
        axes.set_ylim(bottom=1e-3)


def draw(approximation_studies: Sequence[str]) -> tuple[pd.DataFrame, Figure]:
    """The table and the figure, of the runs of one study per model."""
    runs = pd.concat([read_csv(path) for path in approximation_studies])
    table = approximation_table(runs)
    return table, plot_approximation(table, int(runs["video"].nunique()))
