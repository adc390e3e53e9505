"""Figure: which classes lean on early and which on late frames (class by position heat map)."""

from collections.abc import Mapping, Sequence

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure

from playfair.data.stores.esv_store import load_by_model
from playfair.data.stores.esv_table import EsvTable
from playfair.errors import InputError
from playfair.figures.catalogue import FigureEntry
from playfair.figures.drawing.names import model_title
from playfair.figures.drawing.style import (
    DIVERGING,
    FAINT,
    LOOK,
    TWO_COLUMNS,
    class_title,
    explained_class,
    new_figure,
)

FIGURE = FigureEntry(
    title="Which classes lean on early frames, which on late ones?",
    category="Attributions",
    order=50,
    needs=("collated",),
)

MAX_CLASSES_DRAWN = 30
"""More rows than these do not fit on a page at a readable size."""
NAME_WIDTH = 40
COLUMNS = [
    "model",
    "n_frames",
    "class_name",
    "position",
    "video_count",
    "unlabelled_count",
    "esv_mean",
]
"""Of :func:`class_by_position_table`, before the lean of each class."""


def class_by_position_table(tables: Mapping[str, Mapping[int, EsvTable]]) -> pd.DataFrame:
    """Mean ESV of the true class by class and position, at the largest n_frames common to all.

    Args:
        tables: by model, then by number of frames. Videos without a label belong to the class that
            the model predicts.

    Returns:
        One row per model, class that occurs, and position: model, n_frames, class_name, position,
        video_count and, of these, unlabelled_count, esv_mean, and `lean`, the class's centre of
        support over all models: the mean place (0 = start, 1 = end of the video) of the positive
        part of its esv_mean; 0.5 where no position has a positive mean. Rows are ordered by model,
        then lean, then name.

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
    table = pd.concat(
        [_rows(model, by_n_frames[n_frames]) for model, by_n_frames in tables.items()],
        ignore_index=True,
    )
    table["lean"] = table["class_name"].map(_lean_by_class(table)).astype(np.float64)
    table["model"] = pd.Categorical(table["model"], categories=list(tables), ordered=True)
    table = table.sort_values(["model", "lean", "class_name", "position"], ignore_index=True)
    return table.astype({"model": str})


def _rows(model: str, table: EsvTable) -> pd.DataFrame:
    rows = []
    for class_idx in np.unique(table.explained):
        of_class = table.explained == class_idx
        unlabelled_count = (table.label[of_class] < 0).sum()
        mean = table.esv[of_class, :, class_idx].mean(axis=0, dtype=np.float64)
        rows += [
            (
                model,
                table.n_frames,
                table.class_name[class_idx],
                position,
                of_class.sum(),
                unlabelled_count,
                esv,
            )
            for position, esv in enumerate(mean, start=1)
        ]
    return pd.DataFrame(rows, columns=COLUMNS)


def _lean_by_class(table: pd.DataFrame) -> dict[str, float]:
    places = (table["position"] - 0.5) / table["n_frames"]
    support = table["esv_mean"].clip(lower=0)
    totals = pd.DataFrame(
        {"class_name": table["class_name"], "support": support, "moment": support * places}
    )
    totals = totals.groupby("class_name").sum()
    lean = totals["moment"] / totals["support"].where(totals["support"] > 0)
    return {str(name): float(value) for name, value in lean.fillna(0.5).items()}


@matplotlib.rc_context(LOOK)
def plot_class_by_position(table: pd.DataFrame) -> Figure:
    """Draw the table of :func:`class_by_position_table`: classes by position, one panel per model.

    Of more than `MAX_CLASSES_DRAWN` classes, the half of that number that lean earliest and the
    half that lean latest are drawn, and the figure says so.
    """
    models = list(dict.fromkeys(table["model"]))
    classes = list(
        table.drop_duplicates("class_name").sort_values(["lean", "class_name"])["class_name"]
    )
    drawn = _classes_to_draw(classes)
    names = [class_title(name, NAME_WIDTH, max_lines=2) for name in drawn]
    row_height = 0.31 if any("\n" in name for name in names) else 0.21
    height = 1.35 + row_height * len(drawn)
    figure = new_figure(TWO_COLUMNS, height)
    panels = figure.subplots(1, len(models), squeeze=False, sharey=True)[0]
    limit = table.loc[table["class_name"].isin(drawn), "esv_mean"].abs().max() or 1.0
    scale = Normalize(-limit, limit)
    n_frames = int(table["n_frames"].iloc[0])
    for axes, model in zip(panels, models, strict=True):
        cells = (
            table[table["model"] == model]
            .pivot(index="class_name", columns="position", values="esv_mean")
            .reindex(drawn)
        )
        axes.set_facecolor(FAINT)
        axes.pcolormesh(
            np.arange(n_frames + 1) + 0.5,
            np.arange(len(drawn) + 1),
            cells.to_numpy(),
            cmap=DIVERGING,
            norm=scale,
            edgecolors="white",
            linewidth=0.6,
        )
        axes.grid(visible=False)
        axes.spines[:].set_visible(False)
        axes.set_title(model_title(model))
        axes.set_xticks(range(1, n_frames + 1, 1 + (n_frames - 1) // 10))
        axes.set_yticks(np.arange(len(drawn)) + 0.5, names)
        axes.tick_params(length=0)
        axes.set_xlabel("position of the frame")
    panels[0].invert_yaxis()
    bar = figure.colorbar(
        ScalarMappable(scale, DIVERGING),
        ax=list(panels),
        orientation="horizontal",
        location="bottom",
        shrink=0.5,
        aspect=30,
        fraction=0.3 / height,
        pad=0.08 / height,
    )
    counts = table[table["position"] == 1].groupby("model")[["video_count", "unlabelled_count"]]
    class_words, note = explained_class(counts.sum())
    bar.set_label(f"mean ESV of the {class_words}: orange distracts, blue supports")
    bar.outline.set_visible(False)
    title = f"Which classes lean on early frames, which on late ones?{note}"
    if len(drawn) < len(classes):
        half = len(drawn) // 2
        title += f"\n{len(drawn)} of {len(classes)} classes: the {half} earliest and {half} latest"
    figure.suptitle(title, x=0.01, ha="left")
    return figure


def _classes_to_draw(classes: list[str]) -> list[str]:
    if len(classes) <= MAX_CLASSES_DRAWN:
        return classes
    half = MAX_CLASSES_DRAWN // 2
    return classes[:half] + classes[-half:]


def draw(collated: Sequence[str]) -> tuple[pd.DataFrame, Figure]:
    """The table and the figure."""
    table = class_by_position_table(load_by_model(collated))
    return table, plot_class_by_position(table)
