"""What every method returns: values of frames, with what is needed to read and to trust them."""

import csv
import importlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np

from playfair.errors import InputError
from playfair.files import written_whole

Score = Literal["probability", "logit", "log_odds"]
"""The unit of scores and ESVs.

probability: the class probability p. logit: what goes into the softmax less its mean over all
classes, which is log p less the mean of log p. log_odds: log(p / (1 - p)).

Probabilities do not tell logits to which a constant is added, so only their differences mean
something; with the mean as zero, the logits of a subsequence and those of the prior compare, and
stay as linear as they were."""

PER_FRAME = (
    "value",
    "standard_error",
    "interactions",
    "sufficient_frames",
    "necessary_frames",
    "subset_scores",
)
"""Fields whose shape depends on the number of frames."""
OF_VIDEO = (*PER_FRAME, "scores", "evaluations", "efficiency_gap", "converged")
"""Fields that every video has its own of."""

ROUNDING_TOLERANCE = 1e-6
"""How far probabilities, their ESVs and standard errors may lie apart, of the same features and
weights, between any two batches, numbers of threads or processors: in the order of their sums, and
so in their last bits, products of matrices depend on all of these. Seen on one processor that
played several: at most 4e-7. With the same of everything the bits are the same."""

SHOWN_VIDEOS = 3
SHOWN_FRAMES = 3


