"""The paper that figures are drawn for: its width, its height, and how large text is on it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

TEXT, SMALLEST_TEXT = 8.0, 6.0
"""Points, of text on wide paper and on narrow paper."""
_WIDE = 160.0
_MM_PER_INCH = 25.4


@dataclass(frozen=True)
class Paper:
    """Paper of so many millimetres across and down, by default as long as A4.

    Figures say sizes in inches of a page whose text has 8 points. On paper of less than 160 mm all
    of it shrinks, until text has 6 points; there is less room on what is narrower still.
    """

    width_mm: float = 180.0
    height_mm: float = 297.0

    @property
    def scale(self) -> float:
        """Inches on paper per inch of the page, and points of text per 8 points."""
        return max(SMALLEST_TEXT / TEXT, min(1.0, self.width_mm / _WIDE))

    @property
    def width(self) -> float:
        """Inches of the page."""
        return self.width_mm / _MM_PER_INCH / self.scale

    @property
    def height(self) -> float:
        """Inches of the longest page."""
        return self.height_mm / _MM_PER_INCH / self.scale

    def columns(self, most: int, each: float, others: float = 0.0) -> int:
        """How many of `most` panels of at least `each` inches go beside `others`; one at least."""
        return max(1, int(min(most, (self.width - others) / each)))

    def rows(self, most: int, each: float, others: float) -> int:
        """How many of `most` rows of `each` inches go on a page with `others`; one at least."""
        return max(1, int(min(most, (self.height - others) / each)))


_current: ContextVar[Paper | None] = ContextVar("paper", default=None)


def paper() -> Paper:
    """The paper that figures are drawn for."""
    return _current.get() or Paper()


@contextmanager
def drawn_on(sheet: Paper) -> Iterator[None]:
    """Figures made within are for this paper."""
    token = _current.set(sheet)
    try:
        yield
    finally:
        _current.reset(token)
