"""What `playfair.explain` returns: ESVs with all that is needed to read and to trust them."""

import csv
import importlib
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np

from playfair.files import written_whole

SHOWN_VIDEOS = 3
SHOWN_FRAMES = 3


@dataclass(frozen=True)
class Attribution:
    """Element Shapley Values of one video, of a batch, or of a list of videos.

    The shapes are those of one video of n frames and K classes. For a batch every array has a
    leading axis of videos; for a list of videos of different lengths, `esv` and `standard_error`
    (and the fields read off the table of scores) are lists, the rest has the leading axis.

    esv: (n, K), a frame's share of each class's score, in the unit `score`; prior + the sum of ESVs
    over frames = scores, up to `efficiency_gap` (K,), which is that sum minus scores.
    scores: (K,), of the whole video. prior: (K,), score of no frames; never has a leading axis.
    class_idx: (K,), the classes explained. method: "exact" or the sampler's name.
    standard_error: (n, K), one standard deviation of the sampling error; None when exact.
    evaluations: model outputs used, one per model and subsequence. converged: whether the largest
    standard error fell to the tolerance within the budget; None when no tolerance was given.

    With `interactions=True` (exact only): interactions (n, n, K), see `pairwise_interactions`. With
    `frame_sets=True` (exact only): sufficient_frames (n,) bool, the fewest frames that keep the
    prediction, and necessary_frames (n,) bool, the fewest whose removal changes it.
    """

    esv: Any
    scores: np.ndarray
    prior: np.ndarray
    class_idx: np.ndarray
    method: str
    score: str
    seed: int | None
    evaluations: Any
    efficiency_gap: np.ndarray
    standard_error: Any = None
    converged: Any = None
    interactions: Any = None
    sufficient_frames: Any = None
    necessary_frames: Any = None

    @property
    def is_single(self) -> bool:
        """Whether this explains one video, given without an axis of videos."""
        return self.scores.ndim == 1

    def videos(self) -> list["Attribution"]:
        """One result per video, each without an axis of videos."""
        if self.is_single:
            return [self]
        shared = ("prior", "class_idx", "method", "score", "seed")
        values = {
            field.name: getattr(self, field.name)
            for field in fields(self)
            if field.name not in shared and getattr(self, field.name) is not None
        }
        return [
            replace(self, **{name: value[video] for name, value in values.items()})
            for video in range(len(self.scores))
        ]

    def __repr__(self) -> str:
        videos = self.videos()
        head = f"Element Shapley Values ({self.method}, unit: {self.score}) of "
        head += "1 video" if self.is_single else f"{len(videos)} videos"
        lines = [head]
        for video, result in enumerate(videos[:SHOWN_VIDEOS]):
            first, *rest = _summary(result)
            lines.append(f"  {first}" if self.is_single else f"  video {video}: {first}")
            lines += [f"  {line}" if self.is_single else f"    {line}" for line in rest]
        if len(videos) > SHOWN_VIDEOS:
            lines.append(f"  ... and {len(videos) - SHOWN_VIDEOS} more")
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

        Columns: video, frame, class, esv, standard_error (empty when exact), score, prior.
        """
        columns = ("video", "frame", "class", "esv", "standard_error", "score", "prior")
        with written_whole(path) as temporary, open(temporary, "w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(columns)
            for video, result in enumerate(self.videos()):
                writer.writerows(_rows(video, result))


def _rows(video: int, result: Attribution) -> list[tuple[Any, ...]]:
    error = result.standard_error
    return [
        (
            video,
            frame,
            int(class_number),
            float(result.esv[frame, column]),
            "" if error is None else float(error[frame, column]),
            float(result.scores[column]),
            float(result.prior[column]),
        )
        for frame in range(len(result.esv))
        for column, class_number in enumerate(result.class_idx)
    ]


def _summary(result: Attribution) -> list[str]:
    """The highest-scoring class of one video, and the frames that speak most for and against it."""
    column = int(np.argmax(result.scores))
    esv = result.esv[:, column]
    order = np.argsort(-esv, kind="stable")
    support = [frame for frame in order if esv[frame] > 0][:SHOWN_FRAMES]
    distract = [frame for frame in order[::-1] if esv[frame] < 0][:SHOWN_FRAMES]
    lines = [
        f"{len(esv)} frames, {result.evaluations} evaluations; class {result.class_idx[column]}: "
        f"score {result.scores[column]:.4f} = prior {result.prior[column]:.4f} "
        f"{esv.sum():+.4f} over the frames"
    ]
    for verb, frames in (("supported", support), ("distracted", distract)):
        if frames:
            named = ", ".join(f"{frame} ({esv[frame]:+.4f})" for frame in frames)
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
