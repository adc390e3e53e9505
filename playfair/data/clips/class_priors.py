"""Class priors: how often each class is among the training clips, f(empty) of a model."""

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from playfair.data.clips.csv_tables import read_csv_rows
from playfair.data.clips.labels import UNKNOWN_LABEL, Clip, class_indices, class_name_in
from playfair.errors import InputError, quoted

PRIOR_TOLERANCE = 1e-4
"""How far from 1 the sum of class priors may be."""


def compute_class_priors(clips: Sequence[Clip], class_names: Sequence[str]) -> np.ndarray:
    """Empirical class frequency of the training clips, f(empty) of the paper's section 3.

    Returns:
        (C,) float64 that sum to 1, for every class of `class_names`, also for those that no clip
        has.

    Raises:
        InputError: if no clip has a known class.
    """
    labels = class_indices(clips, class_names)
    counts = np.bincount(labels[labels != UNKNOWN_LABEL], minlength=len(class_names))
    if not counts.sum():
        raise InputError(
            f"none of {len(labels)} training clips has a label: class priors need labelled clips"
        )
    priors: np.ndarray = counts / counts.sum()
    return priors


def read_class_priors(path: str | Path, class_names: Sequence[str]) -> np.ndarray:
    """(C,) float32 priors from a CSV (columns class and prior), in the order of `class_names`.

    Classes are named, or numbered by their place in `class_names`, as the paper's code does.

    Raises:
        InputError: if a class is missing or there twice, a prior is not a number between 0 and 1,
            or those of `class_names` do not sum to 1.
    """
    prior_of: dict[str, float] = {}
    for cells in read_csv_rows(path, [["class", "prior"]], "class and prior"):
        name, text = class_name_in(path, cells["class"]), cells["prior"]
        if name in prior_of:
            raise InputError(f"{path} has two rows for the class {quoted(name)}: leave one")
        prior_of[name] = _probability(text)
        if not 0 <= prior_of[name] <= 1:
            raise InputError(
                f"{path} has the prior {quoted(text)} for the class {quoted(name)}: expected a "
                "number from 0 to 1"
            )
    if prior_of.keys() == set(map(str, range(len(class_names)))) != set(class_names):
        prior_of = {name: prior_of[str(place)] for place, name in enumerate(class_names)}
    absent = [name for name in class_names if name not in prior_of]
    if absent:
        raise InputError(
            f"{path} has no row for the class {quoted(absent[0])}: every class needs one"
        )
    priors = np.array([prior_of[name] for name in class_names])
    if abs(priors.sum() - 1) > PRIOR_TOLERANCE:
        raise InputError(
            f"{path}: the priors of the {len(priors)} classes sum to {priors.sum():.6g}, expected "
            "1: divide them by their sum, or make the file again"
        )
    return priors.astype(np.float32)


def _probability(text: str) -> float:
    """A number, or NaN where there is none."""
    try:
        # Python takes 0_5 for 5.
        return math.nan if "_" in text else float(text)
    except ValueError:
        return math.nan
