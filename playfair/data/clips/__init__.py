"""Clips of a data set: lists, labels, shards, ground truth, and which frames are taken."""

from typing import TYPE_CHECKING

from playfair.lazy import loading_on_use

if TYPE_CHECKING:
    from playfair.data.clips.class_priors import read_class_priors
    from playfair.data.clips.frame_sampling import sample_frame_idx
    from playfair.data.clips.ground_truth import read_ground_truth
    from playfair.data.clips.labels import Clip, read_class_names, read_clips

__all__ = [
    "Clip",
    "read_class_names",
    "read_class_priors",
    "read_clips",
    "read_ground_truth",
    "sample_frame_idx",
]

__getattr__, __dir__ = loading_on_use(
    __name__,
    {
        "Clip": "playfair.data.clips.labels",
        "read_class_names": "playfair.data.clips.labels",
        "read_class_priors": "playfair.data.clips.class_priors",
        "read_clips": "playfair.data.clips.labels",
        "read_ground_truth": "playfair.data.clips.ground_truth",
        "sample_frame_idx": "playfair.data.clips.frame_sampling",
    },
)
