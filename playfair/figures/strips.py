"""Drawing of filmstrips: where things go on the page, and one strip of frames with its bars."""

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from playfair.figures.style import (
    DISTRACTS,
    INK,
    REFERENCE,
    RIVAL,
    SUPPORTS,
    TWO_COLUMNS,
    class_title,
    model_title,
)

# Everything in inches.
_MARGIN, _WORDS, _AXIS = 0.08, 1.62, 0.3
_TITLE, _LEGEND, _BETWEEN = 0.42, 0.3, 0.2
_BARS, _NUMBERS = 0.42, 0.18
_GAP = 0.035
_EVIDENCE = 0.08
_LARGEST_FRAME = 1.3
_LINE, _PARAGRAPH = 0.135, 0.035
_FRAMES_LEFT = _MARGIN + _WORDS + _AXIS
_POINTS_PER_INCH = 72
_LETTERS_PER_LINE = 24
_LONGEST_ROW = 10
_OUTCOMES = {"right": "✓ right", "wrong": "✗ wrong", "unlabelled": "(no label)"}
_RIVAL_WORDS = {"right": "next best", "wrong": "but predicted", "unlabelled": "next best"}


class Page:
    """A figure two columns wide on which things are placed in inches, from the top down."""

    def __init__(self, height: float):
        self.height = height
        self.figure = Figure(figsize=(TWO_COLUMNS, height))
        self.top = height

    @classmethod
    def for_strips(cls, strips: "Sequence[FrameStrip]") -> "Page":
        """A page that holds a title, these strips and a legend, and nothing more."""
        between = _BETWEEN * (len(strips) - 1)
        return cls(_TITLE + _LEGEND + between + sum(strip.height for strip in strips))

    def add_title(self, words: str) -> None:
        self.add_text(_MARGIN, 0.08, words, weight="bold", size=10)
        self.top -= _TITLE

    def add_text(self, left: float, below_top: float, words: str, **look: Any) -> None:
        """Write `words` with their upper edge `below_top` inches under the current top."""
        place = (left / TWO_COLUMNS, (self.top - below_top) / self.height)
        self.figure.text(*place, words, va="top", **look)

    def add_axes(self, left: float, below_top: float, width: float, height: float) -> Axes:
        """Axes with their upper edge `below_top` inches under the current top."""
        bottom = self.top - below_top - height
        return self.figure.add_axes(
            (left / TWO_COLUMNS, bottom / self.height, width / TWO_COLUMNS, height / self.height)
        )


class _Line(NamedTuple):
    words: str
    below_top: float
    look: dict[str, Any]


