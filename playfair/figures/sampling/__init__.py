"""Figures of what sampled values are worth."""

from typing import TYPE_CHECKING

from playfair.lazy import loading_on_use

if TYPE_CHECKING:
    from playfair.figures.sampling.approximation import approximation_table, plot_approximation

__all__ = ["approximation_table", "plot_approximation"]

__getattr__, __dir__ = loading_on_use(
    __name__,
    dict.fromkeys(__all__, "playfair.figures.sampling.approximation"),
)
