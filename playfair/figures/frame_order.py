"""Figure: what becomes of accuracy, scores and ESVs when frames are reversed or shuffled."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from playfair.evaluation.frame_order import AS_IS, ORDERS, REVERSED, SHUFFLED
from playfair.evaluation.intervals import mean_interval, wilson_interval
from playfair.evaluation.sampling_error import correlation
from playfair.figures.catalogue import FigureEntry
from playfair.figures.drawing.counts import count_videos
from playfair.figures.drawing.names import model_heading, wrap
from playfair.figures.drawing.paper import paper
from playfair.figures.drawing.style import (
    INK,
    PALETTE,
    REFERENCE,
    add_legend,
    add_title,
    letters_in,
    model_looks,
    models_to_draw,
    new_figure,
    say_nothing_to_draw,
    with_look,
)
from playfair.files import read_csv

FIGURE = FigureEntry(
    title="Does the order of the frames matter?",
    category="Models",
    order=43,
    needs=("order_checks",),
)

_HEIGHT, _SCATTER = 2.1, 2.35
_MEASURES = {
    "accuracy": "how often the true class wins",
    "score": "score of the true class",
    "kept": "same prediction as before",
}
_LOOKS: dict[str, dict[str, Any]] = {
    REVERSED: {"color": INK, "marker": "o"},
    SHUFFLED: {"color": PALETTE[3], "marker": "x"},
}


def frame_order_table(runs: pd.DataFrame) -> pd.DataFrame:
    """Accuracy, scores and ESVs by model and order of the frames.

    Args:
        runs: model and the columns of :func:`playfair.evaluation.frame_order.order_rows`.

    Returns:
        One row per model and order (as_is, reversed, shuffled): model, order, n_frames,
        video_count and, of these, unlabelled_count; accuracy on those with a label, and kept, the
        share of videos whose prediction is that of the frames as they are, with 95 % Wilson
        intervals (_low, _high); score of the explained class, and, of the ESVs of a video against
        those of the same frames as they are, esv_correlation and esv_difference, the mean of
        |difference|, each a mean over videos with its 95 % interval; esv_difference_max, the
        largest of all. Where ESVs are all the same, videos have no correlation and are left out.
    """
    rows = []
    for model, of_model in runs.groupby("model", sort=False):
        before = _by_frame(of_model[of_model["order"] == AS_IS])
        for order in ORDERS:
            videos = of_model[of_model["order"].eq(order) & of_model["position"].eq(1)]
            esv = _by_frame(of_model[of_model["order"] == order]).loc[before.index].to_numpy()
            difference = np.abs(esv - before.to_numpy())
            labelled = videos[videos["is_labelled"].astype(bool)]
            row = {
                "model": model,
                "order": order,
                "n_frames": int(videos["n_frames"].iloc[0]),
                "video_count": len(videos),
                "unlabelled_count": len(videos) - len(labelled),
                "esv_difference_max": float(difference.max()),
            }
            for measure, flags in (
                ("accuracy", labelled["is_right"]),
                ("kept", videos["keeps_prediction"]),
            ):
                right, count = int(flags.astype(bool).sum()), len(flags)
                low, high = wilson_interval(right, count)
                row |= _with_ends(measure, right / count if count else np.nan, low, high)
            for measure, values in (
                ("score", videos["score"]),
                ("esv_correlation", correlation(esv, before.to_numpy())),
                ("esv_difference", difference.mean(axis=1)),
            ):
                row |= _with_ends(measure, *mean_interval(values))
            rows.append(row)
    return pd.DataFrame(rows)


def _by_frame(runs: pd.DataFrame) -> pd.DataFrame:
    """ESVs of one order, a row per video and a column per frame."""
    return runs.pivot(index="uid", columns="position", values="esv")


def _with_ends(name: str, middle: Any, low: Any, high: Any) -> dict[str, float]:
    return {name: float(middle), f"{name}_low": float(low), f"{name}_high": float(high)}


@with_look
def plot_frame_order(table: pd.DataFrame, runs: pd.DataFrame) -> Figure:
    """Draw the table of :func:`frame_order_table`, and below it the ESVs of all frames by model.

    A point is a frame: its ESV in the sequence as it is, and in the other order.
    """
    models = list(dict.fromkeys(table["model"])) if len(table) else []
    if not models:
        figure = new_figure(2.0)
        return say_nothing_to_draw(figure, "There are no videos to ask a model about.")
    columns = paper().columns(len(_MEASURES), 2.1)
    above = -(-len(_MEASURES) // columns)
    others = 1.0 + _HEIGHT * above
    most = columns * paper().rows(-(-len(models) // columns), _SCATTER, others)
    models, note = models_to_draw(models, most)
    table, runs = (rows[rows["model"].isin(models)] for rows in (table, runs))
    below = -(-len(models) // columns)
    figure = new_figure(others + _SCATTER * below)
    ratios = [_HEIGHT] * above + [_SCATTER] * below
    panels = figure.subplots(above + below, columns, squeeze=False, height_ratios=ratios)
    measures, scatters = panels[:above].ravel(), panels[above:].ravel()
    for axes in [*measures[len(_MEASURES) :], *scatters[len(models) :]]:
        axes.set_visible(False)
    has_labels = bool((table["video_count"] > table["unlabelled_count"]).any())
    for axes, (measure, title) in zip(measures, _MEASURES.items(), strict=False):
        _draw_measure(axes, table, measure)
        title = title if has_labels else title.replace("true", "predicted")
        axes.set_title(wrap(title, letters_in(paper().width / columns - 0.55)))
    if not has_labels:
        measures[0].set_axis_off()
    room = 0.05 * (float(np.ptp(runs["esv"])) or 1.0)
    limits = float(runs["esv"].min()) - room, float(runs["esv"].max()) + room
    for axes, model in zip(scatters, models, strict=False):
        of_model = runs[runs["model"] == model]
        _draw_frames(axes, of_model, limits)
        rows = table[table["model"] == model].set_index("order")
        alike = ", ".join(f"{rows['esv_correlation'][order]:.2f}" for order in _LOOKS)
        count = rows["n_frames"].iloc[0]
        name = model_heading(model, letters_in(paper().width / columns - 0.75) - 5, max_lines=3)
        axes.set_title(f"{name}: n = {count}\ncorrelation {alike}")
    scatters[0].set_ylabel("ESV in the other order")
    handles, labels = measures[1].get_legend_handles_labels()
    frames = scatters[0].get_legend_handles_labels()
    add_legend(figure, handles + frames[0], labels + frames[1], markerscale=1)
    add_title(figure, FIGURE.title, count_videos(*table["video_count"]), note)
    return figure


def _draw_measure(axes: Axes, table: pd.DataFrame, measure: str) -> None:
    """A mark with its interval for every order, side by side for the models."""
    models = list(dict.fromkeys(table["model"]))
    looks = model_looks(models)
    for place, model in enumerate(models):
        rows = table[table["model"] == model].set_index("order").loc[list(ORDERS)]
        x = np.arange(len(ORDERS)) + (place + 1) / (len(models) + 1) - 0.5
        look = {**looks[model], "linestyle": "", "label": model_heading(model)}
        low, high = rows[f"{measure}_low"], rows[f"{measure}_high"]
        axes.vlines(x, low, high, color=looks[model]["color"], linewidth=1.0)
        axes.plot(x, rows[measure], **look)
    axes.set_xticks(range(len(ORDERS)), [order.replace("_", " ") for order in ORDERS])
    axes.tick_params(axis="x", length=0)
    axes.set_xlim(-0.5, len(ORDERS) - 0.5)
    if measure != "score":
        axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0, symbol=" %"))
    if table[f"{measure}_low"].min() >= 0 and table[f"{measure}_high"].max() <= 1:
        axes.set_ylim(0, 1.03)


def _draw_frames(axes: Axes, runs: pd.DataFrame, limits: tuple[float, float]) -> None:
    """Every frame's ESV in another order over that in the sequence as it is."""
    before = _by_frame(runs[runs["order"] == AS_IS])
    axes.axline((0, 0), slope=1, color=REFERENCE, linewidth=0.8, linestyle=(0, (4, 2)))
    for order, look in _LOOKS.items():
        after = _by_frame(runs[runs["order"] == order]).loc[before.index]
        axes.plot(
            before.to_numpy().ravel(),
            after.to_numpy().ravel(),
            linestyle="",
            markersize=2.5,
            alpha=0.5,
            rasterized=True,
            label=f"a frame, {order}",
            **look,
        )
    axes.set(xlim=limits, ylim=limits, xlabel="ESV as it is")
    axes.locator_params(nbins=5)


def draw(order_checks: Sequence[str]) -> tuple[pd.DataFrame, Figure]:
    """The table and the figure, of runs called frame_order_runs_<model>.csv."""
    runs = pd.concat(
        [
            read_csv(path).assign(model=Path(path).stem.removeprefix("frame_order_runs_"))
            for path in order_checks
        ],
        ignore_index=True,
    )
    table = frame_order_table(runs)
    return table, plot_frame_order(table, runs)
