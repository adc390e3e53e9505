"""Figure: how ESVs are distributed by the position of the frame, right and wrong videos apart."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.artist import setp
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from seaborn import boxplot, pointplot

from playfair.data.stores.esv_store import load_by_model
from playfair.data.stores.esv_table import EsvTable
from playfair.evaluation.intervals import mean_interval, wilson_interval
from playfair.figures.catalogue import FigureEntry
from playfair.figures.drawing.counts import count_frames, count_videos
from playfair.figures.drawing.names import model_heading
from playfair.figures.drawing.paper import paper
from playfair.figures.drawing.style import (
    FAINT,
    INK,
    PALETTE,
    REFERENCE,
    add_legend,
    add_title,
    explained_class,
    models_to_draw,
    new_figure,
    with_look,
)

FIGURE = FigureEntry(
    title="Where in the video is the support?",
    category="Attributions",
    order=30,
    needs=("collated",),
)

ALL = "all"
"""In the column outcome: videos whatever the prediction was."""
MOST_LENGTHS = 4
"""Numbers of frames drawn: with more, boxes become too narrow to read."""
_QUANTILES = {"esv_q05": 0.05, "esv_q25": 0.25, "esv_median": 0.5, "esv_q75": 0.75, "esv_q95": 0.95}
_MEANS = ["esv_low", "esv_mean", "esv_high"]
_ROW_HEIGHT, _OTHERS = 1.45, 1.25
_MEAN = PALETTE[0]
_MOST_TICKS = 8
_LOOKS: dict[str, tuple[str, str, str]] = {
    "right": ("right prediction", INK, "white"),
    "wrong": ("wrong prediction", "white", INK),
    "unlabelled": ("no label", FAINT, INK),
}
"""By outcome: words, colour of the box, colour of the median in it."""


def esv_by_position_table(tables: Mapping[str, Mapping[int, EsvTable]]) -> pd.DataFrame:
    """ESV of the true class by model, number of frames, outcome and position of the frame.

    Args:
        tables: by model, then by number of frames. Of videos without a label the predicted class
            is explained.

    Returns:
        One row per model, n_frames, outcome ("all", and of "right", "wrong" and "unlabelled" those
        that occur) and position (1..n_frames): model, n_frames, outcome, position; video_count and,
        of these, unlabelled_count; esv_mean with its 95 % interval esv_low..esv_high (mean ± 1.96
        standard errors); the quantiles over videos esv_q05, esv_q25, esv_median, esv_q75, esv_q95;
        supporting_share, the share of videos in which that frame has a positive ESV, with its 95 %
        Wilson interval supporting_low..supporting_high.
    """
    parts = [
        _rows(model, by_n_frames[n_frames], outcome, of_outcome)
        for model, by_n_frames in tables.items()
        for n_frames in sorted(by_n_frames)
        for outcome, of_outcome in _outcomes(by_n_frames[n_frames]).items()
        if outcome == ALL or of_outcome.any()
    ]
    return pd.concat(parts, ignore_index=True)


def _outcomes(table: EsvTable) -> dict[str, np.ndarray]:
    """By outcome, which of the videos have it: (V,) bool."""
    labelled = table.label >= 0
    return {
        ALL: np.ones(len(labelled), dtype=bool),
        "right": labelled & table.correct,
        "wrong": labelled & ~table.correct,
        "unlabelled": ~labelled,
    }


def _rows(model: str, table: EsvTable, outcome: str, chosen: np.ndarray) -> pd.DataFrame:
    esv = table.esv_for(table.explained)[chosen].astype(np.float64)
    video_count = len(esv)
    mean, low, high = mean_interval(esv)
    supporting = (esv > 0).sum(axis=0)
    supporting_low, supporting_high = wilson_interval(supporting, video_count)
    quantiles = np.quantile(esv, [*_QUANTILES.values()], axis=0)
    return pd.DataFrame(
        {
            "model": model,
            "n_frames": table.n_frames,
            "outcome": outcome,
            "position": np.arange(1, table.n_frames + 1),
            "video_count": video_count,
            "unlabelled_count": int((table.label[chosen] < 0).sum()),
            "esv_mean": mean,
            "esv_low": low,
            "esv_high": high,
            **dict(zip(_QUANTILES, quantiles, strict=True)),
            "supporting_share": supporting / video_count,
            "supporting_low": supporting_low,
            "supporting_high": supporting_high,
        }
    )


@with_look
def plot_esv_by_position(table: pd.DataFrame) -> Figure:
    """Draw the table of :func:`esv_by_position_table`: a row per model, a panel per n_frames.

    Below each position a box per outcome: quartiles and median, whiskers from 5 to 95 %. Of more
    than `MOST_LENGTHS` numbers of frames some are drawn, the largest always. All panels share one
    scale.
    """
    models = list(dict.fromkeys(table["model"]))
    models, note_of_models = models_to_draw(models, paper().rows(len(models), _ROW_HEIGHT, _OTHERS))
    table = table[table["model"].isin(models)]
    most_lengths = paper().columns(MOST_LENGTHS, 1.6)
    lengths = lengths_to_draw(sorted(table["n_frames"].unique()), most_lengths)
    # A panel alone stays as wide as it would be among others, or its boxes would be.
    width = paper().width if len(lengths) > 1 else min(4.4, paper().width)
    figure = new_figure(_OTHERS + _ROW_HEIGHT * len(models), width)
    ratios = [length + 1.0 for length in lengths]
    panels = figure.subplots(
        len(models), len(lengths), squeeze=False, sharey=True, sharex="col", width_ratios=ratios
    )
    drawn: set[str] = set()
    for axes_of_model, model in zip(panels, models, strict=True):
        for axes, n_frames in zip(axes_of_model, lengths, strict=True):
            chosen = table["model"].eq(model) & table["n_frames"].eq(n_frames)
            rows = table[chosen & table["outcome"].ne(ALL)]
            axes.axhline(0, color=REFERENCE, linewidth=0.8)
            drawn |= _draw_boxes(axes, rows)
            axes.set(xlim=(0.4, n_frames + 0.6), xlabel="")
            axes.set_xticks(range(1, n_frames + 1, 1 + (n_frames - 1) // _MOST_TICKS))
            if rows.empty:
                axes.text(0.5, 0.5, "–", transform=axes.transAxes, color=REFERENCE)
        last = table[table["model"].eq(model) & table["n_frames"].eq(lengths[-1])]
        axes_of_model[-1].set_title(_count_outcomes(last), loc="right", color=REFERENCE)
        axes_of_model[0].set_ylabel(model_heading(model), fontweight="bold")
    for axes, n_frames in zip(panels[0], lengths, strict=True):
        axes.set_title(count_frames(n_frames))
    panels[-1, -1].set_xlabel("position of the frame")
    shown = [look for outcome, look in _LOOKS.items() if outcome in drawn]
    handles: list[Any] = [Patch(facecolor=face, edgecolor=INK) for _, face, _ in shown]
    handles.append(Line2D([], [], color=_MEAN, marker="o", markersize=2.5, linewidth=1.0))
    names = [*(words for words, _, _ in shown), "mean, 95 % interval"]
    add_legend(figure, handles, names)
    class_words, note = explained_class(table[table["outcome"] == ALL])
    whole = table[table["outcome"].eq(ALL) & table["n_frames"].eq(lengths[-1])]
    count = count_videos(*whole["video_count"])
    add_title(figure, FIGURE.title, f"ESV of the {class_words}, {count}", note, note_of_models)
    return figure


def lengths_to_draw(lengths: Sequence[int], most: int = MOST_LENGTHS) -> list[int]:
    """Of numbers in ascending order at most `most`, evenly spread, the largest among them."""
    if len(lengths) <= most:
        return list(lengths)
    places = np.linspace(0, len(lengths) - 1, most + 1)[1:].astype(int)
    return [lengths[place] for place in places]


def _draw_boxes(axes: Axes, rows: pd.DataFrame) -> set[str]:
    """Boxes side by side at every position; returns the outcomes that there are."""
    outcomes = [outcome for outcome in _LOOKS if (rows["outcome"] == outcome).any()]
    if not outcomes:
        return set()
    how: Any = {"x": "position", "y": "value", "hue": "outcome", "hue_order": outcomes}
    how |= {"native_scale": True, "legend": False, "ax": axes}
    # The quartiles and the ends of these five are themselves; the median of three is the mean.
    key = ["position", "outcome"]
    quantiles, means = rows.melt(key, [*_QUANTILES]), rows.melt(key, _MEANS)
    edge: Any = {"linecolor": INK, "linewidth": 0.6, "medianprops": {"linewidth": 1.2}}
    faces = [_LOOKS[outcome][1] for outcome in outcomes]
    box: Any = {"whis": (0, 100), "showcaps": False, "gap": 0.16, "palette": faces, "saturation": 1}
    boxplot(quantiles, **box, **edge, **how)
    drawn: Any = axes.containers
    for boxes, outcome in zip(drawn, outcomes, strict=True):
        setp(boxes.medians, color=_LOOKS[outcome][2])
    mark: Any = {"palette": [_MEAN] * len(outcomes), "markersize": 3.5, "markeredgewidth": 0}
    beside: Any = {"dodge": 0.8 * (1 - 1 / len(outcomes)), "linestyle": "none"}
    interval: Any = {"estimator": "median", "errorbar": ("pi", 100), "err_kws": {"linewidth": 1.0}}
    pointplot(means, **mark, **beside, **interval, **how)
    return set(outcomes)


def _count_outcomes(rows: pd.DataFrame) -> str:
    """How many videos of a model have which outcome, such as "20 right, 4 wrong"."""
    words = {"right": "right", "wrong": "wrong", "unlabelled": "without a label"}
    counts = rows.groupby("outcome")["video_count"].max()
    return ", ".join(f"{counts[one]} {words[one]}" for one in words if one in counts)


def draw(collated: Sequence[str]) -> tuple[pd.DataFrame, Figure]:
    """The table and the figure."""
    table = esv_by_position_table(load_by_model(collated))
    return table, plot_esv_by_position(table)
