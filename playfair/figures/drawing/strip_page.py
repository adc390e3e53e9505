"""The page of filmstrips: things placed in inches from the top down, words on the left."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from playfair.figures.drawing.style import REFERENCE, TWO_COLUMNS

# Everything in inches.
MARGIN, _WORDS, _AXIS = 0.08, 1.62, 0.3
_TITLE, _SUBTITLE, _LEGEND = 0.42, 0.13, 0.3
PAGE_HEIGHT = 11.0
"""Of all blocks of a page, so that with title and legend it is one of A4."""
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
    """A figure two columns wide on which things are placed in inches, from the top down."""

    def __init__(self, height: float):
        self.height = height
        self.figure = Figure(figsize=(TWO_COLUMNS, height))
        self.top = height

    @classmethod
    def with_title(cls, title: str, heights: Sequence[float], subtitle: str = "") -> "Page":
        """A page under its title, with room for blocks of these heights and a legend.

        The subtitle is smaller and paler, below the title.
        """
        title_height = _TITLE + (_SUBTITLE if subtitle else 0.0)
        page = cls(title_height + _LEGEND + BETWEEN * (len(heights) - 1) + sum(heights))
        page.add_text(MARGIN, 0.08, title, weight="bold", size=10)
        page.add_text(MARGIN, 0.28, subtitle, size=8, color=REFERENCE)
        page.top -= title_height
        return page

    def add_text(self, left: float, below_top: float, words: str, **look: Any) -> None:
        """Write `words` with their upper edge `below_top` inches under the current top."""
        place = (left / TWO_COLUMNS, (self.top - below_top) / self.height)
        self.figure.text(*place, words, va="top", **look)

    def add_lines(self, lines: Iterable[Line], below_top: float) -> None:
        """Write lines at the left margin, the first `below_top` inches under the current top."""
        for line in lines:
            self.add_text(MARGIN, below_top + line.below_top, line.words, size=8, **line.look)

    def add_axes(self, left: float, below_top: float, width: float, height: float) -> Axes:
        """Axes with their upper edge `below_top` inches under the current top."""
        bottom = self.top - below_top - height
        return self.figure.add_axes(
            (left / TWO_COLUMNS, bottom / self.height, width / TWO_COLUMNS, height / self.height)
        )
