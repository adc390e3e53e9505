"""Figure: how few frames keep a prediction, and how many must go to change it."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator, PercentFormatter

from playfair.data.stores.esv_store import load_by_model
from playfair.data.stores.esv_table import TableOfEach
from playfair.data.video.gulp import GulpReader
from playfair.evaluation.frame_sets import AT_MOST, KEEP, MEASURES, MUST_GO
from playfair.figures.catalogue import FigureEntry, FigureOption
from playfair.figures.drawing.counts import count_videos
from playfair.figures.drawing.names import model_heading, wrap
from playfair.figures.drawing.paper import paper
from playfair.figures.drawing.strip_page import (
    BETWEEN,
    LINE,
    Line,
    Page,
    break_lines,
    room_for_blocks,
)
from playfair.figures.drawing.strips import strip_legend
from playfair.figures.drawing.style import (
    INK,
    class_title,
    count_frames_along,
    draw_with_interval,
    legend_columns,
    letters_in,
    model_looks,
    new_figure,
    say_nothing_to_draw,
    with_look,
)
from playfair.figures.filmstrips import Frames, strips_of
from playfair.figures.subsets.set_sizes import (
    bounds_table,
    chosen_examples,
    minimal_sets_table,
    number_to_draw,
    sets_of_examples,
)
from playfair.files import read_csv

FIGURE = FigureEntry(
    title="How many frames does it take?",
    category="Attributions",
    order=57,
    needs=("with_sets", "frame_sets"),
    uses=("gulp", "frame_set_bounds"),
    facts=("fps",),
    options=(
        FigureOption(
            "every_frame_videos",
            int,
            0,
            "Videos, the first, all frames of which are searched step by step, for upper bounds.",
            {"ge": 0, "le": 1_000_000},
        ),
    ),
)

_TITLES = {
    KEEP: "frames that keep the prediction",
    MUST_GO: "frames that must go to change it",
}
# Everything in inches; what goes across, of a page of so many.
_ACROSS = 7.1
_PANEL, _STEP, _BESIDE, _ROW, _BELOW = 1.05, 2.6, 0.38, 0.155, 0.42
_LEFT = {KEEP: 2.02, MUST_GO: 4.62}
_OF_CLASSES = {KEEP: 3.8, MUST_GO: 5.48}
_CLASS_WIDTH, _CLASS_LETTERS = 1.5, 50
_MOST_CLASSES = 12
"""For which a page has room: those that take the fewest frames, and those that take the most."""


def _say_bounds(bounds: pd.DataFrame) -> list[Line]:
    """A line per model, below one that says what they are."""
    if bounds.empty:
        return []
    words = ["every frame, searched step by step: upper bounds of the means"]
    for model, rows in bounds.groupby("model", sort=False):
        mean = rows.set_index("measure")["mean"]
        keep, must_go = (f"{mean[measure]:.2f}" for measure in AT_MOST)
        count = count_videos(int(rows["video_count"].iloc[0]))
        name = model_heading(str(model), 30, 1)
        words.append(f"{name}: at most {keep} keep, at most {must_go} must go ({count})")
    letters = letters_in(paper().width - 0.3)
    return break_lines([(wrap(line, letters), {}) for line in words])


@with_look
def plot_minimal_sets(
    table: pd.DataFrame, strips: pd.DataFrame, frames: Frames | None, bounds: pd.DataFrame
) -> Figure:
    """Draw the table of :func:`minimal_sets_table`, and examples below it.

    From the top: means by number of frames; the distribution at the largest; means by class there;
    in words the bounds of :func:`bounds_table`, empty where there are none; the strips of
    :func:`sets_of_examples`.

    Args:
        frames: as for :func:`playfair.figures.filmstrips.plot_filmstrips`.
    """
    if table.empty:
        figure = new_figure(2.0)
        return say_nothing_to_draw(figure, "There are no sets of frames to draw.")
    models = list(dict.fromkeys(table["model"]))
    looks = model_looks(models)
    classes = _classes(table)
    of_examples, scale = strips_of(strips, frames)
    left = {measure: _across(_LEFT[measure]) for measure in MEASURES}
    titles = {one: wrap(_TITLES[one], letters_in(_across(_STEP) - 0.2)) for one in MEASURES}
    title_lines = max(title.count("\n") for title in titles.values())
    names = [model_heading(model, 30, 1) for model in models]
    columns = legend_columns(names, paper().width - left[KEEP])
    legend_rows = -(-len(models) // columns)
    blocks = [
        LINE * (legend_rows * 1.4 + title_lines) + 0.1,
        _PANEL + _BELOW,
        _PANEL + _BELOW,
        _ROW * (len(classes) + 1) + _BELOW,
    ]
    said_bounds = _say_bounds(bounds)
    if said_bounds:
        blocks.append(said_bounds[-1].below_top + LINE)
    heights = blocks + [strip.height for strip in of_examples]
    while sum(heights) + BETWEEN * len(heights) > room_for_blocks() and len(heights) > len(blocks):
        heights.pop()
    of_examples = of_examples[: len(heights) - len(blocks)]
    count = count_videos(*table.loc[table["class_name"] == "", "video_count"])
    subtitle = f"{count}, with 95 % intervals of means"
    legend = strip_legend(strips, "frames that keep the prediction")
    page = Page(FIGURE.title, heights, legend, subtitle)
    handles = [Line2D([], [], **looks[model]) for model in models]
    place = (left[KEEP] / page.width, page.top / page.height)
    page.figure.legend(handles, names, loc="upper left", bbox_to_anchor=place, ncols=columns)
    page.top -= blocks[0] + BETWEEN
    rows_of_panels = {
        "mean, by frames seen": _draw_by_number,
        "share of videos, at the most": _draw_distribution,
    }
    for words, draw_panel in rows_of_panels.items():
        page.add_text(0.08, 0.1, wrap(words, letters_in(left[KEEP] - 0.5)))
        for measure in MEASURES:
            axes = page.add_axes(left[measure], 0.0, _across(_STEP) - _BESIDE, _PANEL)
            draw_panel(axes, table[table["measure"] == measure], looks)
            if draw_panel is _draw_by_number:
                axes.set_title(titles[measure])
        page.top -= _PANEL + _BELOW + BETWEEN
    _draw_classes(page, table, classes, looks)
    page.top -= blocks[3] + BETWEEN
    if said_bounds:
        page.add_lines(said_bounds, 0.0)
        page.top -= blocks[4] + BETWEEN
    for strip in of_examples:
        strip.draw(page, scale)
    return page.figure


def _across(inches: float) -> float:
    return inches * paper().width / _ACROSS


def _draw_by_number(axes: Axes, table: pd.DataFrame, looks: Mapping[str, Any]) -> None:
    rows = table[(table["class_name"] == "") & (table["count"] == 1)]
    for model, of_model in rows.groupby("model", sort=False):
        ends = [of_model[name] for name in ("n_frames", "mean", "low", "high")]
        draw_with_interval(axes, *ends, **looks[str(model)])
    count_frames_along(axes, int(rows["n_frames"].min()), int(rows["n_frames"].max()))
    axes.set_ylim(0.9, None)
    axes.yaxis.set_major_locator(MaxNLocator(nbins=4, min_n_ticks=2))
    axes.set_xlabel("frames that the model sees")


def _draw_distribution(axes: Axes, table: pd.DataFrame, looks: Mapping[str, Any]) -> None:
    rows = _at_largest(table[table["class_name"] == ""])
    for model, of_model in rows.groupby("model", sort=False):
        axes.plot(of_model["count"], of_model["share"], **looks[str(model)])
    count_frames_along(axes, 1, int(rows["count"].max()))
    axes.set_ylim(0, 1.03)
    axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0, symbol=" %"))
    numbers = sorted(set(rows["n_frames"]))
    axes.set_xlabel(f"how many of {' or '.join(map(str, numbers))} frames")


def _at_largest(table: pd.DataFrame) -> pd.DataFrame:
    """Of every model the rows at its largest number of frames."""
    return table[table["n_frames"] == table.groupby("model")["n_frames"].transform("max")]


def _classes(table: pd.DataFrame) -> list[str]:
    """Classes by the frames that keep their predictions, few first; both ends where many."""
    rows = table[(table["class_name"] != "") & (table["measure"] == KEEP) & (table["count"] == 1)]
    mean = rows.groupby("class_name")["mean"].mean()
    names = sorted(mean.index, key=lambda name: (mean[name], name))
    if len(names) > _MOST_CLASSES:
        names = names[: _MOST_CLASSES // 2] + names[-_MOST_CLASSES // 2 :]
    return names


def _draw_classes(
    page: Page, table: pd.DataFrame, classes: Sequence[str], looks: Mapping[str, Any]
) -> None:
    """Means by class, a mark with its interval for every model."""
    rows = table[table["class_name"].isin(classes) & (table["count"] == 1)]
    place_of = {name: place for place, name in enumerate(classes)}
    for measure in MEASURES:
        height = _ROW * (len(classes) + 1)
        axes = page.add_axes(_across(_OF_CLASSES[measure]), 0.0, _across(_CLASS_WIDTH), height)
        of_measure = rows[rows["measure"] == measure]
        for number, (model, look) in enumerate(looks.items()):
            of_model = of_measure[of_measure["model"] == model]
            shift = 0.6 * ((number + 0.5) / len(looks) - 0.5)
            y = of_model["class_name"].map(place_of).to_numpy() + shift
            axes.hlines(y, of_model["low"], of_model["high"], color=look["color"], linewidth=0.8)
            axes.plot(of_model["mean"], y, **{**look, "linestyle": "", "markersize": 3})
        axes.set_ylim(len(classes) - 0.4, -0.6)
        axes.grid(visible=True, axis="x")
        axes.grid(visible=False, axis="y")
        axes.set_xlabel("mean that keep" if measure == KEEP else "mean that must go")
        axes.xaxis.set_major_locator(MaxNLocator(nbins=5, min_n_ticks=2))
        axes.set_yticks([])
        if measure == KEEP:
            names = [class_title(name, int(_across(_CLASS_LETTERS)), 1) for name in classes]
            axes.set_yticks(range(len(names)), names)
        axes.tick_params(axis="y", length=0, labelcolor=INK)


def draw(
    with_sets: Sequence[str],
    frame_sets: str,
    gulp: str | None,
    frame_set_bounds: Sequence[str] | None,
    *,
    fps: float,
    every_frame_videos: int,
) -> tuple[pd.DataFrame, Figure]:
    """The table and the figure, of the table of all sizes and of the examples' results.

    Bounds are called frame_set_bounds_<model>.csv, of the first `every_frame_videos` videos.
    """
    sizes = read_csv(frame_sets)
    drawn = {str(model): number_to_draw(of) for model, of in sizes.groupby("model")["n_frames"]}
    tables = TableOfEach(load_by_model(with_sets), drawn)
    strips = sets_of_examples(chosen_examples(sizes), tables, fps)
    parts = [
        read_csv(path).assign(model=Path(path).stem.removeprefix("frame_set_bounds_"))
        for path in frame_set_bounds or []
    ]
    bounds = bounds_table(pd.concat(parts)) if parts else pd.DataFrame()
    table = minimal_sets_table(sizes)
    pictures = GulpReader(gulp).pictures if gulp else None
    figure = plot_minimal_sets(table, strips, pictures, bounds)
    return pd.concat([table, bounds], ignore_index=True), figure
