"""Figure: which classes lean on early, late or single frames (class by position heat map)."""

import math
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from playfair.data.stores.esv_store import load_by_model
from playfair.data.stores.esv_table import EsvTable, TableOfEach
from playfair.errors import InputError
from playfair.evaluation.intervals import mean_interval
from playfair.evaluation.support import centre_of_support, sharing_frames
from playfair.figures.catalogue import FigureEntry
from playfair.figures.drawing.cells import add_bar, draw_cells
from playfair.figures.drawing.counts import count_frames, count_videos
from playfair.figures.drawing.names import model_heading, wrap
from playfair.figures.drawing.paper import paper
from playfair.figures.drawing.style import (
    FAINT,
    INK,
    add_legend,
    add_title,
    class_title,
    explained_class,
    letters_in,
    model_looks,
    models_to_draw,
    new_figure,
    with_look,
)

FIGURE = FigureEntry(
    title="Which classes lean on early, late or single frames?",
    category="Attributions",
    order=50,
    needs=("collated",),
)

MAX_CLASSES_DRAWN = 30
"""More rows than these do not fit on a page at a readable size."""
KINDS = ("early", "middle", "late", "single frame")
"""Of classes, in the order in which they are drawn."""
SINGLE = 2.0
"""Below so many frames that share its support on average, a class is one of single frames."""
_NAMES = 0.35
"""Share of the width that is there for names of classes."""
_KINDS_WIDTH, _NARROWEST, _SHARING = 0.6, 0.55, 0.6
"""Inches of the kinds' names and of the narrowest panel, and the last panel's share of a panel."""
_TICK = 0.24
"""Inches, of a number below a panel."""
_LONG_LINE = 30
"""Letters; of longer lines two are enough for the name of a class."""
_LETTER = 0.08
"""Inches, of a heading."""


def class_by_position_table(tables: Mapping[str, Mapping[int, EsvTable]]) -> pd.DataFrame:
    """ESV of the true class by class and position, at the largest n_frames common to all.

    Args:
        tables: by model, then by number of frames. Videos without a label belong to the class that
            the model predicts.

    Returns:
        One row per model, class that occurs, and position: model, n_frames, class_name, position;
        video_count and, of these, unlabelled_count; esv_mean; `sharing`, over how many frames the
        positive ESVs of a video are spread (see `playfair.evaluation.support`), a mean over videos
        with its 95 % interval sharing_low..sharing_high. Of the class, over all models: `lean`, the
        mean over its videos of the place of their positive ESVs (0: start, 1: end; 0.5 where none
        has any), with its 95 % interval lean_low..lean_high; and `kind`, "single frame" where fewer
        than `SINGLE` frames of three or more share the support on average, else "early" or "late"
        where the interval lies before or after the middle, else "middle". Rows are ordered by
        model, kind, lean, name and position.

    Raises:
        InputError: if no n_frames is common to all models.
    """
    common = set.intersection(*(set(by_n_frames) for by_n_frames in tables.values()))
    if not common:
        have = "; ".join(f"{model}: {sorted(numbers)}" for model, numbers in tables.items())
        raise InputError(
            "class_by_position needs one n_frames that every model was explained at, but they have "
            f"{have}: collate them at one n_frames"
        )
    n_frames = max(common)
    rows, videos = [], []
    for model, of_model in TableOfEach(tables, dict.fromkeys(tables, n_frames)).items():
        rows.append(_rows(model, of_model))
        videos.append(_videos(of_model))
    table = pd.concat(rows).merge(_kinds(pd.concat(videos), n_frames), on="class_name")
    for name, order in (("model", list(tables)), ("kind", KINDS)):
        table[name] = pd.Categorical(table[name], categories=order, ordered=True)
    in_order = ["model", "kind", "lean", "class_name", "position"]
    return table.sort_values(in_order, ignore_index=True).astype({"model": str, "kind": str})


