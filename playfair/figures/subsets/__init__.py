"""Figures read off the scores of all subsets of frames."""

from typing import TYPE_CHECKING

from playfair.lazy import loading_on_use

if TYPE_CHECKING:
    from playfair.figures.subsets.interactions import interactions_table, plot_interactions
    from playfair.figures.subsets.minimal_sets import plot_minimal_sets
    from playfair.figures.subsets.set_sizes import minimal_sets_table

__all__ = [
    "interactions_table",
    "minimal_sets_table",
    "plot_interactions",
    "plot_minimal_sets",
]

__getattr__, __dir__ = loading_on_use(
    __name__,
    {
        "interactions_table": "playfair.figures.subsets.interactions",
        "minimal_sets_table": "playfair.figures.subsets.set_sizes",
        "plot_interactions": "playfair.figures.subsets.interactions",
        "plot_minimal_sets": "playfair.figures.subsets.minimal_sets",
    },
)