class FrameStrip:
    """One example: words on the left, its frames side by side, a pair of bars below each frame.

    More than ten frames are broken into rows of equal length.

    Args:
        rows: one row per frame, columns as :func:`playfair.figures.filmstrips.filmstrips_table`.
        frames: the pictures, (H, W, 3) uint8 RGB each.
    """

    def __init__(self, rows: pd.DataFrame, frames: Sequence[np.ndarray]):
        self.rows, self.frames = rows, frames
        row_count = math.ceil(len(rows) / _LONGEST_ROW)
        self.row_length = math.ceil(len(rows) / row_count)
        pixel_height, pixel_width = frames[0].shape[:2]
        available = (TWO_COLUMNS - _FRAMES_LEFT - _MARGIN) / self.row_length
        widest = _LARGEST_FRAME * min(1.0, pixel_width / pixel_height) + _GAP
        self.cell = min(available, widest)
        self.frame_height = (self.cell - _GAP) * pixel_height / pixel_width
        self.row_height = _EVIDENCE + self.frame_height + _GAP + _BARS + _NUMBERS
        self.lines = self._say()
        self.height = max(row_count * self.row_height, _EVIDENCE + self.lines[-1].below_top + _LINE)

    def draw(self, page: Page, scale: tuple[float, float]) -> None:
        """Draw below what the page holds; `scale` is the range of ESVs of all strips."""
        for line in self.lines:
            page.add_text(_MARGIN, _EVIDENCE + line.below_top, line.words, size=8, **line.look)
        for first in range(0, len(self.rows), self.row_length):
            chosen = slice(first, first + self.row_length)
            below_top = first // self.row_length * self.row_height
            self._draw_row(page, below_top, self.rows[chosen], self.frames[chosen], scale)
        page.top -= self.height + _BETWEEN

    def _say(self) -> list["_Line"]:
        first = self.rows.iloc[0]
        outcome = f"{model_title(first['model'])} {_OUTCOMES[first['outcome']]}"
        from_frames = first["score"] - first["prior"]
        sign = "−" if from_frames < 0 else "+"
        sums = f"{first['prior']:.2f} {sign} {abs(from_frames):.2f}"
        hundredths = [round(100 * value) for value in (first["prior"], from_frames, first["score"])]
        equals = "=" if hundredths[0] + hundredths[1] == hundredths[2] else "≈"
        pale: dict[str, Any] = {"color": REFERENCE}
        paragraphs: list[tuple[str, dict[str, Any]]] = [
            (outcome, pale),
            (class_title(first["class_name"], _LETTERS_PER_LINE - 3), {"weight": "bold"}),
            (f"score {first['score']:.2f} {equals} {sums}", {}),
            (
                f"{_RIVAL_WORDS[first['outcome']]} ({first['rival_score']:.2f}):\n"
                + class_title(first["rival_class_name"], _LETTERS_PER_LINE, max_lines=3),
                pale,
            ),
        ]
        lines, below_top = [], 0.0
        for words, look in paragraphs:
            for line in words.split("\n"):
                lines.append(_Line(line, below_top, look))
                below_top += _LINE
            below_top += _PARAGRAPH
        return lines

    def _draw_row(
        self,
        page: Page,
        below_top: float,
        rows: pd.DataFrame,
        frames: Sequence[np.ndarray],
        scale: tuple[float, float],
    ) -> None:
        width = self.cell * len(rows)
        evidence_axes = page.add_axes(_FRAMES_LEFT, below_top, width, _EVIDENCE)
        self._draw_evidence(evidence_axes, rows)
        below_top += _EVIDENCE
        for place, frame in enumerate(frames):
            left = _FRAMES_LEFT + place * self.cell + _GAP / 2
            axes = page.add_axes(left, below_top, self.cell - _GAP, self.frame_height)
            axes.imshow(frame, interpolation="lanczos", aspect="auto")
            axes.set_axis_off()
        below_top += self.frame_height + _GAP
        self._draw_bars(page.add_axes(_FRAMES_LEFT, below_top, width, _BARS), rows, scale)

    def _draw_evidence(self, axes: Axes, rows: pd.DataFrame) -> None:
        axes.set(xlim=(0, len(rows)), ylim=(0, 1))
        axes.set_axis_off()
        inside = np.concatenate([[0], rows["inside"].to_numpy() == 1, [0]]).astype(int)
        starts, ends = np.flatnonzero(np.diff(inside) == 1), np.flatnonzero(np.diff(inside) == -1)
        margin = _GAP / 2 / self.cell
        for start, end in zip(starts, ends, strict=True):
            axes.plot(
                [start + margin, end - margin],
                [0.5, 0.5],
                color=INK,
                linewidth=2.2,
                solid_capstyle="butt",
            )

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


def add_strip_legend(page: Page, has_truth: bool) -> None:
    """The legend of all strips, at the foot of the page."""
    handles: list[Any] = [
        Patch(color=SUPPORTS),
        Patch(color=DISTRACTS),
        Patch(color=RIVAL),
    ]
    labels = ["supports the class", "distracts from it", "ESV for the other class"]
    if has_truth:
        handles.append(Line2D([], [], color=INK, linewidth=2.2))
        labels.append("frames that carry the evidence")
    page.figure.legend(
        handles,
        labels,
        loc="lower left",
        bbox_to_anchor=(_MARGIN / TWO_COLUMNS, 0.0),
        ncols=len(labels),
        handlelength=1.1,
        columnspacing=1.5,
        borderaxespad=0.2,
    )
