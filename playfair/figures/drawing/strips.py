"""Drawing of filmstrips: one strip of frames with its bars, and the legend of all."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from playfair.figures.drawing.names import model_title
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
    DISTRACTS,
    INK,
    REFERENCE,
    RIVAL,
    SUPPORTS,
    TWO_COLUMNS,
    class_title,
)

# Everything in inches.
_BARS, _NUMBERS = 0.42, 0.18
_LARGEST_FRAME = 1.3
_CELL_OF_A_NUMBER = 0.8
"""Where the number of a frame stands for its picture."""
_POINTS_PER_INCH = 72
_LONGEST_ROW = 10
OUTCOMES = {"right": "✓ right", "wrong": "✗ wrong", "unlabelled": "(no label)"}
_RIVAL_WORDS = {"right": "next best", "wrong": "but predicted", "unlabelled": "strongest other"}
EVIDENCE_LOOK: dict[str, Any] = {"color": INK, "linewidth": 2.2, "solid_capstyle": "butt"}
"""Of the line above the frames that carry the evidence."""


def evidence_runs(inside: np.ndarray) -> list[tuple[int, int]]:
    """Runs of ones in `inside` (n,), each as its first place and the place after its last."""
    marked = np.concatenate([[0], inside == 1, [0]]).astype(int)
    starts, ends = np.flatnonzero(np.diff(marked) == 1), np.flatnonzero(np.diff(marked) == -1)
    return list(zip(starts.tolist(), ends.tolist(), strict=True))


class FrameStrip:
    """One example: words on the left, its frames side by side, a pair of bars below each frame.

    More than ten frames are broken into rows of equal length.

    Args:
        rows: one row per frame, columns as :func:`playfair.figures.filmstrips.filmstrips_table`.
        frames: the pictures, (H, W, 3) uint8 RGB each; None writes the frames' numbers instead.
    """

    def __init__(self, rows: pd.DataFrame, frames: Sequence[np.ndarray] | None):
        self.rows, self.frames = rows, frames
        row_count = math.ceil(len(rows) / _LONGEST_ROW)
        self.row_length = math.ceil(len(rows) / row_count)
        available = (TWO_COLUMNS - FRAMES_LEFT - MARGIN) / self.row_length
        if frames is None:
            self.cell, self.frame_height = min(available, _CELL_OF_A_NUMBER), LINE
        else:
            pixel_height, pixel_width = frames[0].shape[:2]
            widest = _LARGEST_FRAME * min(1.0, pixel_width / pixel_height) + GAP
            self.cell = min(available, widest)
            self.frame_height = (self.cell - GAP) * pixel_height / pixel_width
        self.row_height = EVIDENCE + self.frame_height + GAP + _BARS + _NUMBERS
        self.lines = self._say()
        self.height = max(row_count * self.row_height, EVIDENCE + self.lines[-1].below_top + LINE)

    def draw(self, page: Page, scale: tuple[float, float]) -> None:
        """Draw below what the page holds; `scale` is the range of ESVs of all strips."""
        page.add_lines(self.lines, EVIDENCE)
        for first in range(0, len(self.rows), self.row_length):
            chosen = slice(first, first + self.row_length)
            below_top = first // self.row_length * self.row_height
            self._draw_row(page, below_top, chosen, scale)
        page.top -= self.height + BETWEEN

    def _say(self) -> list[Line]:
        first = self.rows.iloc[0]
        outcome = f"{model_title(first['model'])} {OUTCOMES[first['outcome']]}"
        from_frames = first["score"] - first["prior"]
        sign = "−" if from_frames < 0 else "+"
        sums = f"{first['prior']:.2f} {sign} {abs(from_frames):.2f}"
        hundredths = [round(100 * value) for value in (first["prior"], from_frames, first["score"])]
        equals = "=" if hundredths[0] + hundredths[1] == hundredths[2] else "≈"
        pale: dict[str, Any] = {"color": REFERENCE}
        paragraphs: list[tuple[str, dict[str, Any]]] = [
            (outcome, pale),
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
        scale: tuple[float, float],
    ) -> None:
        rows = self.rows[chosen]
        width = self.cell * len(rows)
        evidence_axes = page.add_axes(FRAMES_LEFT, below_top, width, EVIDENCE)
        self._draw_evidence(evidence_axes, rows)
        below_top += EVIDENCE
        for place, frame_idx in enumerate(rows["frame_idx"] if self.frames is None else []):
            middle = FRAMES_LEFT + (place + 0.5) * self.cell
            page.add_text(middle, below_top, f"{frame_idx}", ha="center", size=8, color=REFERENCE)
        for place, frame in enumerate([] if self.frames is None else self.frames[chosen]):
            left = FRAMES_LEFT + place * self.cell + GAP / 2
            axes = page.add_axes(left, below_top, self.cell - GAP, self.frame_height)
            axes.imshow(frame, interpolation="lanczos", aspect="auto")
            axes.set_axis_off()
        below_top += self.frame_height + GAP
        self._draw_bars(page.add_axes(FRAMES_LEFT, below_top, width, _BARS), rows, scale)

    def _draw_evidence(self, axes: Axes, rows: pd.DataFrame) -> None:
        axes.set(xlim=(0, len(rows)), ylim=(0, 1))
        axes.set_axis_off()
        margin = GAP / 2 / self.cell
        for start, end in evidence_runs(rows["inside"].to_numpy()):
            axes.plot([start + margin, end - margin], [0.5, 0.5], **EVIDENCE_LOOK)

    def _draw_bars(self, axes: Axes, rows: pd.DataFrame, scale: tuple[float, float]) -> None:
        axes.grid(visible=False)
        axes.spines[:].set_visible(False)
        centres = np.arange(len(rows)) + 0.5
        esv = rows["esv"].to_numpy()
        axes.bar(centres - 0.17, esv, 0.32, color=np.where(esv >= 0, SUPPORTS, DISTRACTS).tolist())
        axes.bar(centres + 0.17, rows["rival_esv"], 0.32, color=RIVAL)
        axes.axhline(0, color=INK, linewidth=0.7)
        room = 0.04 * max(scale[1] - scale[0], 1e-6)
        axes.set(xlim=(0, len(rows)), ylim=(scale[0] - room, scale[1] + room))
        axes.yaxis.set_major_locator(MaxNLocator(nbins=2, steps=[1, 2, 5, 10], min_n_ticks=2))
        axes.tick_params(axis="y", pad=1)
        decimals = 2 if max(scale[1], -scale[0]) >= _SMALL else 3
        numbers = [_signed(value, decimals) for value in esv]
        if self.cell * _POINTS_PER_INCH < _POINTS_OF_A_NUMBER[decimals]:
            numbers = [""] * len(esv)
        axes.set_xticks(centres, numbers)
        axes.tick_params(axis="x", length=0, pad=1)
        for label, number in zip(axes.get_xticklabels(), numbers, strict=True):
            label.set_color(_NUMBER_COLOURS.get(number[:1], REFERENCE))


_SMALL = 0.05
"""Where no ESV reaches this, two decimals would show little but zeros."""
_POINTS_OF_A_NUMBER = {2: 30, 3: 35}
"""Width that a number of so many decimals needs."""
# Orange letters on white need to be darker than orange areas to be readable.
_NUMBER_COLOURS = {"+": SUPPORTS, "−": "#A35F00"}


def _signed(value: float, decimals: int) -> str:
    if abs(value) < 0.5 * 10**-decimals:
        return f"{0:.{decimals}f}"
    return f"{'−' if value < 0 else '+'}{abs(value):.{decimals}f}"


def add_strip_legend(page: Page, has_truth: bool, has_rival: bool = True) -> None:
    """The legend of all strips, at the foot of the page."""
    handles: list[Any] = [Patch(color=SUPPORTS), Patch(color=DISTRACTS)]
    labels = ["supports the class", "distracts from it"]
    if has_rival:
        handles.append(Patch(color=RIVAL))
        labels.append("ESV for the other class")
    if has_truth:
        handles.append(Line2D([], [], **EVIDENCE_LOOK))
        labels.append("frames that carry the evidence")
    page.figure.legend(
        handles,
        labels,
        loc="lower left",
        bbox_to_anchor=(MARGIN / TWO_COLUMNS, 0.0),
        ncols=len(labels),
        handlelength=1.1,
        columnspacing=1.5,
        borderaxespad=0.2,
    )
