"""Figure: the sampled ESVs of every frame of the example videos, over time."""

import math
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator

from playfair.data.clips.frame_sampling import sample_frame_idx
from playfair.data.clips.ground_truth import read_ground_truth
from playfair.data.stores.esv_store import read_all_frames_esvs
from playfair.data.stores.esv_table import EsvTable
from playfair.data.video.gulp import GulpReader
from playfair.errors import InputError
from playfair.evaluation.intervals import STANDARD_NORMAL_95
from playfair.figures.catalogue import FigureEntry
from playfair.figures.drawing.counts import count_examples
from playfair.figures.drawing.names import model_title
from playfair.figures.drawing.paper import paper
from playfair.figures.drawing.strip_page import (
    BETWEEN,
    EVIDENCE,
    FRAMES_LEFT,
    GAP,
    LETTERS_PER_LINE,
    LINE,
    MARGIN,
    Line,
    Page,
    break_lines,
    room_for_blocks,
)
from playfair.figures.drawing.strips import EVIDENCE_LOOK, OUTCOMES, evidence_runs, say_clip
from playfair.figures.drawing.style import (
    FAINT,
    INK,
    REFERENCE,
    class_title,
    draw_with_interval,
    model_looks,
    new_figure,
    say_nothing_to_draw,
    with_look,
)
from playfair.figures.filmstrips import Frames, inside_evidence
from playfair.files import read_csv

FIGURE = FigureEntry(
    title="Frame by frame: what every frame contributes",
    category="Attributions",
    order=20,
    needs=("examples", "all_frames_esvs"),
    uses=("gulp", "ground_truth"),
    facts=("fps", "evidence_rate"),
)

COLUMNS = [
    "example",
    "model",
    "uid",
    "outcome",
    "class_name",
    "prior",
    "score",
    "frame_idx",
    "seconds",
    "esv",
    "esv_se",
    "inside",
    "evaluations",
]
"""Of :func:`every_frame_table`, also where there is no example."""

# In inches.
_CURVE, _SECONDS = 0.8, 0.2
_FRAME_WIDTH, _FRAME_HEIGHT = 0.6, 0.5
_MARKERS_IN_WORDS = {"o": "●", "s": "■", "D": "◆", "^": "▲", "v": "▼", "P": "✚"}
_CURVE_LOOK: dict[str, Any] = {"linewidth": 1.2, "markersize": 2.6}
_SHADE = 0.45
_SMALL = 0.04
"""Where ESVs span less than this, decimals would need more room than the axis has."""


