"""Figure: loss and accuracy per epoch of the backbone and of every head."""

import math
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator, PercentFormatter

from playfair.figures.catalogue import FigureEntry
from playfair.figures.drawing.counts import count_things
from playfair.figures.drawing.names import model_title, wrap
from playfair.figures.drawing.paper import paper
from playfair.figures.drawing.style import (
    add_legend,
    add_title,
    letters_in,
    new_figure,
    say_nothing_to_draw,
    with_look,
)

FIGURE = FigureEntry(
    title="How the networks learned",
    category="Models",
    order=70,
    needs=("training_logs",),
)

COLUMN_COUNT = 5
_BLOCK, _OTHERS = 2.25, 0.9
_COLOURS = {"train": "#9AA0A6", "validation": "#0072B2"}
_WORDS = {"train": "training clip", "validation": "validation clip"}
_KEPT_LINE: dict[str, Any] = {"color": "#333333", "linestyle": "--", "linewidth": 0.8}


def training_curves_table(logs: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """All training logs in one table: columns log, epoch, split, loss, accuracy, clip_count, kept.

    Args:
        logs: by name, in the order to draw; each with columns epoch (from 1), split ("train" or
            "validation"), loss (mean cross-entropy in nats), accuracy (0..1), clip_count (of the
            clips that these are means over) and kept (bool: the epoch whose weights are the
            result).
    """
    columns = ["epoch", "split", "loss", "accuracy", "clip_count", "kept"]
    parts = [log[columns].assign(log=name) for name, log in logs.items()]
    if not parts:
        return pd.DataFrame(columns=["log", *columns])
    return pd.concat(parts, ignore_index=True)[["log", *columns]]


@with_look
def plot_training_curves(table: pd.DataFrame) -> Figure:
    """Draw the table of :func:`training_curves_table`: per log, accuracy above its loss.

    All accuracies share one scale, and so do all losses of a row of panels. The title of a log
    gives the accuracy after the epoch that was kept, on the validation clips where there are any;
    a dashed line marks that epoch where others followed it.
    """
    logs = list(dict.fromkeys(table["log"]))
    if not logs:
        return say_nothing_to_draw(new_figure(2.0), "No network was trained here: nothing to draw.")
    most_columns = paper().columns(COLUMN_COUNT, 1.35)
    column_count = min(most_columns, len(logs))
    block_count = paper().rows(math.ceil(len(logs) / column_count), _BLOCK, _OTHERS)
    log_count, logs = len(logs), logs[: block_count * column_count]
    note = f"{len(logs)} of {log_count} networks, the first" if len(logs) < log_count else ""
    width = min(paper().width, max(paper().width * column_count / most_columns, 4.0))
    figure = new_figure(_OTHERS + _BLOCK * block_count, width)
    panels = figure.subplots(2 * block_count, column_count, squeeze=False, sharey="row")
    for place in range(block_count * column_count):
        block, column = divmod(place, column_count)
        accuracy_axes, loss_axes = panels[2 * block, column], panels[2 * block + 1, column]
        if place >= len(logs):
            accuracy_axes.set_visible(False)
            loss_axes.set_visible(False)
            continue
        log = table[table["log"] == logs[place]]
        _draw(accuracy_axes, log, "accuracy")
        _draw(loss_axes, log, "loss")
        name = wrap(_log_title(logs[place]), letters_in(width / column_count - 0.35), max_lines=3)
        accuracy_axes.set_title(f"{name}\n{_kept_accuracy(log)}")
        accuracy_axes.set_ylim(0, 1.05)
        accuracy_axes.set_yticks([0, 0.5, 1])
        accuracy_axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0, symbol=" %"))
        accuracy_axes.tick_params(labelbottom=False)
        loss_axes.set_xlabel("epoch")
        if column == 0:
            accuracy_axes.set_ylabel("accuracy")
            loss_axes.set_ylabel("loss (nats)")
    # A limit set earlier would stop the shared scale from growing with the logs that follow.
    for loss_axes in panels[1::2, 0]:
        loss_axes.set_ylim(0, 1.06 * loss_axes.get_ylim()[1])
    splits = [split for split in _COLOURS if split in set(table["split"])]
    handles = [Line2D([], [], color=_COLOURS[split]) for split in splits]
    words = [f"{_WORDS[split]}s" for split in splits]
    if any(_kept_early(log) for _, log in table.groupby("log")):
        handles.append(Line2D([], [], **_KEPT_LINE))
        words.append("epoch kept")
    add_legend(figure, handles, words)
    figure.align_ylabels()
    counts = table.groupby("split")["clip_count"].unique()
    count = ", ".join(count_things(_WORDS[split], *counts[split]) for split in splits)
    add_title(figure, FIGURE.title, count, note)
    return figure


def _draw(axes: Axes, log: pd.DataFrame, measure: str) -> None:
    for split, colour in _COLOURS.items():
        rows = log[log["split"] == split].sort_values("epoch")
        # A single epoch has no line, only its marker.
        marker = "o" if len(rows) == 1 else ""
        axes.plot(rows["epoch"], rows[measure], color=colour, marker=marker, markersize=3)
    if (epoch := _kept_early(log)) is not None:
        axes.axvline(epoch, **_KEPT_LINE, zorder=0)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1, nbins=4))
    if len(set(log["epoch"])) == 1:
        axes.set_xlim(log["epoch"].iloc[0] - 0.5, log["epoch"].iloc[0] + 0.5)


def _log_title(log: str) -> str:
    return re.sub(r"\b1 frames$", "1 frame", model_title(log))


def _kept_early(log: pd.DataFrame) -> int | None:
    """The epoch that was kept, if others followed it."""
    kept = log.loc[log["kept"], "epoch"]
    return int(kept.iloc[0]) if len(kept) and kept.iloc[0] < log["epoch"].max() else None


def _kept_accuracy(log: pd.DataFrame) -> str:
    for split in ("validation", "train"):
        rows = log[(log["split"] == split) & log["kept"]]
        if len(rows):
            return f"{split} {rows['accuracy'].iloc[-1]:.0%}".replace("%", " %")
    return "no epoch logged"


def draw(training_logs: Sequence[str]) -> tuple[pd.DataFrame, Figure]:
    """The table and the figure, of training logs called <network>/<part>.csv."""
    logs = {}
    for path in map(Path, training_logs):
        part = path.stem.removeprefix("head").strip("_").replace("_", " ")
        logs[f"{path.parent.name} {part}".strip()] = pd.read_csv(path)
    table = training_curves_table(logs)
    return table, plot_training_curves(table)
