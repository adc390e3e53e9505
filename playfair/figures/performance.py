"""Figure: accuracy and true-class score of each model by the number of frames that it sees."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import PercentFormatter

from playfair.data.stores.esv_store import load_by_model
from playfair.data.stores.esv_table import EsvTable
from playfair.evaluation.intervals import mean_interval, wilson_interval
from playfair.evaluation.performance import TOP, ranks, true_class_scores
from playfair.figures.catalogue import FigureEntry
from playfair.figures.drawing.counts import count_videos
from playfair.figures.drawing.names import model_heading, wrap
from playfair.figures.drawing.paper import paper
from playfair.figures.drawing.style import (
    REFERENCE,
    add_legend,
    add_title,
    count_frames_along,
    draw_with_interval,
    letters_in,
    model_looks,
    new_figure,
    say_nothing_to_draw,
    with_look,
)

FIGURE = FigureEntry(
    title="More frames, better predictions?",
    category="Models",
    order=40,
    needs=("collated",),
)

_DOTS = (0, (1, 1.5))


def performance_table(tables: Mapping[str, Mapping[int, EsvTable]]) -> pd.DataFrame:
    """Accuracy and mean true-class score by model and number of frames.

    Args:
        tables: by model, then by number of frames. Videos without a label are left out: there is
            nothing to compare their prediction with.

    Returns:
        One row per model and n_frames: model, n_frames, video_count (with a label) and
        unlabelled_count (left out); accuracy with its 95 % Wilson interval accuracy_low..
        accuracy_high; top5_accuracy, how often the true class is among the five of the highest
        scores, with top5_low..top5_high; score_mean with its 95 % interval (mean ± 1.96 standard
        errors, of probabilities within 0..1) score_low..score_high; chance = 1 / number of classes,
        the accuracy of guessing; prior_mean, the mean true-class score before any frame is seen.
    """
    rows = []
    for model, by_n_frames in tables.items():
        for n_frames in sorted(by_n_frames):
            table = by_n_frames[n_frames]
            known = table.label >= 0
            video_count = int(known.sum())
            right_count = int(table.correct[known].sum())
            low, high = wilson_interval(right_count, video_count)
            top_count = int((ranks(table.scores, table.label)[known] < TOP).sum())
            top_low, top_high = wilson_interval(top_count, video_count)
            score = mean_interval(true_class_scores(table.scores, table.label))
            is_probability = table.attributes.get("score", "probability") == "probability"
            possible = (0, 1) if is_probability else (-np.inf, np.inf)
            rows.append(
                {
                    "model": model,
                    "n_frames": n_frames,
                    "video_count": video_count,
                    "unlabelled_count": len(known) - video_count,
                    "accuracy": right_count / video_count if video_count else np.nan,
                    "accuracy_low": float(low),
                    "accuracy_high": float(high),
                    "top5_accuracy": top_count / video_count if video_count else np.nan,
                    "top5_low": float(top_low),
                    "top5_high": float(top_high),
                    "score_mean": float(score[0]),
                    "score_low": float(np.clip(score[1], *possible)),
                    "score_high": float(np.clip(score[2], *possible)),
                    "chance": 1 / len(table.prior),
                    "prior_mean": float(table.prior[table.label[known]].mean())
                    if video_count
                    else np.nan,
                }
            )
    return pd.DataFrame(rows)


@with_look
def plot_performance(table: pd.DataFrame) -> Figure:
    """Draw the table of :func:`performance_table`: accuracy left, mean score right.

    Where there are more than five classes dotted lines say how often the true one is among five.
    """
    if table.empty or not table["video_count"].any():
        return say_nothing_to_draw(
            new_figure(2.9), "No video has a known label: nothing to compare with."
        )
    columns = paper().columns(2, 3.0)
    rows = 2 // columns
    figure = new_figure(0.8 + 2.1 * rows + 0.1 * table["model"].nunique() / columns)
    accuracy_axes, score_axes = figure.subplots(rows, columns, squeeze=False).flat
    _draw_models(accuracy_axes, table, "accuracy", "accuracy")
    _draw_models(score_axes, table, "score_mean", "score")
    class_count = round(1 / table["chance"].iloc[0])
    if class_count > TOP:
        _draw_top(accuracy_axes, table)
    guessing = f"guessing, 1 of {class_count} classes"
    dashed, dotted = (0, (5, 3)), (0, (1, 2))
    accuracy_axes.axhline(
        table["chance"].iloc[0], color=REFERENCE, linestyle=dashed, linewidth=1.2, label=guessing
    )
    score_axes.axhline(
        table["prior_mean"].mean(),
        color=REFERENCE,
        linestyle=dotted,
        linewidth=1.2,
        label="prior, before any frame is seen",
    )
    letters = letters_in(paper().width / columns - 0.75)
    accuracy_axes.set_title(wrap("How often the highest score is the true class", letters))
    accuracy_axes.set_ylabel("accuracy")
    accuracy_axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0, symbol=" %"))
    score_axes.set_title("Score given to the true class")
    score_axes.set_ylabel("mean score of the true class")
    accuracy_axes.set_ylim(0, 1.03)
    if table["score_low"].min() >= 0 and table["score_high"].max() <= 1:
        score_axes.set_ylim(0, 1.03)
    for axes in (accuracy_axes, score_axes):
        axes.set_xlabel("number of frames that the model sees")
        count_frames_along(axes, table["n_frames"].min(), table["n_frames"].max())
    handles, labels = accuracy_axes.get_legend_handles_labels()
    score_handles, score_labels = score_axes.get_legend_handles_labels()
    add_legend(figure, handles + score_handles[-1:], labels + score_labels[-1:])
    left_out = int(table["unlabelled_count"].max())
    note = f", {left_out} without a label left out" if left_out else ""
    add_title(figure, FIGURE.title, count_videos(*table["video_count"]) + note)
    return figure


def _draw_models(axes: Axes, table: pd.DataFrame, value: str, interval: str) -> None:
    looks = model_looks(list(dict.fromkeys(table["model"])))
    for model, rows in table.groupby("model", sort=False):
        draw_with_interval(
            axes,
            rows["n_frames"],
            rows[value],
            rows[f"{interval}_low"],
            rows[f"{interval}_high"],
            label=model_heading(str(model), 30),
            **looks[str(model)],
        )


def _draw_top(axes: Axes, table: pd.DataFrame) -> None:
    """A thin line per model, without an interval: the true class among the five highest scores."""
    looks = model_looks(list(dict.fromkeys(table["model"])))
    for model, rows in table.groupby("model", sort=False):
        look = {**looks[str(model)], "linestyle": _DOTS, "marker": ""}
        axes.plot(rows["n_frames"], rows["top5_accuracy"], linewidth=1.0, **look)
    named = Line2D([], [], color=REFERENCE, linestyle=_DOTS, linewidth=1.0)
    named.set_label(f"among the {TOP} highest")
    axes.add_line(named)


def draw(collated: Sequence[str]) -> tuple[pd.DataFrame, Figure]:
    """The table and the figure."""
    table = performance_table(load_by_model(collated))
    return table, plot_performance(table)
