"""Figure: how ESVs change as frames are added: shares of signs, both ends, and one clip."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from playfair.data.stores.esv_store import load_by_model
from playfair.data.stores.esv_table import EsvTable, TableOfEach
from playfair.evaluation.intervals import mean_interval
from playfair.figures.catalogue import FigureEntry, FigureOption
from playfair.figures.drawing.cells import add_bar, draw_cells
from playfair.figures.drawing.counts import count_videos
from playfair.figures.drawing.names import model_heading
from playfair.figures.drawing.paper import paper
from playfair.figures.drawing.style import (
    DISTRACTS,
    INK,
    PALETTE,
    REFERENCE,
    SUPPORTS,
    add_legend,
    add_title,
    class_title,
    count_frames_along,
    draw_with_interval,
    explained_class,
    letters_in,
    models_to_draw,
    new_figure,
    with_look,
)
from playfair.figures.filmstrips import select_examples

FIGURE = FigureEntry(
    title="What changes as frames are added?",
    category="Attributions",
    order=35,
    needs=("collated",),
    options=(
        FigureOption(
            "neutral",
            float,
            0.01,
            "ESVs of at most this size, up or down, count as neutral; in the unit of the score.",
            {"ge": 0},
        ),
    ),
)

_ROW_HEIGHT, _OTHERS = 1.75, 1.5
_THREE_PANELS = 6.5
"""Inches from which on the three panels of a model stand in one row."""
_WIDTHS = (1.0, 1.0, 1.25)
_MOST_TICKS = 8
_SHARES: dict[str, dict[str, Any]] = {
    "supporting": {"color": SUPPORTS, "marker": "^"},
    "neutral": {"color": REFERENCE, "marker": "o", "linestyle": (0, (1, 1.5))},
    "distracting": {"color": DISTRACTS, "marker": "v"},
}
_ENDS: dict[str, dict[str, Any]] = {
    "first": {"color": PALETTE[0], "marker": "<"},
    "others": {"color": INK, "marker": "o", "linestyle": (0, (1, 1.5))},
    "last": {"color": PALETTE[1], "marker": ">"},
}
_EXAMPLE = "example"


def esv_by_length_table(
    tables: Mapping[str, Mapping[int, EsvTable]], neutral: float = 0.01
) -> pd.DataFrame:
    """What ESVs of the true class are like, by model and number of frames.

    Args:
        tables: by model, then by number of frames, of the same videos. Of videos without a label
            the predicted class is explained.
        neutral: ESVs of at most this size support or distract in name only.

    Returns:
        Columns model, n_frames, measure, uid, class_name, position, value, low, high, video_count
        and, of these, unlabelled_count. Measures are, with 95 % intervals over videos: supporting,
        neutral and distracting, the mean share of a video's frames whose ESV is above, within and
        below ±neutral; first, others and last, the mean ESV of the first and last frame and of
        those between. Of one example per model, the video whose ESVs differ most at the most frames
        among those that the model gets right, "example" has the ESV at every position.
    """
    most = TableOfEach(tables, {model: max(found) for model, found in tables.items()})
    examples = {example.model: example.uid for example in select_examples(most, 1, 0)}
    rows = [
        {"model": model, "n_frames": n_frames, **row}
        for model, by_n_frames in tables.items()
        for n_frames in sorted(by_n_frames)
        for row in _rows(by_n_frames[n_frames], examples.get(model), neutral)
    ]
    return pd.DataFrame(rows)


def _rows(table: EsvTable, example: str | None, neutral: float) -> Iterator[dict[str, Any]]:
    esv = table.esv_for(table.explained).astype(np.float64)
    between = esv[:, 1:-1]
    measures = {
        "supporting": (esv > neutral).mean(axis=1),
        "neutral": (np.abs(esv) <= neutral).mean(axis=1),
        "distracting": (esv < -neutral).mean(axis=1),
        "first": esv[:, 0],
        "others": between.mean(axis=1) if between.shape[1] else np.full(len(esv), np.nan),
        "last": esv[:, -1],
    }
    counts = {"video_count": len(esv), "unlabelled_count": int((table.label < 0).sum())}
    for measure, values in measures.items():
        mean, low, high = map(float, mean_interval(values))
        if measure in _SHARES:
            low, high = max(low, 0.0), min(high, 1.0)
        row = {"measure": measure, "uid": "", "class_name": "", "position": np.nan}
        yield {**row, "value": mean, "low": low, "high": high, **counts}
    for video in np.flatnonzero(table.uid == example):
        class_name = table.class_name[table.explained[video]]
        row = {"measure": _EXAMPLE, "uid": example, "class_name": class_name}
        for position, value in enumerate(esv[video], start=1):
            missing = {"low": np.nan, "high": np.nan}
            yield {**row, "position": position, "value": value, **missing, **counts}


@with_look
def plot_esv_by_length(table: pd.DataFrame, neutral: float = 0.01) -> Figure:
    """Draw the table of :func:`esv_by_length_table`: a row per model.

    Left: the shares of supporting, neutral and distracting frames. Middle: the first frame, the
    last one, and those between. Right, on narrow paper below: the example, a row per number of
    frames.
    """
    models = list(dict.fromkeys(table["model"]))
    one_row = paper().width > _THREE_PANELS
    height = _ROW_HEIGHT if one_row else 2 * _ROW_HEIGHT
    models, note_of_models = models_to_draw(models, paper().rows(len(models), height, _OTHERS))
    table = table[table["model"].isin(models)]
    figure = new_figure(_OTHERS + height * len(models))
    ratios = _WIDTHS if one_row else _WIDTHS[:2]
    rows = 1 if one_row else 2
    grid = figure.add_gridspec(rows * len(models), len(ratios), width_ratios=ratios)
    panels = np.empty((len(models), 3), dtype=object)
    for place in range(len(models)):
        first, last = rows * place, rows * (place + 1) - 1
        panels[place, 0] = figure.add_subplot(grid[first, 0])
        panels[place, 1] = figure.add_subplot(grid[first, 1], sharey=panels[0, 1])
        panels[place, 2] = figure.add_subplot(grid[last, 2] if one_row else grid[last, :])
    example_width = paper().width * (_WIDTHS[2] / sum(_WIDTHS) if one_row else 1.0)
    letters = letters_in(example_width - 0.8)
    examples = table[table["measure"] == _EXAMPLE]
    limit = float(examples["value"].abs().max()) or 1.0
    for axes_of_model, model in zip(panels, models, strict=True):
        of_model = table[table["model"] == model]
        for axes, looks in zip(axes_of_model, (_SHARES, _ENDS), strict=False):
            _draw_lines(axes, of_model, looks)
        axes_of_model[0].set_ylim(0, 1.03)
        axes_of_model[0].yaxis.set_major_formatter(PercentFormatter(1, decimals=0, symbol=" %"))
        axes_of_model[0].set_ylabel(model_heading(model), fontweight="bold")
        of_example = of_model[of_model["measure"] == _EXAMPLE]
        _draw_example(axes_of_model[2], of_example, limit, letters)
    panels[0, 0].set_title("share of frames")
    panels[0, 1].set_title("mean ESV")
    names = ("number of frames", "number of frames", "place in the video")
    for axes, name in zip(panels[-1], names, strict=True):
        axes.set_xlabel(name)
    words = "ESV of a frame: orange and − distracts, blue supports"
    look = {"shrink": 0.5, "aspect": 30, "fraction": 0.1 / len(models), "pad": 0.03}
    add_bar(figure, limit, words, ax=panels.ravel().tolist(), location="bottom", **look)
    handles, labels = (
        [one for axes in panels[0, :2] for one in axes.get_legend_handles_labels()[kind]]
        for kind in (0, 1)
    )
    add_legend(figure, handles, labels)
    class_words, note = explained_class(table)
    count = count_videos(*table["video_count"])
    words = f"ESV of the {class_words}, {count}; neutral: at most ±{neutral:g}"
    add_title(figure, FIGURE.title, words, note, note_of_models)
    return figure


def _draw_lines(axes: Axes, rows: pd.DataFrame, looks: Mapping[str, dict[str, Any]]) -> None:
    """Measures by number of frames, with their intervals."""
    axes.axhline(0, color=REFERENCE, linewidth=0.8)
    for measure, look in looks.items():
        of_measure = rows[rows["measure"] == measure]
        values = (of_measure[name] for name in ("n_frames", "value", "low", "high"))
        draw_with_interval(axes, *values, label=measure, markersize=3.5, **look)
    count_frames_along(axes, rows["n_frames"].min(), rows["n_frames"].max())


def _draw_example(axes: Axes, rows: pd.DataFrame, limit: float, letters: int) -> None:
    """The ESVs of one video, a row of cells per number of frames; lines of so many letters."""
    if rows.empty:
        axes.set_axis_off()
        return
    lengths = sorted(rows["n_frames"].unique())
    for place, n_frames in enumerate(lengths):
        values = rows.loc[rows["n_frames"] == n_frames, "value"]
        edges = np.linspace(0, 1, n_frames + 1)
        draw_cells(axes, edges, [place - 0.5, place + 0.5], [values], limit)
    axes.set_ylim(len(lengths) - 0.5, -0.5)
    every = 1 + (len(lengths) - 1) // _MOST_TICKS
    axes.set_yticks(range(len(lengths))[::-every], lengths[::-every])
    axes.set_xticks([0, 0.5, 1], ["start", "middle", "end"])
    first = rows.iloc[0]
    class_name = class_title(first["class_name"], letters, max_lines=2)
    axes.set_title(f"video {first['uid']}\n{class_name}")
    axes.set_ylabel("frames")


def draw(collated: Sequence[str], *, neutral: float) -> tuple[pd.DataFrame, Figure]:
    """The table and the figure."""
    table = esv_by_length_table(load_by_model(collated), neutral)
    return table, plot_esv_by_length(table, neutral)
