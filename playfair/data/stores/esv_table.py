"""ESVs of one model at one number of frames, in memory, and how files call what they hold."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from playfair.attribution.result import Attribution
from playfair.errors import InputError

COMMON = ("uid", "label", "sequence_length", "prior", "class_name")
PER_VIDEO = ("frame_idx", "scores", "esv")
SAMPLED = ("esv_se", "evaluations", "efficiency_gap")
READ_OFF = ("interactions", "sufficient_frames", "necessary_frames")
OPTIONAL = (*SAMPLED, *READ_OFF)
SUBSET_SCORES = "subset_scores"
"""The largest column by far: tables and collated files are without it."""
OF_ELEMENTS = ("element_frame_idx",)
"""Columns of networks that see whole clips."""
DATASET_OF = {"standard_error": "esv_se"}
FIELD_OF = {dataset: field for field, dataset in DATASET_OF.items()}
"""The names of columns of files, and of fields, where they differ."""


@dataclass(frozen=True)
class EsvTable:
    """Scores and ESVs of V videos at n frames each, for C classes.

    Attributes:
        uid: (V,) str. label: (V,) int64, -1 where unknown. sequence_length: (V,) int64, in frames.
        frame_idx: (V, n) int64, which frames of the video the model saw.
        scores: (V, C) float32, in the unit attributes["score"] (without one: probabilities).
        esv: (V, n, C) float32.
        prior: (C,) float32, in the same unit. class_name: (C,) str.
        attributes: dataset, model, method, seed, score, hashes.
        standard_error: (V, n, C) float32, evaluations: (V,) int64 and efficiency_gap: (V, C)
            float32, prior + sum of ESVs - score; None where the values are exact.
        interactions: (V, 2, n, n) float32, the pairwise interactions of frames for the true and
            for the predicted class (NaN where no true class is known); sufficient_frames and
            necessary_frames: (V, n) bool, the smallest sets of frames that keep the prediction, and
            whose removal changes it; None where the configuration does not ask for them.
        element_frame_idx: (V, n, F/n) int64, the frames of each element of a network that sees F
            frames at once, for which frame_idx is the middle one; None for other models.
    """

    uid: np.ndarray
    label: np.ndarray
    sequence_length: np.ndarray
    frame_idx: np.ndarray
    scores: np.ndarray
    esv: np.ndarray
    prior: np.ndarray
    class_name: np.ndarray
    attributes: dict[str, Any] = field(default_factory=dict)
    standard_error: np.ndarray | None = None
    evaluations: np.ndarray | None = None
    efficiency_gap: np.ndarray | None = None
    interactions: np.ndarray | None = None
    sufficient_frames: np.ndarray | None = None
    necessary_frames: np.ndarray | None = None
    element_frame_idx: np.ndarray | None = None

    @classmethod
    def of_result(
        cls,
        result: Attribution,
        *,
        uid: Sequence[str] | np.ndarray,
        label: Sequence[int] | np.ndarray,
        sequence_length: Sequence[int] | np.ndarray,
        frame_idx: np.ndarray,
        class_name: np.ndarray,
        attributes: Mapping[str, Any],
        element_frame_idx: np.ndarray | None = None,
    ) -> "EsvTable":
        """The ESVs of a batch for all classes as they would come back from a file.

        Raises:
            InputError: if scores or ESVs of a video are no finite numbers.
        """
        check_finite(result, uid)
        return cls(
            uid=np.asarray(uid, dtype=object),
            label=np.asarray(label),
            sequence_length=np.asarray(sequence_length),
            frame_idx=frame_idx,
            scores=result.scores,
            esv=result.esv,
            prior=result.prior,
            class_name=class_name,
            attributes=dict(attributes),
            element_frame_idx=element_frame_idx,
            **{FIELD_OF.get(name, name): column_of(result, name) for name in OPTIONAL},
        )

    @property
    def n_frames(self) -> int:
        return int(self.frame_idx.shape[1])

    def __repr__(self) -> str:
        about = ", ".join(
            str(self.attributes[k]) for k in ("model", "method") if k in self.attributes
        )
        return (
            f"EsvTable({about}: {len(self.uid)} videos, {self.n_frames} frames, "
            f"{len(self.class_name)} classes)"
        )

    @property
    def predicted(self) -> np.ndarray:
        """(V,) int64: the class with the highest score."""
        class_idx: np.ndarray = self.scores.argmax(axis=1)
        return class_idx

    @property
    def correct(self) -> np.ndarray:
        """(V,) bool: whether the predicted class is the labelled one."""
        right: np.ndarray = self.predicted == self.label
        return right

    @property
    def explained(self) -> np.ndarray:
        """(V,) int64: the class to explain, the labelled one or, without a label, the predicted."""
        return np.where(self.label >= 0, self.label, self.predicted)

    def esv_for(self, classes: np.ndarray) -> np.ndarray:
        """(V, n) ESVs of one class per video, `classes` (V,) of class indices."""
        return np.take_along_axis(self.esv, np.asarray(classes)[:, None, None], axis=2)[:, :, 0]


def check_finite(result: Attribution, uid: Sequence[str] | np.ndarray) -> None:
    """Raise `InputError` if scores or ESVs of a video are not finite."""
    for name in ("scores", "esv"):
        for one, values in zip(uid, getattr(result, name), strict=True):
            if not np.isfinite(values).all():
                raise InputError(
                    f"the model's {name} of {one!r} are NaN or infinite: look at the weights of "
                    "its head, and at the features of this video"
                )


class TableOfEach(Mapping[str, EsvTable]):
    """By model, its table at one number of frames; read when it is asked for.

    The last one asked for is kept, until another is. Those of thousands of clips and many classes
    take some hundred megabytes each.

    Args:
        results: by model, then by number of frames. n_frames: the number of each model to show;
            models without one are left out.
    """

    def __init__(
        self, results: Mapping[str, Mapping[int, EsvTable]], n_frames: Mapping[str, int]
    ) -> None:
        self._results, self._n_frames = results, n_frames
        self._last: tuple[str, EsvTable] | None = None

    def __getitem__(self, model: str) -> EsvTable:
        number = self._n_frames[model]
        if self._last is None or self._last[0] != model:
            self._last = None
            self._last = model, self._results[model][number]
        return self._last[1]

    def __iter__(self) -> Iterator[str]:
        return iter(self._n_frames)

    def __len__(self) -> int:
        return len(self._n_frames)


def column_of(result: Attribution, dataset: str) -> Any:
    """What a result has to say in a dataset of an ESV file; None if nothing."""
    values = getattr(result, FIELD_OF.get(dataset, dataset))
    if dataset == "interactions" and values is not None:
        return np.moveaxis(values, -1, 1)
    return values