def _rows(model: str, table: EsvTable) -> pd.DataFrame:
    parts = []
    for class_idx in np.unique(table.explained):
        of_class = table.explained == class_idx
        esv = table.esv[of_class, :, class_idx].astype(np.float64)
        sharing, low, high = mean_interval(sharing_frames(esv))
        part = {
            "model": model,
            "n_frames": table.n_frames,
            "class_name": table.class_name[class_idx],
            "position": np.arange(1, table.n_frames + 1),
            "video_count": of_class.sum(),
            "unlabelled_count": (table.label[of_class] < 0).sum(),
            "esv_mean": esv.mean(axis=0),
            "sharing": float(sharing),
            "sharing_low": float(np.maximum(low, 1)),
            "sharing_high": float(np.minimum(high, table.n_frames)),
        }
        parts.append(pd.DataFrame(part))
    return pd.concat(parts, ignore_index=True)


def _videos(table: EsvTable) -> pd.DataFrame:
    """Columns class_name, uid, centre and sharing: where the support of each video lies."""
    esv = table.esv_for(table.explained)
    return pd.DataFrame(
        {
            "class_name": table.class_name[table.explained],
            "uid": table.uid,
            "centre": centre_of_support(esv),
            "sharing": sharing_frames(esv),
        }
    )


def _kinds(videos: pd.DataFrame, n_frames: int) -> pd.DataFrame:
    """Columns class_name, lean, lean_low, lean_high and kind, of the videos of all models."""
    # A video counts once, however many models explain it.
    by_video = videos.groupby(["class_name", "uid"]).mean()
    rows = []
    for class_name, of_class in by_video.groupby("class_name"):
        lean, low, high = map(float, mean_interval(of_class["centre"]))
        kind = "early" if high < 0.5 else "late" if low > 0.5 else "middle"
        if n_frames > SINGLE and of_class["sharing"].mean() < SINGLE:
            kind = "single frame"
        lean = 0.5 if np.isnan(lean) else lean
        rows.append((class_name, lean, low, high, kind))
    return pd.DataFrame(rows, columns=["class_name", "lean", "lean_low", "lean_high", "kind"])


@with_look
def plot_class_by_position(table: pd.DataFrame) -> Figure:
    """Draw the table of :func:`class_by_position_table`: classes by position, one panel per model.

    The last panel says over how many frames the support of a video is spread. Of more than
    `MAX_CLASSES_DRAWN` classes, the half of that number that lean earliest and the half that lean
    latest are drawn, and the figure says so.
    """
    names_width = _NAMES * paper().width
    room = paper().width - names_width - _KINDS_WIDTH
    models = list(dict.fromkeys(table["model"]))
    models, note_of_models = models_to_draw(models, int(room / _NARROWEST - _SHARING))
    table = table[table["model"].isin(models)]
    panel_width = room / (len(models) + _SHARING)
    headings = [model_heading(model, int(panel_width / _LETTER), max_lines=3) for model in models]
    others = 1.85 + 0.13 * max(heading.count("\n") for heading in headings)
    classes = table.drop_duplicates("class_name")
    letters = letters_in(names_width)
    lines = 2 if letters > _LONG_LINE else 3
    every_name = [class_title(name, letters, max_lines=lines) for name in classes["class_name"]]
    row_height = max(0.21, 0.05 + 0.13 * max(name.count("\n") + 1 for name in every_name))
    drawn = _classes_to_draw(classes, paper().rows(MAX_CLASSES_DRAWN, row_height, others))
    names = [class_title(name, letters, max_lines=lines) for name in drawn["class_name"]]
    height = others + row_height * len(drawn)
    figure = new_figure(height)
    ratios = [1.0] * len(models) + [_SHARING]
    panels = figure.subplots(1, len(models) + 1, squeeze=False, sharey=True, width_ratios=ratios)[0]
    limit = table.loc[table["class_name"].isin(drawn["class_name"]), "esv_mean"].abs().max() or 1.0
    n_frames = int(table["n_frames"].iloc[0])
    edges = np.arange(n_frames + 1) + 0.5, np.arange(len(drawn) + 1)
    for axes, model, heading in zip(panels, models, headings, strict=False):
        cells = (
            table[table["model"] == model]
            .pivot(index="class_name", columns="position", values="esv_mean")
            .reindex(drawn["class_name"])
        )
        axes.set_facecolor(FAINT)
        draw_cells(axes, *edges, cells.to_numpy(), limit)
        axes.set_title(heading)
        axes.set_xticks(range(1, n_frames + 1, math.ceil(n_frames * _TICK / panel_width)))
        axes.set_xlabel("position")
    panels[0].set_yticks(np.arange(len(drawn)) + 0.5, names)
    _draw_sharing(panels[-1], table, drawn["class_name"].tolist())
    tick_count = max(1, int(_SHARING * panel_width / _TICK))
    panels[-1].xaxis.set_major_locator(MaxNLocator(tick_count, integer=True, min_n_ticks=1))
    _draw_kinds(panels, drawn["kind"].tolist())
    panels[0].set_ylim(len(drawn), 0)
    counts = table[table["position"] == 1].groupby("model")[["video_count", "unlabelled_count"]]
    class_words, note = explained_class(counts.sum())
    words = wrap(
        f"mean ESV of the {class_words}: orange and − distracts, blue supports",
        letters_in(0.55 * paper().width),
    )
    place = {"shrink": 0.5, "aspect": 30, "fraction": 0.3 / height, "pad": 0.08 / height}
    add_bar(figure, limit, words, ax=list(panels), location="bottom", **place)
    handles, labels = panels[-1].get_legend_handles_labels()
    add_legend(figure, handles, labels, markerscale=1.6)
    count = f"{count_videos(*counts.sum()['video_count'])}, {count_frames(n_frames)}"
    note_of_classes = ""
    if len(drawn) < len(classes):
        half = len(drawn) // 2
        note_of_classes = (
            f"{len(drawn)} of {len(classes)} classes: the {half} earliest and {half} latest"
        )
    add_title(figure, FIGURE.title, count, note, note_of_classes, note_of_models)
    return figure


