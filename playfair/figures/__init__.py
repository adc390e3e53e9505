"""Figures: one module per figure, each a function from arrays to a matplotlib figure."""

from typing import TYPE_CHECKING

from playfair.lazy import loading_on_use

if TYPE_CHECKING:
    from playfair.figures.catalogue import FigureEntry, read_catalogue
    from playfair.figures.class_by_position import class_by_position_table, plot_class_by_position
    from playfair.figures.esv_by_position import esv_by_position_table, plot_esv_by_position
    from playfair.figures.every_frame import every_frame_table, plot_every_frame
    from playfair.figures.filmstrips import (
        Example,
        filmstrips_table,
        plot_filmstrips,
        select_examples,
    )
    from playfair.figures.localisation import localisation_table, plot_localisation
    from playfair.figures.performance import performance_table, plot_performance
    from playfair.figures.sampling_error import plot_sampling_error, sampling_error_table
    from playfair.figures.training_curves import plot_training_curves, training_curves_table

__all__ = [
    "Example",
    "FigureEntry",
    "class_by_position_table",
    "esv_by_position_table",
    "every_frame_table",
    "filmstrips_table",
    "localisation_table",
    "performance_table",
    "plot_class_by_position",
    "plot_esv_by_position",
    "plot_every_frame",
    "plot_filmstrips",
    "plot_localisation",
    "plot_performance",
    "plot_sampling_error",
    "plot_training_curves",
    "read_catalogue",
    "sampling_error_table",
    "select_examples",
    "training_curves_table",
]

__getattr__, __dir__ = loading_on_use(
    __name__,
    {
        "Example": "playfair.figures.filmstrips",
        "FigureEntry": "playfair.figures.catalogue",
        "class_by_position_table": "playfair.figures.class_by_position",
        "esv_by_position_table": "playfair.figures.esv_by_position",
        "every_frame_table": "playfair.figures.every_frame",
        "filmstrips_table": "playfair.figures.filmstrips",
        "localisation_table": "playfair.figures.localisation",
        "performance_table": "playfair.figures.performance",
        "plot_class_by_position": "playfair.figures.class_by_position",
        "plot_esv_by_position": "playfair.figures.esv_by_position",
        "plot_every_frame": "playfair.figures.every_frame",
        "plot_filmstrips": "playfair.figures.filmstrips",
        "plot_localisation": "playfair.figures.localisation",
        "plot_performance": "playfair.figures.performance",
        "plot_sampling_error": "playfair.figures.sampling_error",
        "plot_training_curves": "playfair.figures.training_curves",
        "read_catalogue": "playfair.figures.catalogue",
        "sampling_error_table": "playfair.figures.sampling_error",
        "select_examples": "playfair.figures.filmstrips",
        "training_curves_table": "playfair.figures.training_curves",
    },
)
