"""Drawing of filmstrips: one strip of frames with its bars, and the legend of all."""

import math
import textwrap
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from playfair.figures.drawing.counts import count_frames
from playfair.figures.drawing.names import model_heading
from playfair.figures.drawing.paper import paper
from playfair.figures.drawing.signs import draw_bars, sign_legend
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
)
from playfair.figures.drawing.style import (
    INK,
    REFERENCE,
    RIVAL,
    SUPPORTS,
    class_title,
)

# Everything in inches.
_BARS, _NUMBERS, _SECONDS = 0.5, 0.18, 0.15
_BETWEEN_BARS = 0.06
_LARGEST_FRAME = 1.3
_CELL_OF_A_NUMBER = 0.8
"""Where the number of a frame stands for its picture."""
_POINTS_PER_INCH = 72
_LONGEST_ROW = 10
_NARROWEST_CELL = 0.485
"""Into which a number of three decimals goes."""
OUTCOMES = {"right": "✓ right", "wrong": "✗ wrong", "unlabelled": "predicted"}
_RIVAL_WORDS = {"right": "next best", "wrong": "but predicted", "unlabelled": "strongest other"}
EVIDENCE_LOOK: dict[str, Any] = {"color": INK, "linewidth": 2.2, "solid_capstyle": "butt"}
"""Of the line above the frames that carry the evidence."""


def evidence_runs(inside: np.ndarray) -> list[tuple[int, int]]:
    """Runs of ones in `inside` (n,), each as its first place and the place after its last."""
    marked = np.concatenate([[0], inside == 1, [0]]).astype(int)
    starts, ends = np.flatnonzero(np.diff(marked) == 1), np.flatnonzero(np.diff(marked) == -1)
    return list(zip(starts.tolist(), ends.tolist(), strict=True))


def say_clip(uid: str, frame_count: int) -> str:
    """Which video a strip is of, and how many frames, in the lines of the words' column."""
    words = f"video {uid}, {count_frames(frame_count)}"
    return "\n".join(textwrap.wrap(words, LETTERS_PER_LINE, max_lines=2, placeholder=" …"))


class StripScale(NamedTuple):
    """What all strips of a page share: the range of their running totals, and decimals."""

    low: float
    high: float
    decimals: int

    @classmethod
    def of_examples(cls, table: pd.DataFrame) -> "StripScale":
        """The scale of the examples of a table, one row per frame."""
        totals = [0.0]
        for name in ("", "rival_"):
            by_example = table[f"{name}esv"].groupby(table["example"]).cumsum()
            totals += [*table[f"{name}prior"], *(table[f"{name}prior"] + by_example)]
        largest = np.nanmax(np.abs(table[["esv", "rival_esv"]].to_numpy()))
        return cls(
            float(np.nanmin(totals)), float(np.nanmax(totals)), 2 if largest >= _SMALL else 3
        )


