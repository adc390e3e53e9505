"""Evaluation of models and of attributions, with numbers that figures draw."""

from typing import TYPE_CHECKING

from playfair.lazy import loading_on_use

if TYPE_CHECKING:
    from playfair.evaluation.intervals import mean_interval, wilson_interval
    from playfair.evaluation.localisation import (
        frames_inside,
        largest_inside,
        positive_mass_inside,
        uniform_mass_inside,
    )
    from playfair.evaluation.performance import true_class_scores
    from playfair.evaluation.sampling_error import correlation, relative_error

__all__ = [
    "correlation",
    "frames_inside",
    "largest_inside",
    "mean_interval",
    "positive_mass_inside",
    "relative_error",
    "true_class_scores",
    "uniform_mass_inside",
    "wilson_interval",
]

__getattr__, __dir__ = loading_on_use(
    __name__,
    {
        "correlation": "playfair.evaluation.sampling_error",
        "frames_inside": "playfair.evaluation.localisation",
        "largest_inside": "playfair.evaluation.localisation",
        "mean_interval": "playfair.evaluation.intervals",
        "positive_mass_inside": "playfair.evaluation.localisation",
        "relative_error": "playfair.evaluation.sampling_error",
        "true_class_scores": "playfair.evaluation.performance",
        "uniform_mass_inside": "playfair.evaluation.localisation",
        "wilson_interval": "playfair.evaluation.intervals",
    },
)