@dataclass(frozen=True)
class Attribution:
    """How a method shares the class scores of one video, a batch, or a list of videos out.

    The shapes are those of one video of n frames and K classes. For a batch every array has a
    leading axis of videos; for a list of videos of different lengths, `value` and `standard_error`
    (and the fields read off the table of scores) are lists, the rest has the leading axis.

    value: (n, K), a frame's share of each class's score, in the unit `score`. If `gives_esvs`, they
    are Element Shapley Values, also called `esv`: prior + their sum over frames = scores, up to
    `efficiency_gap` (K,), which is that sum minus scores.
    scores: (K,), of the whole video. prior: (K,), score of no frames; never has a leading axis.
    class_idx: (K,), the classes explained. method: its name in the registry of methods.
    seed: of what was drawn, None if nothing was.
    standard_error: (n, K), one standard deviation of the sampling error; None when exact.
    evaluations: model outputs used, one per model and subsequence. converged: whether the largest
    standard error (with tolerance_for="predicted": of the predicted class) fell to the tolerance
    within the budget; None when no tolerance was given. advice: a better way to the same values, if
    there is one, in a sentence.

    With `interactions=True` (exact only): interactions (n, n, K), see `pairwise_interactions`; with
    labels (n, n, 2), of the true class, NaN where it is unknown, and of the predicted one. With
    `frame_sets=True` (exact only): sufficient_frames (n,) bool, the fewest frames that keep the
    prediction, and necessary_frames (n,) bool, the fewest whose removal changes it. With
    `subset_scores=True` (exact only): subset_scores (2^n, K), by mask: bit i set, frame i is there.
    """

    value: Any
    scores: np.ndarray
    prior: np.ndarray
    class_idx: np.ndarray
    method: str
    score: Score
    seed: int | None
    evaluations: Any
    efficiency_gap: np.ndarray
    gives_esvs: bool = True
    standard_error: Any = None
    converged: Any = None
    interactions: Any = None
    sufficient_frames: Any = None
    necessary_frames: Any = None
    subset_scores: Any = None
    advice: str | None = None

    @property
    def esv(self) -> Any:
        """`value`, if these are Element Shapley Values; else raises `InputError`."""
        if not self.gives_esvs:
            raise InputError(
                f"What the method {self.method!r} gives are no Element Shapley Values: they need "
                "not sum to the score. Read them as .value."
            )
        return self.value

    @property
    def is_single(self) -> bool:
        """Whether this explains one video, given without an axis of videos."""
        return self.scores.ndim == 1

    def videos(self) -> list["Attribution"]:
        """One result per video, each without an axis of videos."""
        if self.is_single:
            return [self]
        return [self.select(video) for video in range(len(self.scores))]

    def select(self, video: Any) -> "Attribution":
        """The result of some videos of a batch, by slice or array, or of one, by its number."""
        values = {name: getattr(self, name) for name in OF_VIDEO}
        chosen = {name: value[video] for name, value in values.items() if value is not None}
        return replace(self, **chosen)

    def __repr__(self) -> str:
        videos = self.videos()
        kind = "Element Shapley Values" if self.gives_esvs else "Values"
        head = f"{kind} ({self.method}, unit: {self.score}) of "
        head += "1 video" if self.is_single else f"{len(videos)} videos"
        lines = [head]
        for video, result in enumerate(videos[:SHOWN_VIDEOS]):
            first, *rest = _summary(result)
            lines.append(f"  {first}" if self.is_single else f"  video {video}: {first}")
            lines += [f"  {line}" if self.is_single else f"    {line}" for line in rest]
        if len(videos) > SHOWN_VIDEOS:
            lines.append(f"  ... and {len(videos) - SHOWN_VIDEOS} more")
        if self.advice:
            lines.append(f"  {self.advice}")
        return "\n".join(lines)

    def plot(self, **options: Any) -> Any:
        """Draw the ESV curve of a video and return the figure.

        Options: video (its number, 0), classes (their numbers, the two with the highest scores),
        class_names, ax (matplotlib axes to draw into); see `playfair.figures.drawing.esv_curve`.
        """
        # Figures stand above attribution; looked up by name so that no import points upwards.
        figures = importlib.import_module("playfair.figures.drawing.esv_curve")
        return figures.plot_result(self, **options)

    def to_csv(self, path: str | Path) -> None:
        """Write one row per video, frame and class.

        Columns: video, frame, class, esv (value, where these are no ESVs), standard_error (empty
        when exact), score, prior.
        """
        value = "esv" if self.gives_esvs else "value"
        columns = ("video", "frame", "class", value, "standard_error", "score", "prior")
        with written_whole(path) as temporary, open(temporary, "w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(columns)
            for video, result in enumerate(self.videos()):
                writer.writerows(_rows(video, result))


def concatenated(parts: Sequence[Attribution]) -> Attribution:
    """The results of several batches of videos, of one method and for the same classes, as one."""

    def joined(name: str) -> Any:
        values = [getattr(part, name) for part in parts]
        return None if values[0] is None else np.concatenate(values)

    return replace(parts[0], **{name: joined(name) for name in OF_VIDEO})


def gap_to_efficiency(value: np.ndarray, scores: np.ndarray, prior: np.ndarray) -> np.ndarray:
    """prior + sum of values over frames - score: (V, n, K), (V, K), (K,) -> (V, K) float32."""
    total = prior.astype(np.float64) + value.sum(axis=1, dtype=np.float64)
    gap: np.ndarray = (total - scores).astype(np.float32)
    return gap


def _rows(video: int, result: Attribution) -> list[tuple[Any, ...]]:
    error = result.standard_error
    return [
        (
            video,
            frame,
            int(class_number),
            float(result.value[frame, column]),
            "" if error is None else float(error[frame, column]),
            float(result.scores[column]),
            float(result.prior[column]),
        )
        for frame in range(len(result.value))
        for column, class_number in enumerate(result.class_idx)
    ]


def _summary(result: Attribution) -> list[str]:
    """The highest-scoring class of one video, and the frames that speak most for and against it."""
    column = int(np.argmax(result.scores))
    value = result.value[:, column]
    order = np.argsort(-value, kind="stable")
    support = [frame for frame in order if value[frame] > 0][:SHOWN_FRAMES]
    distract = [frame for frame in order[::-1] if value[frame] < 0][:SHOWN_FRAMES]
    equals = " = prior" if result.gives_esvs else ", prior"
    lines = [
        f"{len(value)} frames, {result.evaluations} evaluations; class {result.class_idx[column]}: "
        f"score {result.scores[column]:.4f}{equals} {result.prior[column]:.4f} "
        f"{value.sum():+.4f} over the frames"
    ]
    for verb, frames in (("supported", support), ("distracted", distract)):
        if frames:
            named = ", ".join(f"{frame} ({value[frame]:+.4f})" for frame in frames)
            lines.append(f"{verb} by frame {named}")
    for name in ("sufficient_frames", "necessary_frames"):
        chosen = getattr(result, name)
        if chosen is not None:
            label = name.replace("_", " ")
            lines.append(f"{label}: {', '.join(map(str, np.nonzero(chosen)[0])) or 'none'}")
    if result.standard_error is not None:
        reached = {None: "", True: ", tolerance reached", False: ", tolerance not reached"}
        lines.append(
            f"largest standard error {result.standard_error.max():.2g}, "
            f"largest efficiency gap {np.abs(result.efficiency_gap).max():.2g}"
            f"{reached[None if result.converged is None else bool(result.converged)]}"
        )
    return lines