class FrameStrip:
    """One example: words on the left, its frames side by side, and bars below them.

    Bars lead from the prior to the score, each as long as the ESV of the frame above it. Of a wrong
    prediction a second row of bars is the ESV for the true class minus that for the predicted one,
    on a scale of its own. More than ten frames, fewer on narrow paper, are broken into rows of
    equal length.

    Args:
        rows: one row per frame, columns as :func:`playfair.figures.filmstrips.filmstrips_table`.
        frames: the pictures, (H, W, 3) uint8 RGB each; None writes the frames' numbers instead.
    """

    def __init__(self, rows: pd.DataFrame, frames: Sequence[np.ndarray] | None):
        self.rows, self.frames = rows, frames
        self.model = str(rows["model"].iloc[0])
        beside = FRAMES_LEFT + MARGIN
        longest = paper().columns(_LONGEST_ROW, _NARROWEST_CELL, beside)
        row_count = math.ceil(len(rows) / longest)
        self.row_length = math.ceil(len(rows) / row_count)
        available = (paper().width - beside) / self.row_length
        if frames is None:
            self.cell, self.frame_height = min(available, _CELL_OF_A_NUMBER), LINE
        else:
            pixel_height, pixel_width = frames[0].shape[:2]
            widest = _LARGEST_FRAME * min(1.0, pixel_width / pixel_height) + GAP
            self.cell = min(available, widest)
            self.frame_height = (self.cell - GAP) * pixel_height / pixel_width
        self.is_wrong = rows["outcome"].iloc[0] == "wrong"
        self.has_seconds = bool(rows["seconds"].notna().all())
        self.bars_height = _BARS + _NUMBERS
        self.row_height = EVIDENCE + self.frame_height + GAP + self.bars_height
        self.row_height += _SECONDS * self.has_seconds
        self.row_height += (_BETWEEN_BARS + self.bars_height) * self.is_wrong
        self.lines = self._say()
        self.height = max(row_count * self.row_height, EVIDENCE + self.lines[-1].below_top + LINE)

    def draw(self, page: Page, scale: StripScale) -> None:
        """Draw below what the page holds."""
        page.add_lines(self.lines, EVIDENCE)
        for first in range(0, len(self.rows), self.row_length):
            chosen = slice(first, first + self.row_length)
            below_top = first // self.row_length * self.row_height
            self._draw_row(page, below_top, chosen, scale)
        page.top -= self.height + BETWEEN

    def _say(self) -> list[Line]:
        first = self.rows.iloc[0]
        outcome = OUTCOMES[first["outcome"]]
        if first["outcome"] == "unlabelled" and first["score"] < first["rival_score"]:
            outcome = "not predicted"
        model = model_heading(first["model"], LETTERS_PER_LINE)
        break_or_space = " " if len(f"{model} {outcome}") <= LETTERS_PER_LINE else "\n"
        clip = say_clip(first["uid"], len(self.rows))
        from_frames = first["score"] - first["prior"]
        sign = "−" if from_frames < 0 else "+"
        sums = f"{first['prior']:.2f} {sign} {abs(from_frames):.2f}"
        hundredths = [round(100 * value) for value in (first["prior"], from_frames, first["score"])]
        equals = "=" if hundredths[0] + hundredths[1] == hundredths[2] else "≈"
        pale: dict[str, Any] = {"color": REFERENCE}
        paragraphs: list[tuple[str, dict[str, Any]]] = [
            (f"{model}{break_or_space}{outcome}", pale),
            (clip, pale),
            (class_title(first["class_name"], LETTERS_PER_LINE - 3), {"weight": "bold"}),
            (f"score {first['score']:.2f} {equals} {sums}", {}),
        ]
        if not math.isnan(first["rival_score"]):
            rival = class_title(first["rival_class_name"], LETTERS_PER_LINE, max_lines=3)
            words = f"{_RIVAL_WORDS[first['outcome']]} ({first['rival_score']:.2f}):\n{rival}"
            paragraphs.append((words, pale))
        return break_lines(paragraphs)

    def _draw_row(
        self,
        page: Page,
        below_top: float,
        chosen: slice,
        scale: StripScale,
    ) -> None:
        rows = self.rows[chosen]
        width = self.cell * len(rows)
        evidence_axes = page.add_axes(FRAMES_LEFT, below_top, width, EVIDENCE)
        self._draw_evidence(evidence_axes, rows)
        below_top += EVIDENCE
        for place, frame_idx in enumerate(rows["frame_idx"] if self.frames is None else []):
            middle = FRAMES_LEFT + (place + 0.5) * self.cell
            page.add_text(middle, below_top, f"{frame_idx}", ha="center", color=REFERENCE)
        for place, frame in enumerate([] if self.frames is None else self.frames[chosen]):
            left = FRAMES_LEFT + place * self.cell + GAP / 2
            axes = page.add_axes(left, below_top, self.cell - GAP, self.frame_height)
            axes.imshow(frame, interpolation="lanczos", aspect="auto")
            axes.set_axis_off()
        below_top += self.frame_height
        if self.has_seconds:
            self._write_seconds(page, below_top + 0.02, rows["seconds"].tolist())
            below_top += _SECONDS
        below_top += GAP
        axes = page.add_axes(FRAMES_LEFT, below_top, width, _BARS)
        self._draw_waterfall(axes, chosen, scale)
        if self.is_wrong:
            below_top += self.bars_height + _BETWEEN_BARS
            axes = page.add_axes(FRAMES_LEFT, below_top, width, _BARS)
            self._draw_difference(axes, chosen, scale.decimals)

    def _write_seconds(self, page: Page, below_top: float, seconds: Sequence[float]) -> None:
        """When each frame is shown; where there is no room, every second one, or fewer."""
        every = math.ceil(_POINTS_OF_SECONDS / (self.cell * _POINTS_PER_INCH))
        for place in range(0, len(seconds), every):
            middle = FRAMES_LEFT + (place + 0.5) * self.cell
            words = f"{seconds[place]:.1f} s"
            page.add_text(middle, below_top, words, ha="center", color=REFERENCE)

    def _draw_evidence(self, axes: Axes, rows: pd.DataFrame) -> None:
        axes.set(xlim=(0, len(rows)), ylim=(0, 1))
        axes.set_axis_off()
        margin = GAP / 2 / self.cell
        for start, end in evidence_runs(rows["inside"].to_numpy()):
            axes.plot([start + margin, end - margin], [0.5, 0.5], **EVIDENCE_LOOK)

    def _draw_waterfall(self, axes: Axes, chosen: slice, scale: StripScale) -> None:
        """From the prior to the score; in grey how the other class's score would go."""
        esv = self.rows["esv"].to_numpy()
        after = self.rows["prior"].to_numpy() + np.cumsum(esv)
        before, after, esv = (after - esv)[chosen], after[chosen], esv[chosen]
        centres = np.arange(len(esv)) + 0.5
        rival = self.rows["rival_prior"].to_numpy() + np.cumsum(self.rows["rival_esv"].to_numpy())
        rival = rival[chosen]
        steps = np.arange(len(esv) + 1), np.append(rival, rival[-1])
        axes.step(*steps, where="post", color=RIVAL, linewidth=1.6)
        draw_bars(axes, centres, esv, 0.6, bottom=before)
        axes.hlines(before, centres - 1 + 0.3, centres - 0.3, color=INK, linewidth=0.6)
        axes.hlines(after[-1], centres[-1] + 0.3, len(esv), color=INK, linewidth=0.6)
        axes.axhline(0, color=INK, linewidth=0.7)
        room = 0.04 * max(scale.high - scale.low, 1e-6)
        self._finish(axes, (scale.low - room, scale.high + room), esv, scale.decimals)

    def _draw_difference(self, axes: Axes, chosen: slice, decimals: int) -> None:
        """True minus predicted class, on a scale that the strip has for itself."""
        difference = (self.rows["esv"] - self.rows["rival_esv"]).to_numpy()
        limit = 1.1 * (float(np.abs(difference).max()) or 1.0)
        difference = difference[chosen]
        draw_bars(axes, np.arange(len(difference)) + 0.5, difference, 0.6, hollow=True)
        axes.axhline(0, color=INK, linewidth=0.7)
        self._finish(axes, (-limit, limit), difference, decimals)
        # The largest number of one digit for which there is room.
        unit = 10 ** math.floor(math.log10(limit / 1.1))
        tick = unit * math.floor(limit / 1.1 / unit)
        axes.set_yticks([-tick, 0, tick], [f"−{tick:g}", "0", f"{tick:g}"])

    def _finish(
        self, axes: Axes, limits: tuple[float, float], values: np.ndarray, decimals: int
    ) -> None:
        """Limits and ticks, and the values in numbers below the frames."""
        axes.grid(visible=False)
        axes.spines[:].set_visible(False)
        axes.set(xlim=(0, len(values)), ylim=limits)
        axes.yaxis.set_major_locator(MaxNLocator(nbins=2, steps=[1, 2, 5, 10], min_n_ticks=2))
        axes.tick_params(axis="y", pad=1)
        numbers = [_signed(value, decimals) for value in values]
        if self.cell * _POINTS_PER_INCH < _POINTS_OF_A_NUMBER[decimals]:
            numbers = [""] * len(values)
        axes.set_xticks(np.arange(len(values)) + 0.5, numbers)
        axes.tick_params(axis="x", length=0, pad=1)
        for label, number in zip(axes.get_xticklabels(), numbers, strict=True):
            label.set_color(_NUMBER_COLOURS.get(number[:1], REFERENCE))


