"""The common look of all figures: sizes, colours, words for names, and saving.

Colours are those of Okabe and Ito ("Color Universal Design", 2008), which stay apart for people
with the common kinds of colour blindness. Blue always means *supports*, orange *distracts*.
"""

from collections.abc import Callable, Sequence
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator
from numpy.typing import ArrayLike

from playfair.figures.drawing.counts import count_videos
from playfair.figures.drawing.fonts import LETTERS, text_as_text
from playfair.figures.drawing.names import wrap
from playfair.figures.drawing.paper import TEXT, paper
from playfair.files import written_whole

PNG_DPI = 200
_TITLE = 10.0
"""Points."""
_LETTER, _BOLD_LETTER = 0.0078, 0.0091
"""Inches that a letter is wide per point of its size, on average."""
_AROUND_LABEL = 0.5
"""Inches of a legend beside the words of a label."""

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
_MODEL_LINES = ("-", (0, (5, 1.5)), (0, (3, 1.5, 1, 1.5)), (0, (1, 1.2)))
"""The line of the first models, of those past the last colour, and so on."""

# Sizes for text of 8 points, in points.
_SIZES = {
    "font.size": TEXT,
    "axes.titlesize": 8.5,
    "axes.labelsize": TEXT,
    "axes.linewidth": 0.7,
    "grid.linewidth": 0.6,
    "xtick.labelsize": TEXT,
    "ytick.labelsize": TEXT,
    "xtick.major.size": 2.5,
    "ytick.major.size": 2.5,
    "xtick.major.width": 0.7,
    "ytick.major.width": 0.7,
    "xtick.major.pad": 3.5,
    "ytick.major.pad": 3.5,
    "legend.fontsize": TEXT,
    "lines.linewidth": 1.5,
    "lines.markersize": 4.0,
    "figure.titlesize": _TITLE,
    "hatch.linewidth": 0.6,
}
_LOOK: Any = {
    **text_as_text(LETTERS),
    "axes.titleweight": "normal",
    "axes.titlelocation": "left",
    "axes.labelcolor": INK,
    "axes.edgecolor": "#5F6368",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "axes.axisbelow": True,
    "grid.color": "#E4E6E9",
    "xtick.color": "#5F6368",
    "ytick.color": "#5F6368",
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "legend.frameon": False,
    "legend.handlelength": 1.6,
    "text.color": INK,
    "figure.facecolor": "white",
    "figure.titleweight": "bold",
}

_Given = ParamSpec("_Given")

_SAVING: Any = {
    **text_as_text(LETTERS),  # labels of ticks are made at the end
    "pdf.fonttype": 42,  # TrueType, because journals refuse matplotlib's default Type 3
    "savefig.facecolor": "white",
    "savefig.bbox": None,
}


def look() -> Any:
    """rcParams under which every figure is made, for the current `paper`."""
    return {**_LOOK, **{name: size * paper().scale for name, size in _SIZES.items()}}


def with_look(plot: Callable[_Given, Figure]) -> Callable[_Given, Figure]:
    """The function `plot`, drawing with the common look, for the current `paper`."""

    @wraps(plot)
    def drawn(*args: _Given.args, **kwargs: _Given.kwargs) -> Figure:
        with matplotlib.rc_context(look()):
            return plot(*args, **kwargs)

    return drawn


def new_figure(height: float, width: float | None = None) -> Figure:
    """An empty figure whose parts keep out of each other's way.

    `height` and `width`, by default that of the current `paper`, are inches of its page.
    """
    sheet = paper()
    size = (width or sheet.width) * sheet.scale, height * sheet.scale
    pads = 0.04 * sheet.scale, 0.035 * sheet.scale
    return Figure(figsize=size, layout=ConstrainedLayoutEngine(w_pad=pads[0], h_pad=pads[1]))