def _classes_to_draw(classes: pd.DataFrame, most: int) -> pd.DataFrame:
    """The rows of `classes` to draw, in their order."""
    if len(classes) <= most:
        return classes
    by_lean = classes.sort_values(["lean", "class_name"])["class_name"].tolist()
    half = most // 2
    return classes[classes["class_name"].isin([*by_lean[:half], *by_lean[-half:]])]


def _draw_sharing(axes: Axes, table: pd.DataFrame, classes: list[str]) -> None:
    """Over how many frames the support is spread, a mark per model and class."""
    models = list(dict.fromkeys(table["model"]))
    looks = model_looks(models)
    for place, model in enumerate(models):
        rows = table[table["model"].eq(model) & table["position"].eq(1)]
        rows = rows.set_index("class_name").reindex(classes)
        y = np.arange(len(classes)) + (place + 1) / (len(models) + 1)
        colour = looks[model]["color"]
        axes.hlines(y, rows["sharing_low"], rows["sharing_high"], color=colour, linewidth=0.8)
        look = {**looks[model], "markersize": 2.5, "linestyle": ""}
        axes.plot(rows["sharing"], y, label=model_heading(model), **look)
    axes.set_xlim(0.8, table["n_frames"].iloc[0] + 0.2)
    axes.grid(axis="x")
    axes.grid(visible=False, axis="y")
    axes.tick_params(axis="y", length=0)
    axes.set_title("spread of\nthe support")
    axes.set_xlabel("frames")


def _draw_kinds(panels: Sequence[Axes], kinds: Sequence[str]) -> None:
    """Lines between classes of different kinds, and the kinds' names on the right."""
    for kind in dict.fromkeys(kinds):
        places = [place for place, one in enumerate(kinds) if one == kind]
        first, last = places[0], places[-1] + 1
        if first:
            for axes in panels:
                axes.axhline(first, color=INK, linewidth=0.9)
        words = kind.replace(" ", "\n") if len(places) > 1 else kind
        place = panels[-1].get_yaxis_transform()
        panels[-1].text(1.06, (first + last) / 2, words, transform=place, va="center")


def draw(collated: Sequence[str]) -> tuple[pd.DataFrame, Figure]:
    """The table and the figure."""
    table = class_by_position_table(load_by_model(collated))
    return table, plot_class_by_position(table)
