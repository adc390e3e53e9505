"""The common look of all figures: sizes, colours, words for names, and saving.

Colours are those of Okabe and Ito ("Color Universal Design", 2008), which stay apart for people
with the common kinds of colour blindness. Blue always means *supports*, orange *distracts*.
"""

import textwrap
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike

from playfair.figures.drawing.fonts import LETTERS, text_as_text
from playfair.files import written_whole

ONE_COLUMN = 3.5
"""Width in inches of a figure in one column of a two-column page."""
TWO_COLUMNS = 7.1
"""Width in inches of a figure over both columns."""
PNG_DPI = 200

SUPPORTS = "#0072B2"
DISTRACTS = "#E08A00"
RIVAL = "#9AA0A6"
REFERENCE = "#6B6B6B"
"""Of lines to compare with: chance, prior, uniform attribution."""
INK = "#1F2328"
FAINT = "#D9DCE0"

DIVERGING = LinearSegmentedColormap.from_list(
    "distracts_supports",
    ["#8F4500", "#E08A00", "#F8D49B", "#FAFAF8", "#A5D3EE", "#2C8CC4", "#00426B"],
)
"""Orange (negative, distracts) over near-white (0) to blue (positive, supports)."""

PALETTE = ("#009E73", "#9C4A86", "#000000", "#56B4E9", "#B8860B", "#7F7F7F")
"""Of lines side by side: models, classes. Past the last colour they begin again."""
_MODEL_MARKERS = ("o", "s", "D", "^", "v", "P")

LOOK: Any = {
    **text_as_text(LETTERS),
    "font.size": 8,
    "axes.titlesize": 8.5,
    "axes.titleweight": "normal",
    "axes.titlelocation": "left",
    "axes.labelsize": 8,
    "axes.labelcolor": INK,
    "axes.edgecolor": "#5F6368",
    "axes.linewidth": 0.7,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "axes.axisbelow": True,
    "grid.color": "#E4E6E9",
    "grid.linewidth": 0.6,
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
    "xtick.color": "#5F6368",
    "ytick.color": "#5F6368",
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.major.size": 2.5,
    "ytick.major.size": 2.5,
    "xtick.major.width": 0.7,
    "ytick.major.width": 0.7,
    "legend.fontsize": 8,
    "legend.frameon": False,
    "legend.handlelength": 1.6,
    "lines.linewidth": 1.5,
    "lines.markersize": 4,
    "text.color": INK,
    "figure.facecolor": "white",
    "figure.titlesize": 10,
    "figure.titleweight": "bold",
    "hatch.linewidth": 0.6,
}
"""rcParams under which every figure is made: ``with matplotlib.rc_context(LOOK): ...``."""

_SECOND_HALF = "\0"
_CUT = " …"

_SAVING: Any = {
    **text_as_text(LETTERS),  # labels of ticks are made at the end
    "pdf.fonttype": 42,  # TrueType, because journals refuse matplotlib's default Type 3
    "savefig.facecolor": "white",
    "savefig.bbox": None,
}


def new_figure(width: float, height: float) -> Figure:
    """An empty figure of `width` by `height` inches whose parts keep out of each other's way."""
    return Figure(figsize=(width, height), layout=ConstrainedLayoutEngine(w_pad=0.04, h_pad=0.035))


def save_picture(figure: Figure, path: str | Path) -> None:
    """Save a figure as one file, of the kind that its name says, written whole."""
    with matplotlib.rc_context(_SAVING), written_whole(path) as temporary:
        figure.savefig(temporary, dpi=PNG_DPI)


def save_figure(figure: Figure, png_path: str | Path, pdf_path: str | Path) -> None:
    """Save a figure as PNG (200 dots per inch) and as PDF, each written whole.

    The bytes depend on the figure alone: no date, no program name.
    """
    with matplotlib.rc_context(_SAVING):
        with written_whole(png_path) as temporary:
            figure.savefig(temporary, format="png", dpi=PNG_DPI, metadata={"Software": None})
        with written_whole(pdf_path) as temporary:
            figure.savefig(
                temporary,
                format="pdf",
                dpi=PNG_DPI,
                metadata={"CreationDate": None, "Creator": None, "Producer": None},
            )


def class_title(class_name: str, width: int | None = None, max_lines: int | None = None) -> str:
    """A class name without the square brackets of its template.

    Wrapped to lines as wide as `width` letters where given; what goes beyond `max_lines` of them is
    cut and ends in an ellipsis.
    """
    plain = class_name.replace("[", "").replace("]", "")
    if width is None:
        return plain
    # Letters of some scripts are two wide.
    widened = "".join(
        letter + _SECOND_HALF * (unicodedata.east_asian_width(letter) in "WF") for letter in plain
    )
    lines = textwrap.wrap(widened, width)
    if max_lines is not None and len(lines) > max_lines:
        last = lines[max_lines - 1]
        while len(last) + len(_CUT) > width:
            last = last.rpartition(" ")[0] or last[:-1]
        lines[max_lines - 1 :] = [last + _CUT]
    return "\n".join(lines).replace(_SECOND_HALF, "")


def model_looks(models: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Colour and marker of each model, by its place in `models`."""
    return {
        model: {
            "color": PALETTE[place % len(PALETTE)],
            "marker": _MODEL_MARKERS[place % len(_MODEL_MARKERS)],
        }
        for place, model in enumerate(models)
    }


def draw_with_interval(
    axes: Axes,
    places: ArrayLike,
    middle: ArrayLike,
    low: ArrayLike,
    high: ArrayLike,
    **line: Any,
) -> None:
    """Draw a line through `middle` with its interval as a band and as bars (low..high).

    The bars keep the interval visible where there is one place only. NaN leaves gaps. `line` goes
    to ``Axes.plot``.
    """
    low, middle, high = (np.asarray(values, dtype=np.float64) for values in (low, middle, high))
    colour = line["color"]
    axes.fill_between(places, low, high, color=colour, alpha=0.16, linewidth=0)
    axes.vlines(places, low, high, color=colour, linewidth=0.8, alpha=0.6)
    axes.plot(places, middle, **line)


def count_frames_along(axes: Axes, smallest: int, largest: int) -> None:
    """Make the x axis one of numbers of frames, whole and with room at both ends."""
    margin = 0.04 * (largest - smallest) + 0.2
    axes.set_xlim(smallest - margin, largest + margin)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1, nbins=10))


def explained_class(table: pd.DataFrame) -> tuple[str, str]:
    """Which class a figure is about, and a second line for its title where that needs words.

    That class is the true one, and the predicted one of videos without a label.

    Args:
        table: columns video_count and, of these, unlabelled_count.
    """
    row = table.sort_values("unlabelled_count").iloc[-1]
    count = int(row["unlabelled_count"])
    if not count:
        return "true class", ""
    if count == row["video_count"]:
        return "predicted class", "\nNo video has a label"
    return "true class", f"\n{count_videos(count)} without a label: predicted class"


def count_videos(count: int) -> str:
    """1 -> "1 video", 2 -> "2 videos"."""
    return "1 video" if count == 1 else f"{count} videos"


def count_frames(count: int) -> str:
    """1 -> "1 frame", 2 -> "2 frames"."""
    return "1 frame" if count == 1 else f"{count} frames"


def say_nothing_to_draw(figure: Figure, reason: str) -> Figure:
    """Make `figure` say in words why it is empty."""
    figure.clear()
    figure.set_layout_engine("none")
    figure.text(
        0.5, 0.5, textwrap.fill(reason, 60), ha="center", va="center", color=REFERENCE, fontsize=9
    )
    return figure
