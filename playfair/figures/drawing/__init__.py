"""What figures share: look, strips, curves."""

from typing import TYPE_CHECKING

from playfair.lazy import loading_on_use

if TYPE_CHECKING:
    from playfair.figures.drawing.esv_curve import plot_result
    from playfair.figures.drawing.style import new_figure, save_figure

__all__ = ["new_figure", "plot_result", "save_figure"]

__getattr__, __dir__ = loading_on_use(
    __name__,
    {
        "new_figure": "playfair.figures.drawing.style",
        "plot_result": "playfair.figures.drawing.esv_curve",
        "save_figure": "playfair.figures.drawing.style",
    },
)
