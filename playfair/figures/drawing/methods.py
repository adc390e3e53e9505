"""How attribution methods look: their names in words, colours and markers, best first."""

from collections.abc import Sequence
from typing import Any

from playfair.figures.drawing.style import INK, PALETTE, REFERENCE, SUPPORTS

_TITLES = {
    "esv": "ESV",
    "best_order": "best possible order",
    "uniform": "random order",
    "centred_gaussian": "middle frames first",
    "gradient_x_input": "gradient × input",
    "grad_cam": "Grad-CAM",
}
_FIXED: dict[str, dict[str, Any]] = {
    "esv": {"color": SUPPORTS, "marker": "o", "linewidth": 2.0},
    "best_order": {"color": INK, "marker": "|", "linestyle": (0, (1, 1))},
    "uniform": {"color": REFERENCE, "marker": "x", "linestyle": (0, (1, 1.5))},
    "centred_gaussian": {"color": REFERENCE, "marker": "+", "linestyle": (0, (4, 2))},
}
_MARKERS = ("s", "D", "^", "v", "P", "X")
# Blue is that of ESVs.
_COLOURS = tuple(colour for colour in PALETTE if colour not in ("#000000", "#7F7F7F", "#56B4E9"))


def method_title(method: str) -> str:
    """A method's name as people write it; values from elsewhere are called as configured."""
    return _TITLES.get(method, method.replace("_", " "))


def method_looks(methods: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Colour, marker and line of each method."""
    others = [method for method in methods if method not in _FIXED]
    looks = {
        method: {
            "color": _COLOURS[place % len(_COLOURS)],
            "marker": _MARKERS[place % len(_MARKERS)],
        }
        for place, method in enumerate(others)
    }
    return {method: _FIXED.get(method) or looks[method] for method in methods}