def every_frame_table(
    examples: pd.DataFrame,
    tables: Iterable[EsvTable],
    fps: float,
    ground_truth: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """The ESVs of every frame of the example videos, by every model that explains them.

    Args:
        examples: columns uid (str) and class_name, one row or more per example, as
            :func:`playfair.figures.filmstrips.filmstrips_table` gives them. Each video comes once
            per class, in this order.
        tables: of one video each with sampled values, as
            :func:`read_all_frames_esvs` gives them; the attribute model
            says of which model.
        fps: frames per second.
        ground_truth: columns uid, first_frame, last_frame (inclusive), where it is known.

    Returns:
        One row per example, model and frame: example (0..), model, uid, outcome of the model on all
        frames ("right", "wrong" or "unlabelled"), class_name, prior and score of that class,
        frame_idx, seconds (frame_idx / fps), esv and its standard error esv_se, inside (1.0 / 0.0,
        NaN without ground truth), evaluations of the model that the video took.

    Raises:
        InputError: if a table does not hold sampled values.
    """
    tables = list(tables)
    rows = []
    videos = examples[["uid", "class_name"]].drop_duplicates()
    for place, (uid, class_name) in enumerate(videos.itertuples(index=False)):
        for table in tables:
            if table.uid[0] == uid:
                of_video = _video_rows(table, str(class_name), fps, ground_truth)
                rows.append(of_video.assign(example=place)[COLUMNS])
    return pd.concat(rows, ignore_index=True) if rows else pd.DataFrame(columns=COLUMNS)


def _video_rows(
    table: EsvTable, class_name: str, fps: float, ground_truth: pd.DataFrame | None
) -> pd.DataFrame:
    model, uid = str(table.attributes["model"]), str(table.uid[0])
    if table.standard_error is None or table.evaluations is None:
        raise InputError(
            f"the ESVs of every frame of video {uid!r} by {model} have no standard errors: "
            "expected sampled values"
        )
    class_idx = int(np.flatnonzero(table.class_name == class_name)[0])
    outcome = "right" if table.correct[0] else "wrong"
    frame_idx = table.frame_idx[0]
    return pd.DataFrame(
        {
            "model": model,
            "uid": uid,
            "outcome": "unlabelled" if table.label[0] < 0 else outcome,
            "class_name": class_name,
            "prior": float(table.prior[class_idx]),
            "score": float(table.scores[0, class_idx]),
            "frame_idx": frame_idx,
            "seconds": frame_idx / fps,
            "esv": table.esv[0, :, class_idx].astype(np.float64),
            "esv_se": table.standard_error[0, :, class_idx].astype(np.float64),
            "inside": inside_evidence(uid, frame_idx, ground_truth),
            "evaluations": int(table.evaluations[0]),
        }
    )


@with_look
def plot_every_frame(table: pd.DataFrame, frames: Frames | None = None) -> Figure:
    """Draw the table of :func:`every_frame_table`.

    Per example: in words the class and what each model made of all frames; a few frames, each above
    its time; below them one curve per model with its 95 % band (± 1.96 standard errors), the known
    interval shaded. All curves share one scale.

    Args:
        table: one row per example, model and frame.
        frames: called as frames(uid, frame_idx), gives the frames to show; None shows none.
    """
    if table.empty:
        return say_nothing_to_draw(new_figure(2.0), "There is no example to show.")
    half_width = STANDARD_NORMAL_95 * table["esv_se"]
    table = table.assign(low=table["esv"] - half_width, high=table["esv"] + half_width)
    values = table[["esv", "low", "high"]].to_numpy()
    scale = min(np.nanmin(values), 0.0), max(np.nanmax(values), 0.0)
    looks = model_looks(list(dict.fromkeys(table["model"])))
    panels = [_Panel(rows, looks, frames) for _, rows in table.groupby("example")]
    heights = [panel.height for panel in panels]
    room = room_for_blocks()
    drawn = max(1, int((np.cumsum(np.array(heights) + BETWEEN) <= room).sum()))
    words = (
        "ESV of each frame for the class: above 0 the frame supports it, below 0 it distracts; "
        f"{count_examples(drawn, len(panels))}"
    )
    legend = _legend(next(iter(looks.values())), bool(table["inside"].notna().any()))
    page = Page(FIGURE.title, heights[:drawn], legend, words)
    for panel in panels[:drawn]:
        panel.draw(page, scale)
    return page.figure


class _Panel:
    """One example: words on the left, a few frames in their places in time, the curves below."""

    def __init__(
        self, rows: pd.DataFrame, looks: Mapping[str, dict[str, Any]], frames: Frames | None
    ):
        self.by_model = {
            str(model): of_model for model, of_model in rows.groupby("model", sort=False)
        }
        self.looks = looks
        self.width = paper().width - FRAMES_LEFT - MARGIN
        first = next(iter(self.by_model.values()))
        self.inside = first["inside"].to_numpy()
        self.frame_count = len(first)
        seconds = first["seconds"].to_numpy()
        self.period = float(seconds[1] - seconds[0]) if len(seconds) > 1 else 1.0
        self.pictures: Sequence[np.ndarray] = []
        self.frame_width = self.frame_height = 0.0
        self.uid = str(first["uid"].iloc[0])
        if frames is not None and (beginning := frames(self.uid, [0])):
            count = self._fit_frames(*beginning[0].shape[:2])
            idx = sample_frame_idx(self.frame_count, count).tolist()
            self.pictures = frames(self.uid, idx) or []
        self.lines = self._say()
        drawn = EVIDENCE + self.frame_height + GAP + _CURVE + _SECONDS
        self.height = max(drawn, EVIDENCE + self.lines[-1].below_top + LINE)

    def draw(self, page: Page, scale: tuple[float, float]) -> None:
        """Draw below what the page holds; `scale` is the range of values of all panels."""
        page.add_lines(self.lines, EVIDENCE)
        self._draw_evidence(page.add_axes(FRAMES_LEFT, 0, self.width, EVIDENCE))
        cell = self.width / max(len(self.pictures), 1)
        for place, picture in enumerate(self.pictures):
            left = FRAMES_LEFT + (place + 0.5) * cell - self.frame_width / 2
            axes = page.add_axes(left, EVIDENCE, self.frame_width, self.frame_height)
            axes.imshow(picture, interpolation="lanczos", aspect="auto")
            axes.set_axis_off()
        below_top = EVIDENCE + self.frame_height + GAP
        self._draw_curves(page.add_axes(FRAMES_LEFT, below_top, self.width, _CURVE), scale)
        page.top -= self.height + BETWEEN

    def _fit_frames(self, pixel_height: int, pixel_width: int) -> int:
        """How many frames go side by side, in the middles of equal parts of the video."""
        aspect = pixel_width / pixel_height
        widest = min(_FRAME_HEIGHT * aspect, _FRAME_WIDTH)
        count = min(max(round(self.width / (widest + GAP)), 1), self.frame_count)
        self.frame_width = min(self.width / count - GAP, widest * 1.1)
        self.frame_height = self.frame_width / aspect
        return count

    def _say(self) -> list[Line]:
        class_name = next(iter(self.by_model.values()))["class_name"].iloc[0]
        paragraphs: list[tuple[str, dict[str, Any]]] = [
            (class_title(class_name, LETTERS_PER_LINE - 3), {"weight": "bold"})
        ]
        for model, rows in self.by_model.items():
            look, first = self.looks[model], rows.iloc[0]
            # The no-break space keeps the score's word and number on one line.
            words = (
                f"{_MARKERS_IN_WORDS[look['marker']]} {model_title(model)} "
                f"{OUTCOMES[first['outcome']]}, score\N{NO-BREAK SPACE}{first['score']:.2f}"
            )
            paragraphs.append((textwrap.fill(words, LETTERS_PER_LINE), {"color": look["color"]}))
        counts = [rows["evaluations"].iloc[0] for rows in self.by_model.values()]
        least, most = min(counts), max(counts)
        evaluations = f"{most}" if least == most else f"{least}–{most}"
        clip = say_clip(self.uid, self.frame_count)
        sampled = f"{clip}\n{evaluations} evaluations"
        return break_lines([*paragraphs, (sampled, {"color": REFERENCE})])

    def _evidence_seconds(self) -> list[tuple[float, float]]:
        return [
            ((start - 0.5) * self.period, (end - 0.5) * self.period)
            for start, end in evidence_runs(self.inside)
        ]

    def _limit_to_video(self, axes: Axes) -> None:
        axes.set_xlim(-0.5 * self.period, (self.frame_count - 0.5) * self.period)

    def _draw_evidence(self, axes: Axes) -> None:
        self._limit_to_video(axes)
        axes.set_ylim(0, 1)
        axes.set_axis_off()
        for interval in self._evidence_seconds():
            axes.plot(interval, [0.5, 0.5], **EVIDENCE_LOOK)

    def _draw_curves(self, axes: Axes, scale: tuple[float, float]) -> None:
        for interval in self._evidence_seconds():
            axes.axvspan(*interval, color=FAINT, alpha=_SHADE, linewidth=0, zorder=0)
        axes.axhline(0, color=INK, linewidth=0.7)
        for model, rows in self.by_model.items():
            draw_with_interval(
                axes,
                rows["seconds"],
                rows["esv"],
                rows["low"],
                rows["high"],
                **_CURVE_LOOK,
                **self.looks[model],
            )
        self._limit_to_video(axes)
        room = 0.04 * max(scale[1] - scale[0], 1e-6)
        axes.set_ylim(scale[0] - room, scale[1] + room)
        axes.yaxis.set_major_locator(MaxNLocator(nbins=4, steps=[1, 2, 5, 10], min_n_ticks=2))
        # Words at the very end would be cut off by the edge of the page.
        end = 0.98 * axes.get_xlim()[1]
        ticks = MaxNLocator(nbins=8, steps=[1, 2, 5, 10]).tick_values(0, end)
        axes.set_xticks([seconds for seconds in ticks if 0 <= seconds <= end])
        if scale[1] - scale[0] < _SMALL:
            axes.yaxis.set_major_formatter(_write_small(max(scale[1], -scale[0], 1e-12)))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda seconds, _: f"{seconds:g} s"))
        axes.tick_params(pad=1.5)


