"""What is compared: values of several methods on the same videos, and where their evidence lies."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from playfair.attribution.compared.positions import PositionMethod
from playfair.attribution.methods.registry import make_options, method_class
from playfair.data.stores.esv_table import EsvTable
from playfair.evaluation.localisation import evidence_of

ESV = "esv"
"""The values of the model's own method among the methods of a table."""
BASELINES = ("uniform", "centred_gaussian")
"""Values that know the place of a frame only: in every comparison."""
EXPLAINED = ("true", "predicted")


@dataclass(frozen=True)
class Compared:
    """V videos, and the values of M methods for their true and their predicted class.

    Attributes:
        uid: (V,). class_name: (V,), of the true class, empty where it is unknown.
        class_idx: (V, 2) int64, -1 where the true class is unknown. method: M names.
        value: (V, M, 2, n), NaN where there are none. inside: (V, n) bool, which frames carry the
            evidence; is_known: (V,) bool, whether that is known.
    """

    uid: np.ndarray
    class_name: np.ndarray
    class_idx: np.ndarray
    method: Sequence[str]
    value: np.ndarray
    inside: np.ndarray
    is_known: np.ndarray


def compared_values(
    own: EsvTable, values: Mapping[str, np.ndarray], ground_truth: pd.DataFrame | None
) -> Compared:
    """The ESVs of a model with the values of other methods, and the baselines.

    Args:
        own: the ESVs. values: (V, 2, n) by method, see `Compared`, for the videos of `own`.
        ground_truth: columns uid, first_frame, last_frame; None where no evidence is known.
    """
    found = {ESV: esv_values(own, own), **values}
    for name in BASELINES:
        if name not in found:
            method = method_class(name)(own.n_frames, None, make_options(name, {}))
            assert isinstance(method, PositionMethod)
            found[name] = np.repeat(method.by_position(len(own.uid))[:, None], 2, axis=1)
    class_idx = np.stack([own.label, own.predicted], axis=1)
    value = np.stack(list(found.values()), axis=1)
    value[class_idx[:, 0] < 0, :, 0] = np.nan
    inside, is_known = np.zeros(own.frame_idx.shape, bool), np.zeros(len(own.uid), bool)
    if ground_truth is not None:
        inside, is_known = evidence_of(own.uid, own.frame_idx, ground_truth)
    names = own.class_name[np.maximum(own.label, 0)]
    return Compared(
        uid=own.uid,
        class_name=np.where(own.label >= 0, names, ""),
        class_idx=class_idx,
        method=list(found),
        value=value,
        inside=inside,
        is_known=is_known,
    )


def esv_values(table: EsvTable, own: EsvTable) -> np.ndarray:
    """ESVs (V, 2, n) of a table of the same videos, for the true and predicted class of `own`."""
    both = [table.esv_for(np.maximum(own.label, 0)), table.esv_for(own.predicted)]
    return np.stack(both, axis=1).astype(np.float64)
