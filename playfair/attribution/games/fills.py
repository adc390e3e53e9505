"""What stands in for a missing element of a clip, and what is said of no elements, by name."""

from typing import Literal

Fill = Literal["nearest", "resample", "mean", "black", "blur", "drop"]
"""What stands in for an element outside of the subset.

nearest: the nearest element in time that is in the subset, of two equally near ones the earlier.
resample: nothing in its place; the network's frames are spread evenly over those of the subset, in
order. mean: the mean frame of the clip. black: a black frame. blur: the frame itself, blurred so
heavily that only its colours are left. drop: nothing at all, for networks of tokens (VideoMAE) that
can leave out those of the element."""

FILLS_WITHOUT_EMPTY: tuple[Fill, ...] = ("nearest", "resample", "drop")
"""Those that have nothing to show a network when every element is missing."""

ClipPrior = Literal["class_frequency", "uniform", "empty"]
"""The score of no elements: the frequency of the class among the training clips, one and the same
for every class, or what the network says when all elements are missing."""
