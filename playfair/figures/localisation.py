"""Figure: how much of the support falls on the frames that are known to carry the evidence."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import PercentFormatter

from playfair.attribution.compared.positions import CentredGaussian, GaussianOptions
from playfair.data.clips.ground_truth import read_ground_truth
from playfair.data.stores.esv_store import load_by_model
from playfair.data.stores.esv_table import EsvTable
from playfair.evaluation.intervals import mean_interval, wilson_interval
from playfair.evaluation.localisation import (
    auroc,
    average_precision,
    evidence_of,
    largest_inside,
    positive_mass_inside,
    uniform_mass_inside,
)
from playfair.figures.catalogue import FigureEntry
from playfair.figures.drawing.counts import count_videos
from playfair.figures.drawing.names import model_heading
from playfair.figures.drawing.paper import paper
from playfair.figures.drawing.style import (
    REFERENCE,
    add_legend,
    add_title,
    count_frames_along,
    draw_with_interval,
    explained_class,
    model_looks,
    new_figure,
    say_nothing_to_draw,
    with_look,
)

FIGURE = FigureEntry(
    title="Do the values point at the evidence?",
    category="Attributions",
    order=60,
    needs=("collated", "ground_truth"),
    facts=("evidence_rate",),
)

_ALL_CLIPS: dict[str, Any] = {
    "linestyle": (0, (4, 2)),
    "linewidth": 1.0,
    "markerfacecolor": "white",
}
_UNIFORM: dict[str, Any] = {"color": REFERENCE, "linestyle": (0, (1, 1.5)), "marker": "."}
_MIDDLE: dict[str, Any] = {"color": REFERENCE, "linewidth": 1.0, "marker": "x"}
_PANELS = (
    ("mass_inside", "mass", "middle_mass", "Support that falls on\nframes with evidence"),
    ("largest_inside", "largest", "middle_largest", "Videos whose strongest\nframe shows evidence"),
    ("auroc", "auroc", "middle_auroc", "Frames with evidence valued\nabove others (AUROC)"),
)
"""Column, that of its interval, that of the position-only baseline, and title."""


def localisation_table(
    tables: Mapping[str, Mapping[int, EsvTable]], ground_truth: pd.DataFrame
) -> pd.DataFrame:
    """Share of the positive true-class ESV mass inside the ground-truth interval.

    Args:
        tables: by model, then by number of frames.
        ground_truth: columns uid, first_frame, last_frame (both inclusive, counted as frame_idx).
            A video may have several. Videos that it does not name are left out; of videos without
            a label the predicted class is explained, and they count among "all" only.

    Returns:
        Two rows per model and n_frames, over the clips that the model gets "right" at that n_frames
        and over "all": model, n_frames, clips, video_count and, of these, unlabelled_count;
        mass_inside, the mean over clips of the
        share of :func:`~playfair.evaluation.localisation.positive_mass_inside`, with its 95 %
        interval mass_low..mass_high; without_positive_mass, the number of clips that this mean
        leaves out because no frame supports the true class; uniform_inside, what uniform
        attribution gives on all of these clips; largest_inside, the share of clips whose frame with
        the largest ESV is inside, with its 95 % Wilson interval largest_low..largest_high; auroc
        with its 95 % interval auroc_low..auroc_high and average_precision, means over the clips
        with frames inside and outside; middle_mass, middle_largest and middle_auroc, what the
        method `centred_gaussian` gets, which values middle frames most whatever they show.
    """
    rows = []
    for model, by_n_frames in tables.items():
        for n_frames in sorted(by_n_frames):
            table = by_n_frames[n_frames]
            inside, kept = evidence_of(table.uid, table.frame_idx, ground_truth)
            inside = inside[kept]
            esv = table.esv_for(table.explained)[kept]
            everything = np.ones(len(esv), dtype=bool)
            unlabelled = table.label[kept] < 0
            for clips, chosen in (("right", table.correct[kept]), ("all", everything)):
                summary = _summarise(esv[chosen], inside[chosen])
                summary["unlabelled_count"] = int(unlabelled[chosen].sum())
                rows.append({"model": model, "n_frames": n_frames, "clips": clips} | summary)
    return pd.DataFrame(rows)


def _summarise(esv: np.ndarray, inside: np.ndarray) -> dict[str, float]:
    share = positive_mass_inside(esv, inside)
    mean, low, high = mean_interval(share)
    hits = int(largest_inside(esv, inside).sum())
    largest_low, largest_high = wilson_interval(hits, len(esv))
    area, area_low, area_high = mean_interval(auroc(esv, inside))
    gaussian = CentredGaussian(esv.shape[1], None, GaussianOptions())
    middle = gaussian.by_position(len(esv)).astype(np.float32)
    return {
        "video_count": len(esv),
        "without_positive_mass": int(np.isnan(share).sum()),
        "mass_inside": float(mean),
        "mass_low": float(np.clip(low, 0, 1)),
        "mass_high": float(np.clip(high, 0, 1)),
        "uniform_inside": float(mean_interval(uniform_mass_inside(inside))[0]),
        "largest_inside": hits / len(esv) if len(esv) else np.nan,
        "largest_low": float(largest_low),
        "largest_high": float(largest_high),
        "auroc": float(area),
        "auroc_low": float(np.clip(area_low, 0, 1)),
        "auroc_high": float(np.clip(area_high, 0, 1)),
        "average_precision": float(mean_interval(average_precision(esv, inside))[0]),
        "middle_mass": float(mean_interval(positive_mass_inside(middle, inside))[0]),
        "middle_largest": float(largest_inside(middle, inside).mean()) if len(esv) else np.nan,
        "middle_auroc": float(mean_interval(auroc(middle, inside))[0]),
    }


@with_look
def plot_localisation(table: pd.DataFrame) -> Figure:
    """Draw the table of :func:`localisation_table`.

    Mean share of the positive mass inside the interval; share of clips whose largest-ESV frame is
    inside; AUROC. Solid lines: clips that the model gets right; thin dashed lines: all clips.
    Grey, over all clips: uniform attribution, which is also the chance that a random frame is
    inside, and values that are highest in the middle whatever is there.
    """
    if table.empty or not table["video_count"].any():
        return say_nothing_to_draw(new_figure(3.3), "The ground truth names none of the videos.")
    models = list(dict.fromkeys(table["model"]))
    looks = model_looks(models)
    everything = table[table["clips"] == "all"].groupby("n_frames")
    columns = paper().columns(len(_PANELS), 2.2)
    rows = -(-len(_PANELS) // columns)
    figure = new_figure(1.1 + 1.8 * rows + 0.28 * len(models) * 2.0 / columns)
    panels = figure.subplots(rows, columns, squeeze=False, sharey=True).ravel()
    for axes in panels[len(_PANELS) :]:
        axes.set_visible(False)
    for axes, (measure, interval, baseline, title) in zip(panels, _PANELS, strict=False):
        for model in models:
            right, both = (
                table[(table["model"] == model) & (table["clips"] == clips)]
                for clips in ("right", "all")
            )
            axes.plot(both["n_frames"], both[measure], **looks[model] | _ALL_CLIPS)
            draw_with_interval(
                axes,
                right["n_frames"],
                right[measure],
                right[f"{interval}_low"],
                right[f"{interval}_high"],
                **looks[model],
            )
        uniform = everything["uniform_inside"].mean()
        # Of equal values each wins half of the pairs.
        chance = uniform * 0 + 0.5 if measure == "auroc" else uniform
        axes.plot(chance.index, chance, **_UNIFORM)
        middle = everything[baseline].mean()
        axes.plot(middle.index, middle, **_MIDDLE)
        axes.set_ylim(0, 1.03)
        axes.set_title(title)
        axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0, symbol=" %"))
        count_frames_along(axes, table["n_frames"].min(), table["n_frames"].max())
        axes.tick_params(labelleft=True)
        axes.set_xlabel("number of frames")
    for axes in panels[::columns]:
        axes.set_ylabel("mean over videos")
    handles = [Line2D([], [], **looks[model]) for model in models]
    names = [model_heading(model, 30) for model in models]
    labels = [f"{name}, clips that it gets right" for name in names]
    handles += [Line2D([], [], **looks[model] | _ALL_CLIPS) for model in models]
    labels += [f"{name}, all clips" for name in names]
    handles.append(Line2D([], [], **_UNIFORM))
    handles.append(Line2D([], [], **_MIDDLE))
    labels += ["every frame the same (uniform)", "middle frames first, whatever they show"]
    add_legend(figure, handles, labels, handlelength=2.6)
    _, note = explained_class(table)
    count = count_videos(*table.loc[table["clips"] == "all", "video_count"])
    add_title(figure, FIGURE.title, count, note)
    return figure


def draw(
    collated: Sequence[str], ground_truth: str, *, evidence_rate: float
) -> tuple[pd.DataFrame, Figure]:
    """The table and the figure."""
    truth = read_ground_truth(ground_truth, evidence_rate)
    table = localisation_table(load_by_model(collated), truth)
    return table, plot_localisation(table)
