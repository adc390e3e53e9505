"""One model of a run as the dashboard reads it: a collated file, and ESV files beside it."""

from pathlib import Path
from typing import Any, cast, get_args

import h5py
import numpy as np

from playfair.attribution.limits import MAX_FRAMES
from playfair.attribution.result import Score
from playfair.data.stores.esv_store import open_results
from playfair.data.stores.esv_table import SUBSET_SCORES
from playfair.data.stores.hdf5 import read_text, read_values
from playfair.data.stores.layout import numbers_of_frames
from playfair.errors import InputError
from playfair.figures.drawing.names import model_title


class UnknownError(InputError):
    """What was asked for is not among the results."""


class ShownModel:
    """A collated file: the scores and ESVs of one model at each of its numbers of frames.

    Attributes:
        name, title; path: of the file. n_frames: ascending. uid: (V,) str; row: uid -> row.
        label, sequence_length: (V,) int64. class_name: (C,) str. prior: (C,) float32.
        method: what the values were computed by. score: their unit, see `Score`.
        sees_clips: whether it is a network of whole clips.
    """

    def __init__(self, path: Path):
        self.path = path
        self.name = path.stem
        self.title = model_title(self.name)
        # Opened once: HDF5 reads what it is asked for, and h5py lets one thread in at a time.
        self.file: h5py.File = open_results(path)
        self.n_frames = numbers_of_frames(self.file)
        missing = [
            name for name in ("uid", "label", "class_name", "prior") if name not in self.file
        ]
        if missing or not self.n_frames:
            raise InputError(f"{path} has no {(missing or ['ESVs'])[0]}: expected a collated file")
        self.uid = read_text(self.file["uid"])
        self.row = {uid: row for row, uid in enumerate(self.uid)}
        self.label = read_values(self.file["label"])
        self.sequence_length = read_values(self.file["sequence_length"])
        self.class_name = read_text(self.file["class_name"])
        self.prior = read_values(self.file["prior"]).astype(np.float32)
        about = self.file[str(self.n_frames[-1])].attrs
        self.method = str(about.get("method", "exact"))
        self.score = _unit(path, str(about.get("score", "probability")))
        self.sees_clips = '"head": "clip"' in str(about.get("model_options", ""))

    @property
    def why_no_order(self) -> str:
        """Why frames cannot be put into another order, "" if they can."""
        if not self.sees_clips:
            return ""
        return f"{self.title} sees whole clips: its answers to other orders are not known."

    def why_no_table(self, n_frames: int) -> str:
        """Why no frame can be switched off, "" if it can."""
        if self.method != "exact":
            return (
                f"The values of {self.title} are sampled ({self.method}): what the model says of "
                "other subsets of frames is not known."
            )
        if n_frames > MAX_FRAMES:
            return f"More than {MAX_FRAMES} frames have too many subsets."
        if self.sees_clips and not self.has_subset_scores(n_frames):
            return (
                f"{self.title} sees whole clips: its answers to other subsets of {n_frames} "
                "elements are not stored (attribution.subset_scores in the configuration)."
            )
        return ""

    def esv_path(self, n_frames: int) -> Path:
        """The ESV file from which these values were collated."""
        return self.path.parents[1] / "esvs" / self.name / f"{n_frames}_frames.h5"

    def has_subset_scores(self, n_frames: int) -> bool:
        """Whether the scores of all subsets are stored."""
        path = self.esv_path(n_frames)
        if not path.is_file():
            return False
        with open_results(path) as file:
            return SUBSET_SCORES in file

    def values(self, uid: str, n_frames: int) -> dict[str, Any]:
        """Columns of one video: frame_idx (n,), scores (C,), esv (n, C), perhaps esv_se (n, C) and
        element_frame_idx (n, F/n)."""
        group, row = self.file[str(n_frames)], self.row[uid]
        names = ("frame_idx", "scores", "esv", "esv_se", "element_frame_idx")
        return {name: read_values(group[name], row) for name in names if name in group}


def _unit(path: Path, score: str) -> Score:
    if score not in get_args(Score):
        raise InputError(
            f"{path} has scores in the unit {score!r}: expected one of {', '.join(get_args(Score))}"
        )
    return cast(Score, score)
