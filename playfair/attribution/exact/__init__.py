"""Exact Element Shapley Values, and what else is read off the table of all subsets."""

from typing import TYPE_CHECKING

from playfair.lazy import loading_on_use

if TYPE_CHECKING:
    from playfair.attribution.exact.exact import exact_esvs
    from playfair.attribution.exact.frame_sets import (
        discard_scores,
        smallest_necessary_frames,
        smallest_sufficient_frames,
    )
    from playfair.attribution.exact.interactions import pairwise_interactions
    from playfair.attribution.exact.shapley import ExactValues, exact_values

__all__ = [
    "ExactValues",
    "discard_scores",
    "exact_esvs",
    "exact_values",
    "pairwise_interactions",
    "smallest_necessary_frames",
    "smallest_sufficient_frames",
]

__getattr__, __dir__ = loading_on_use(
    __name__,
    {
        "ExactValues": "playfair.attribution.exact.shapley",
        "discard_scores": "playfair.attribution.exact.frame_sets",
        "exact_esvs": "playfair.attribution.exact.exact",
        "exact_values": "playfair.attribution.exact.shapley",
        "pairwise_interactions": "playfair.attribution.exact.interactions",
        "smallest_necessary_frames": "playfair.attribution.exact.frame_sets",
        "smallest_sufficient_frames": "playfair.attribution.exact.frame_sets",
    },
)
