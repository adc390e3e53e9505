"""Cells of a heat map of ESVs, whose sign shows without colours, too."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from playfair.figures.drawing.style import DIVERGING, INK

_SEEN = 0.1
"""Share of the largest value below which a cell is nearly white, and its sign of no interest."""
_DARK = 0.6
"""Share of the largest value above which marks have to be white."""


def draw_cells(
    axes: Axes, x_edges: ArrayLike, y_edges: ArrayLike, values: ArrayLike, limit: float
) -> None:
    """Draw values (rows, columns) from -limit to limit, NaN left empty.

    Blue supports, orange distracts; cells that distract bear a minus sign, which grey prints show.
    Edges are those between cells, one more than there are cells.
    """
    x_edges, y_edges, values = (np.asarray(given, float) for given in (x_edges, y_edges, values))
    axes.pcolormesh(
        x_edges,
        y_edges,
        values,
        cmap=DIVERGING,
        norm=Normalize(-limit, limit),
        edgecolors="white",
        linewidth=0.6,
    )
    x, y = ((edges[:-1] + edges[1:]) / 2 for edges in (x_edges, y_edges))
    for dark, colour in ((False, INK), (True, "white")):
        of_tone = (values < -_SEEN * limit) & ((values < -_DARK * limit) == dark)
        rows, columns = np.nonzero(of_tone)
        half = 0.22 * np.diff(x_edges)[columns]
        ends = x[columns] - half, x[columns] + half
        axes.hlines(y[rows], *ends, color=colour, linewidth=1.0, zorder=3)
    axes.grid(visible=False)
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0)


def add_bar(figure: Figure, limit: float, words: str, **place: Any) -> None:
    """The scale of cells, with what its numbers are in words; `place` says where, as matplotlib."""
    scale = ScalarMappable(Normalize(-limit, limit), DIVERGING)
    bar = figure.colorbar(scale, orientation="horizontal", **place)
    bar.set_label(words)
    bar.outline.set_visible(False)