def _write_small(largest: float) -> FuncFormatter:
    """Of ticks as multiples of one power of ten, such as 4e−4."""
    exponent = math.floor(math.log10(largest))

    def write(esv: float, _: object) -> str:
        return f"{esv / 10**exponent:g}e{exponent}".replace("-", "−") if esv else "0"

    return FuncFormatter(write)


def _legend(look: dict[str, Any], has_truth: bool) -> tuple[list[Any], list[str]]:
    band = Patch(color=look["color"], alpha=0.25, linewidth=0)
    handles: list[Any] = [(band, Line2D([], [], **_CURVE_LOOK, **look))]
    labels = ["sampled ESV with its 95 % interval"]
    if has_truth:
        shading = Patch(color=FAINT, alpha=_SHADE, linewidth=0)
        handles.append((shading, Line2D([], [], **EVIDENCE_LOOK)))
        labels.append("frames that carry the evidence")
    return handles, labels


def draw(
    examples: str,
    all_frames_esvs: Sequence[str],
    gulp: str | None,
    ground_truth: str | None,
    *,
    fps: float,
    evidence_rate: float,
) -> tuple[pd.DataFrame, Figure]:
    """The table and the figure of the videos that `examples`, the filmstrips' table, names."""
    shown = read_csv(examples)
    uids = shown["uid"].unique().tolist()
    table = every_frame_table(
        shown,
        [video for path in all_frames_esvs for video in read_all_frames_esvs(path, uids)],
        fps,
        read_ground_truth(ground_truth, evidence_rate) if ground_truth else None,
    )
    return table, plot_every_frame(table, GulpReader(gulp).pictures if gulp else None)
