"""Drawing of filmstrips: where things go on the page, and one strip of frames with its bars."""

from collections.abc import Sequence
from typing import Any

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
_LEFT, _RIGHT = 0.42, 0.08
_TITLE, _LEGEND, _BETWEEN = 0.42, 0.3, 0.16
_HEADER, _BARS, _NUMBERS = 0.41, 0.46, 0.18
_GAP = 0.035
_EVIDENCE = 0.07
_LARGEST_FRAME = 1.3
_POINTS_PER_INCH = 72
_OUTCOMES = {"right": "✓ right", "wrong": "✗ wrong", "unlabelled": "no label"}


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
        self.add_text(_RIGHT, 0.08, words, weight="bold", size=10)
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


class FrameStrip:
    """The frames of one example side by side, its header above and its bars below.

    Args:
        rows: one row per frame, columns as :func:`playfair.figures.filmstrips.filmstrips_table`.
        frames: the pictures, (H, W, 3) uint8 RGB each.
    """

    def __init__(self, rows: pd.DataFrame, frames: Sequence[np.ndarray]):
        self.rows, self.frames = rows, frames
        pixel_height, pixel_width = frames[0].shape[:2]
        available = (TWO_COLUMNS - _LEFT - _RIGHT) / len(rows)
        widest = _LARGEST_FRAME * min(1.0, pixel_width / pixel_height) + _GAP
        self.cell = min(available, widest)
        self.frame_height = (self.cell - _GAP) * pixel_height / pixel_width
        self.height = _HEADER + _EVIDENCE + self.frame_height + _GAP + _BARS + _NUMBERS

    def draw(self, page: Page, scale: tuple[float, float]) -> None:
        """Draw below what the page holds; `scale` is the range of ESVs of all strips."""
        self._draw_header(page)
        page.top -= _HEADER
        self._draw_evidence(page)
        for place, frame in enumerate(self.frames):
            axes = page.add_axes(
                _LEFT + place * self.cell + _GAP / 2,
                _EVIDENCE,
                self.cell - _GAP,
                self.frame_height,
            )
            axes.imshow(frame, interpolation="lanczos", aspect="auto")
            axes.set_axis_off()
        page.top -= _EVIDENCE + self.frame_height + _GAP
        self._draw_bars(page, scale)
        page.top -= _BARS + _NUMBERS + _BETWEEN

    def _draw_header(self, page: Page) -> None:
        first = self.rows.iloc[0]
        name = class_title(first["class_name"])
        page.add_text(_LEFT, 0.0, name, weight="bold", size=8.5 if len(name) < 60 else 8)
        outcome = f"{model_title(first['model'])}  {_OUTCOMES[first['outcome']]}"
        right = TWO_COLUMNS - _RIGHT
        page.add_text(right, 0.0, outcome, ha="right", size=8.5, weight="bold")
        frames_give = first["score"] - first["prior"]
        parts = f"prior {first['prior']:.2f} {_signed(frames_give, ' ')} from frames"
        page.add_text(_LEFT, 0.19, f"score {first['score']:.2f} = {parts}", size=8)
        rival = class_title(first["rival_class_name"], 44, max_lines=1)
        words = "predicted" if first["outcome"] == "wrong" else "next"
        page.add_text(
            right,
            0.19,
            f"{words}: {rival}, {first['rival_score']:.2f}",
            ha="right",
            size=8,
            color=REFERENCE,
        )

    def _draw_evidence(self, page: Page) -> None:
        axes = page.add_axes(_LEFT, 0, self.cell * len(self.rows), _EVIDENCE)
        axes.set(xlim=(0, len(self.rows)), ylim=(0, 1))
        axes.set_axis_off()
        inside = np.concatenate([[0], self.rows["inside"].to_numpy() == 1, [0]]).astype(int)
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

    def _draw_bars(self, page: Page, scale: tuple[float, float]) -> None:
        axes = page.add_axes(_LEFT, 0, self.cell * len(self.rows), _BARS)
        axes.grid(visible=False)
        axes.spines[:].set_visible(False)
        centres = np.arange(len(self.rows)) + 0.5
        esv = self.rows["esv"].to_numpy()
        colours = np.where(esv >= 0, SUPPORTS, DISTRACTS)
        axes.bar(centres - 0.17, esv, 0.32, color=colours.tolist())
        axes.bar(centres + 0.17, self.rows["rival_esv"], 0.32, color=RIVAL)
        axes.axhline(0, color=INK, linewidth=0.7)
        room = 0.04 * max(scale[1] - scale[0], 1e-6)
        axes.set(xlim=(0, len(self.rows)), ylim=(scale[0] - room, scale[1] + room))
        axes.yaxis.set_major_locator(MaxNLocator(nbins=2, steps=[1, 2, 5, 10], min_n_ticks=2))
        axes.tick_params(axis="y", pad=1)
        axes.set_xticks(centres, self._numbers(esv))
        axes.tick_params(axis="x", length=0, pad=1)
        for label, colour in zip(axes.get_xticklabels(), colours, strict=True):
            label.set_color(_TEXT_COLOURS[colour])

    def _numbers(self, esv: np.ndarray) -> list[str]:
        points = self.cell * _POINTS_PER_INCH
        if points < 22:
            return [""] * len(esv)
        numbers = [_signed(value) for value in esv]
        return numbers if points > 34 else [number.replace("0.", ".") for number in numbers]


# Orange letters on white need to be darker than orange areas to be readable.
_TEXT_COLOURS = {SUPPORTS: SUPPORTS, DISTRACTS: "#A35F00"}


def _signed(value: float, space: str = "") -> str:
    return f"{'−' if value < 0 else '+'}{space}{abs(value):.2f}"


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
        bbox_to_anchor=((_LEFT - 0.05) / TWO_COLUMNS, 0.0),
        ncols=len(labels),
        handlelength=1.1,
        columnspacing=1.5,
        borderaxespad=0.2,
    )