_SMALL = 0.05
"""Where no ESV reaches this, two decimals would show little but zeros."""
_POINTS_OF_A_NUMBER = {2: 30, 3: 35}
"""Width that a number of so many decimals needs."""
_POINTS_OF_SECONDS = 34
# Orange letters on white need to be darker than orange areas to be readable.
_NUMBER_COLOURS = {"+": SUPPORTS, "−": "#A35F00"}


def _signed(value: float, decimals: int) -> str:
    if abs(value) < 0.5 * 10**-decimals:
        return f"{0:.{decimals}f}"
    return f"{'−' if value < 0 else '+'}{abs(value):.{decimals}f}"


def strip_legend(
    table: pd.DataFrame, marked: str = "frames with evidence"
) -> tuple[list[Any], list[str]]:
    """Handles and labels of the legend of all strips; `marked` frames have a line."""
    handles, labels = sign_legend()
    if table["rival_esv"].notna().any():
        handles.append(Line2D([], [], color=RIVAL, linewidth=1.6))
        labels.append("the other class")
    if (table["outcome"] == "wrong").any():
        handles.append(Patch(facecolor="white", edgecolor=INK))
        labels.append("true − predicted, own scale")
    if table["inside"].notna().any():
        handles.append(Line2D([], [], **EVIDENCE_LOOK))
        labels.append(marked)
    return handles, labels
