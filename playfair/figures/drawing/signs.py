"""Bars of ESVs, whose sign shows without colours, too: those that distract are hatched."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Patch
from numpy.typing import ArrayLike

from playfair.figures.drawing.style import DISTRACTS, SUPPORTS

_HATCH = "/////"


def draw_bars(
    axes: Axes,
    places: ArrayLike,
    values: ArrayLike,
    width: float,
    *,
    bottom: ArrayLike = 0.0,
    hollow: bool = False,
) -> None:
    """Draw bars of values (n,) from `bottom`; hollow ones are lines around white."""
    looks = [_look(value, hollow) for value in np.asarray(values)]
    names = ("facecolor", "edgecolor", "hatch")
    of_each: dict[str, Any] = {name: [look[name] for look in looks] for name in names}
    linewidth = 1.2 if hollow else 0.0
    axes.bar(places, values, width, bottom=bottom, linewidth=linewidth, **of_each)


def sign_legend() -> tuple[list[Any], list[str]]:
    """Handles and labels that say which bars support and which distract."""
    handles: list[Any] = [Patch(**_look(sign, hollow=False), linewidth=0.0) for sign in (1, -1)]
    return handles, ["supports", "distracts"]


def _look(value: float, hollow: bool) -> dict[str, Any]:
    colour, hatch = (DISTRACTS, _HATCH) if value < 0 else (SUPPORTS, "")
    face, edge = ("white", colour) if hollow else (colour, "white")
    return {"facecolor": face, "edgecolor": edge, "hatch": hatch}
