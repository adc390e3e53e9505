"""Figure: which frames made models take one class for another (true minus confused class)."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from playfair.data.clips.ground_truth import read_ground_truth
from playfair.data.stores.esv_store import load_by_model
from playfair.data.stores.esv_table import EsvTable, TableOfEach
from playfair.data.video.gulp import GulpReader
from playfair.evaluation.intervals import mean_interval
from playfair.figures.catalogue import FigureEntry, FigureOption
from playfair.figures.drawing.counts import count_videos
from playfair.figures.drawing.signs import draw_bars
from playfair.figures.drawing.strip_page import BETWEEN, FRAMES_LEFT, Page, break_lines
from playfair.figures.drawing.strips import strip_legend
from playfair.figures.drawing.style import (
    INK,
    new_figure,
    say_nothing_to_draw,
    with_look,
)
from playfair.figures.filmstrips import (
    Example,
    Frames,
    filmstrips_table,
    strips_of,
    strips_on_a_page,
)

FIGURE = FigureEntry(
    title="Which frames made the model take one class for another?",
    category="Attributions",
    order=55,
    needs=("collated",),
    uses=("gulp", "ground_truth"),
    facts=("evidence_rate", "fps"),
    options=(
        FigureOption(
            "pairs_per_model",
            int,
            2,
            "Pairs of a true and a predicted class, the most frequent ones of each model.",
            {"ge": 1, "le": 20},
        ),
    ),
)

_BARS, _POSITIONS = 0.55, 0.2
_MOST_PAIRS = 4
"""For which a page has room; one of each model is drawn at least."""


def confused_classes_table(
    tables: Mapping[str, EsvTable],
    pairs_per_model: int = 2,
    ground_truth: pd.DataFrame | None = None,
    fps: float | None = None,
) -> pd.DataFrame:
    """The most confused pairs of classes of every model, and the strongest example of each.

    A pair is a true class and the class that was predicted in its place. Pairs come by the number
    of videos, then by the names of their classes; the strongest example is the video whose
    predicted class leads by the largest difference of scores.

    Args:
        tables: by model, at one number of frames each.
        ground_truth: columns uid, first_frame, last_frame, where it is known. fps: frames per
            second that frame_idx counts, where that is known.

    Returns:
        The columns of :func:`playfair.figures.filmstrips.filmstrips_table` for the examples, one
        row per pair and position, and video_count, the videos of the true class for which the
        other was predicted, of class_count videos of the true class; difference_mean, the mean over
        them of the ESV for the true class minus that for the predicted one, with its 95 % interval
        difference_low..difference_high (NaN with one video only). Empty where no video is wrong.
    """
    examples, parts = [], []
    for model, table in tables.items():
        for (label, predicted), videos in _pairs(table)[:pairs_per_model]:
            lead = table.scores[videos, predicted] - table.scores[videos, label]
            examples.append(Example(model, str(table.uid[videos[int(lead.argmax())]])))
            esv = table.esv[videos].astype(np.float64)
            mean, low, high = mean_interval(esv[:, :, label] - esv[:, :, predicted])
            part = {
                "video_count": len(videos),
                "class_count": int((table.label == label).sum()),
                "difference_mean": mean,
                "difference_low": low,
                "difference_high": high,
            }
            parts.append(pd.DataFrame(part))
    strips = filmstrips_table(examples, tables, ground_truth, fps)
    return pd.concat([strips, pd.concat(parts, ignore_index=True)], axis=1) if parts else strips


def _pairs(table: EsvTable) -> list[tuple[tuple[int, int], np.ndarray]]:
    """Pairs of a true and a predicted class with their videos, the most frequent first."""
    wrong = (table.label >= 0) & ~table.correct
    pairs = np.stack([table.label, table.predicted], axis=1)
    found = [
        ((int(label), int(predicted)), np.flatnonzero((pairs == (label, predicted)).all(axis=1)))
        for label, predicted in np.unique(pairs[wrong], axis=0)
    ]
    name = table.class_name
    return sorted(found, key=lambda pair: (-len(pair[1]), *(name[place] for place in pair[0])))


@with_look
def plot_confused_classes(table: pd.DataFrame, frames: Frames | None) -> Figure:
    """Draw the table of :func:`confused_classes_table`.

    Per pair: its strongest example as a filmstrip, and below it, by position, the mean over all
    videos of the pair of the ESV for the true class minus that for the predicted one, with its
    interval, on a scale that all pairs share. Of many models the most frequent pairs are drawn.

    Args:
        frames: as for :func:`playfair.figures.filmstrips.plot_filmstrips`.
    """
    if table.empty:
        figure = new_figure(2.0)
        return say_nothing_to_draw(figure, "No video with a label has a wrong prediction.")
    of_model = max(1, _MOST_PAIRS // table["model"].nunique())
    place = table.groupby("model")["example"].rank("dense")
    table = table[place <= of_model]
    strips, scale = strips_of(table, frames)
    means = _BARS + _POSITIONS
    strips, note = strips_on_a_page(strips, means + BETWEEN)
    heights = [height for strip in strips for height in (strip.height, means)]
    ends = table[["difference_mean", "difference_low", "difference_high"]].to_numpy()
    limit = float(np.nanmax(np.abs(ends))) or 1.0
    legend = strip_legend(pd.concat([strip.rows for strip in strips]))
    page = Page(FIGURE.title, heights, legend, note)
    for strip in strips:
        strip.draw(page, scale)
        rows, first = strip.rows, strip.rows.iloc[0]
        count = f"{first['video_count']} of {count_videos(first['class_count'])}"
        words = f"{count}:\nmean of true − predicted"
        page.add_lines(break_lines([(words, {})]), 0.1)
        width = strip.cell * strip.row_length
        _draw_means(page.add_axes(FRAMES_LEFT, 0.0, width, _BARS), rows, limit)
        page.top -= means + BETWEEN
    return page.figure


def _draw_means(axes: Axes, rows: pd.DataFrame, limit: float) -> None:
    """Bars by position with their intervals: above 0 for the true class."""
    mean = rows["difference_mean"].to_numpy()
    place = rows["position"].to_numpy() - 0.5
    draw_bars(axes, place, mean, 0.5)
    axes.vlines(place, rows["difference_low"], rows["difference_high"], color=INK, linewidth=1.0)
    axes.axhline(0, color=INK, linewidth=0.7)
    axes.grid(visible=False)
    axes.spines[:].set_visible(False)
    axes.set(xlim=(0, len(rows)), ylim=(-1.05 * limit, 1.05 * limit))
    axes.yaxis.set_major_locator(MaxNLocator(nbins=2, steps=[1, 2, 5, 10], min_n_ticks=2))
    axes.tick_params(axis="y", pad=1)
    every = 1 + (len(rows) - 1) // 16
    axes.set_xticks(place[::every], rows["position"].to_numpy()[::every])
    axes.tick_params(axis="x", length=0, pad=1)


def draw(
    collated: Sequence[str],
    gulp: str | None,
    ground_truth: str | None,
    *,
    evidence_rate: float,
    fps: float,
    pairs_per_model: int,
) -> tuple[pd.DataFrame, Figure]:
    """The table and the figure, at the largest number of frames of each model."""
    results = load_by_model(collated)
    tables = TableOfEach(results, {model: max(found) for model, found in results.items()})
    truth = read_ground_truth(ground_truth, evidence_rate) if ground_truth else None
    table = confused_classes_table(tables, pairs_per_model, truth, fps)
    return table, plot_confused_classes(table, GulpReader(gulp).pictures if gulp else None)