def add_title(figure: Figure, *lines: str) -> None:
    """The title of a figure in bold, and what it is about: the lines of words below."""
    width = figure.get_figwidth() / paper().scale
    figure.suptitle(wrap_title(width, *lines), x=0.01, ha="left")


def wrap_title(inches: float, *lines: str) -> str:
    """Lines of a title, those that are too wide for so many inches of the page broken."""
    letters = int(inches / (_BOLD_LETTER * _TITLE))
    return "\n".join(wrap(line, letters) for line in lines if line)


def letters_in(inches: float) -> int:
    """How many letters of common text go into a line of so many inches of the page."""
    return max(1, int(inches / (_LETTER * TEXT)))


def add_legend(figure: Figure, handles: Sequence[Any], labels: Sequence[str], **how: Any) -> None:
    """A legend below all panels, in as many columns as fit; `how` goes to `Figure.legend`."""
    columns = legend_columns(labels, figure.get_figwidth() / paper().scale)
    figure.legend(handles, labels, loc="outside lower center", ncols=columns, **how)


def legend_columns(labels: Sequence[str], inches: float) -> int:
    """In how many columns a legend goes into so many inches of the page."""
    longest = max((len(line) for label in labels for line in label.split("\n")), default=0)
    each = longest * _LETTER * TEXT + _AROUND_LABEL
    return max(1, min(len(labels), int(inches / each)))


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
        # Everything is in its place: to find the places again takes as long as to draw.
        engine = figure.get_layout_engine()
        figure.set_layout_engine("none")
        with written_whole(pdf_path) as temporary:
            figure.savefig(
                temporary,
                format="pdf",
                dpi=PNG_DPI,
                metadata={"CreationDate": None, "Creator": None, "Producer": None},
            )
        figure.set_layout_engine(engine)


def class_title(class_name: str, width: int | None = None, max_lines: int | None = None) -> str:
    """A class name without the square brackets of its template.

    Wrapped to lines as wide as `width` letters where given; what goes beyond `max_lines` of them is
    cut and ends in an ellipsis.
    """
    plain = class_name.replace("[", "").replace("]", "")
    return plain if width is None else wrap(plain, width, max_lines)


def model_looks(models: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Colour, marker and line of each model, or class, by its place in `models`.

    Past the last colour lines are broken and markers move on by one, so that no two look alike.
    """
    looks = {}
    for place, model in enumerate(models):
        turn, colour = divmod(place, len(PALETTE))
        looks[model] = {
            "color": PALETTE[colour],
            "marker": _MODEL_MARKERS[(colour + turn) % len(_MODEL_MARKERS)],
            "linestyle": _MODEL_LINES[turn % len(_MODEL_LINES)],
        }
    return looks


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
    axes.xaxis.set_major_locator(MaxNLocator("auto", integer=True, min_n_ticks=1))


def count_evaluations_along(axes: Axes) -> None:
    """Make the x axis a logarithmic one of evaluations per video."""
    axes.set_xlabel("evaluations per video")
    axes.set_xscale("log")
    axes.xaxis.set_major_locator(LogLocator(base=10, numticks=4))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(_say_count))


def _say_count(count: float, _: object) -> str:
    if count >= 1e6:
        return f"{count / 1e6:.3g} M"
    return f"{count / 1e3:.3g} k" if count >= 1e4 else f"{count:.0f}"


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


def models_to_draw(models: Sequence[str], most: int) -> tuple[list[str], str]:
    """The first of `models`, at most so many, and in words that they are not all."""
    if len(models) <= most:
        return list(models), ""
    return list(models[:most]), f"{most} of {len(models)} models, the first"


def say_nothing_to_draw(figure: Figure, reason: str) -> Figure:
    """Make `figure` say in words why it is empty."""
    figure.clear()
    figure.set_layout_engine("none")
    figure.text(
        0.5,
        0.5,
        wrap(reason, letters_in(paper().width - 1)),
        ha="center",
        va="center",
        color=REFERENCE,
    )
    return figure
