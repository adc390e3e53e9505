"""Figure: ESV of the true class by the position of the frame in the sequence, for each n_frames."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

from playfair.data.stores.esv_store import load_by_model
from playfair.data.stores.esv_table import EsvTable
from playfair.evaluation.intervals import mean_interval, wilson_interval
from playfair.figures.catalogue import FigureEntry
from playfair.figures.drawing.names import model_title
from playfair.figures.drawing.style import (
    LOOK,
    ONE_COLUMN,
    REFERENCE,
    TWO_COLUMNS,
    count_frames_along,
    draw_with_interval,
    explained_class,
    model_looks,
    new_figure,
)

FIGURE = FigureEntry(
    title="Where in the video is the support?",
    category="Attributions",
    order=30,
    needs=("collated",),
)

MAX_COLUMNS = 4


def esv_by_position_table(tables: Mapping[str, Mapping[int, EsvTable]]) -> pd.DataFrame:
    """ESV of the true class by model, number of frames and position of the frame.

    Args:
        tables: by model, then by number of frames. Of videos without a label the predicted class
            is explained.

    Returns:
        One row per model, n_frames and position (1..n_frames): model, n_frames, position,
        video_count and, of these, unlabelled_count; esv_mean with its 95 % interval
        esv_low..esv_high (mean ± 1.96 standard errors); the quartiles esv_q25, esv_median, esv_q75
        over videos; supporting_share, the share of videos in which that frame has a positive ESV,
        with its 95 % Wilson interval supporting_low..supporting_high.
    """
    rows = [
        _rows(model, by_n_frames[n_frames])
        for model, by_n_frames in tables.items()
        for n_frames in sorted(by_n_frames)
    ]
    return pd.concat(rows, ignore_index=True)


def _rows(model: str, table: EsvTable) -> pd.DataFrame:
    esv = table.esv_for(table.explained).astype(np.float64)
    video_count = len(esv)
    mean, low, high = mean_interval(esv)
    supporting = (esv > 0).sum(axis=0)
    supporting_low, supporting_high = wilson_interval(supporting, video_count)
    lower_quartile, median, upper_quartile = np.quantile(esv, (0.25, 0.5, 0.75), axis=0)
    return pd.DataFrame(
        {
            "model": model,
            "n_frames": table.n_frames,
            "position": np.arange(1, table.n_frames + 1),
            "video_count": video_count,
            "unlabelled_count": int((table.label < 0).sum()),
            "esv_mean": mean,
            "esv_low": low,
            "esv_high": high,
            "esv_q25": lower_quartile,
            "esv_median": median,
            "esv_q75": upper_quartile,
            "supporting_share": supporting / video_count,
            "supporting_low": supporting_low,
            "supporting_high": supporting_high,
        }
    )


@matplotlib.rc_context(LOOK)
def plot_esv_by_position(table: pd.DataFrame) -> Figure:
    """Draw the table of :func:`esv_by_position_table`: one small panel per n_frames.

    The upper panels hold the mean ESV, the lower ones the share of videos in which the frame
    supports the true class; every model is a line. Panels of one row share their scale.
    """
    models = list(dict.fromkeys(table["model"]))
    lengths = sorted(table["n_frames"].unique())
    column_count = min(len(lengths), MAX_COLUMNS)
    row_count = math.ceil(len(lengths) / column_count)
    # Few panels stay as wide as they would be among many, or bars would spread over the page.
    width = max(ONE_COLUMN + 0.9, TWO_COLUMNS * column_count / MAX_COLUMNS)
    figure = new_figure(width, 0.85 + 2 * (0.3 + 1.22 * row_count))
    class_words, note = explained_class(table)
    halves = figure.add_gridspec(2, 1)
    esv_block, share_block = figure.add_subfigure(halves[0]), figure.add_subfigure(halves[1])
    for block, curve in ((esv_block, _ESV), (share_block, _SHARE)):
        block.suptitle(
            curve.title.format(class_words), x=0.01, ha="left", fontsize=8.5, fontweight="normal"
        )
        panels = block.subplots(row_count, column_count, squeeze=False, sharey="row")
        for axes in panels.flat[len(lengths) :]:
            axes.set_visible(False)
        for axes, n_frames in zip(panels.flat, lengths, strict=False):
            _draw_panel(axes, table[table["n_frames"] == n_frames], curve, models)
            axes.set_title("1 frame" if n_frames == 1 else f"{n_frames} frames")
        for axes in panels[:, 0]:
            axes.set_ylabel(curve.axis)
            if curve is _SHARE:
                axes.set_ylim(0, 1.05)
                axes.set_yticks([0, 0.5, 1])
                axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0, symbol=" %"))
            else:
                axes.yaxis.set_major_locator(MaxNLocator(nbins=4, min_n_ticks=3))
    share_block.supxlabel("position of the frame in the sequence", fontsize=8)
    handles, labels = esv_block.axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=min(len(models), 5))
    figure.suptitle(f"Where in the video is the support?{note}", x=0.01, ha="left")
    return figure


def _draw_panel(axes: Axes, table: pd.DataFrame, curve: "_Curve", models: list[str]) -> None:
    looks = model_looks(models)
    axes.axhline(curve.reference, color=REFERENCE, linewidth=0.8, linestyle=curve.linestyle)
    for model, rows in table.groupby("model", sort=False):
        draw_with_interval(
            axes,
            rows["position"],
            rows[curve.middle],
            rows[curve.low],
            rows[curve.high],
            label=model_title(str(model)),
            markersize=3,
            linewidth=1.2,
            **looks[str(model)],
        )
    count_frames_along(axes, 1, int(table["n_frames"].iloc[0]))


@dataclass(frozen=True)
class _Curve:
    title: str
    axis: str
    middle: str
    low: str
    high: str
    reference: float
    linestyle: Any


_ESV = _Curve(
    title="Mean ESV of the {} (above 0: the frame supports it)",
    axis="ESV",
    middle="esv_mean",
    low="esv_low",
    high="esv_high",
    reference=0.0,
    linestyle="-",
)
_SHARE = _Curve(
    title="Share of videos in which the frame supports the {}",
    axis="supporting",
    middle="supporting_share",
    low="supporting_low",
    high="supporting_high",
    reference=0.5,
    linestyle=(0, (5, 3)),
)


def draw(collated: Sequence[str]) -> tuple[pd.DataFrame, Figure]:
    """The table and the figure."""
    table = esv_by_position_table(load_by_model(collated))
    return table, plot_esv_by_position(table)
