"""The page of filmstrips: things placed in inches from the top down, words on the left."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from matplotlib import rcParams
from matplotlib.axes import Axes

from playfair.figures.drawing.names import wrap
from playfair.figures.drawing.paper import paper
from playfair.figures.drawing.style import (
    REFERENCE,
    legend_columns,
    letters_in,
    new_figure,
    wrap_title,
)

# Everything in inches.
MARGIN, _WORDS, _AXIS = 0.08, 1.62, 0.3
_TITLE, _SUBTITLE, _LEGEND = 0.17, 0.13, 0.14
"""Of a line each."""
_BELOW_TITLE = 0.25
_WIDE = 6.0
"""Where titles and legends take a line or two."""
BETWEEN = 0.2
"""Between one block of the page and the next."""
GAP = 0.035
"""Between one frame and the next."""
EVIDENCE = 0.08
"""Of the line above the frames that carry the evidence."""
LINE, _PARAGRAPH = 0.135, 0.035
FRAMES_LEFT = MARGIN + _WORDS + _AXIS
"""Where the frames begin, right of the words and of an axis."""
LETTERS_PER_LINE = 24
"""That fit into the words' column."""


class Line(NamedTuple):
    """A line of words, its upper edge `below_top` inches under that of the first."""

    words: str
    below_top: float
    look: dict[str, Any]


def room_for_blocks() -> float:
    """Inches of all blocks, and between them, on the longest page under a title with a legend."""
    return paper().height - (0.9 if paper().width > _WIDE else 1.9)


def break_lines(paragraphs: Iterable[tuple[str, dict[str, Any]]]) -> list[Line]:
    """Place paragraphs, each with its look and broken into lines already, below one another."""
    lines, below_top = [], 0.0
    for words, look in paragraphs:
        for line in words.split("\n"):
            lines.append(Line(line, below_top, look))
            below_top += LINE
        below_top += _PARAGRAPH
    return lines


class Page:
    """A figure as wide as the paper on which things are placed in inches, from the top down.

    Args:
        title: in bold, at the top.
        heights: of the blocks that there has to be room for.
        legend: handles and labels, at the foot.
        subtitle: smaller and paler, below the title.
    """

    def __init__(
        self,
        title: str,
        heights: Sequence[float],
        legend: tuple[Sequence[Any], Sequence[str]],
        subtitle: str = "",
    ):
        self.width = paper().width
        room = self.width - 2 * MARGIN
        title = wrap_title(room, title)
        subtitle = wrap(subtitle, letters_in(room)) if subtitle else ""
        handles, labels = legend
        columns = legend_columns(labels, room)
        below_title = 0.08 + _TITLE * len(title.split("\n"))
        title_height = below_title + _SUBTITLE * len(subtitle.splitlines()) + _BELOW_TITLE - 0.08
        legend_height = 0.16 + _LEGEND * -(-len(labels) // columns) if labels else 0.1
        blocks = BETWEEN * (len(heights) - 1) + sum(heights)
        self.height = self.top = title_height + blocks + legend_height
        self.figure = new_figure(self.height)
        self.figure.set_layout_engine("none")
        look = {"weight": "bold", "size": rcParams["figure.titlesize"], "linespacing": 1.1}
        self.add_text(MARGIN, 0.08, title, **look)
        self.add_text(MARGIN, below_title + 0.02, subtitle, color=REFERENCE)
        self.top -= title_height
        if labels:
            self._add_legend(handles, labels, columns)

    def _add_legend(self, handles: Sequence[Any], labels: Sequence[str], columns: int) -> None:
        self.figure.legend(
            handles,
            labels,
            loc="lower left",
            bbox_to_anchor=(MARGIN / self.width, 0.0),
            ncols=columns,
            handlelength=1.1,
            columnspacing=1.5,
            borderaxespad=0.2,
        )

    def add_text(self, left: float, below_top: float, words: str, **look: Any) -> None:
        """Write `words` with their upper edge `below_top` inches under the current top."""
        place = (left / self.width, (self.top - below_top) / self.height)
        self.figure.text(*place, words, va="top", **look)

    def add_lines(self, lines: Iterable[Line], below_top: float) -> None:
        """Write lines at the left margin, the first `below_top` inches under the current top."""
        for line in lines:
            self.add_text(MARGIN, below_top + line.below_top, line.words, **line.look)

    def add_axes(self, left: float, below_top: float, width: float, height: float) -> Axes:
        """Axes with their upper edge `below_top` inches under the current top."""
        bottom = self.top - below_top - height
        return self.figure.add_axes(
            (left / self.width, bottom / self.height, width / self.width, height / self.height)
        )
