"""The results of a data set as the dashboard reads them: video by video, without torch.

What is not there is left out: a run may have no frames, clips, ground truth or further methods.
"""

import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from playfair.attribution.result import ROUNDING_TOLERANCE
from playfair.dashboard.shown_model import ShownModel, UnknownError
from playfair.data.clips.ground_truth import read_ground_truth
from playfair.data.stores.esv_store import open_results
from playfair.data.stores.esv_table import SUBSET_SCORES
from playfair.data.stores.hdf5 import open_hdf5, read_offsets, read_text, read_values
from playfair.data.video.gulp import GulpReader
from playfair.errors import InputError

_SHOWN_CLASSES = 12
"""Most classes whose values of every frame are sent."""


class ShownResults:
    """What results/<dataset> holds, for the page.

    Args:
        ground_truth: a CSV; by default datasets/<dataset>/ground_truth.csv beside results/, if it
            is there. evidence_rate: frames gulped per frame that it counts.
        models: to show these only, in this order.

    Raises:
        InputError: if the directory holds no collated files.
    """

    def __init__(
        self,
        directory: str | Path,
        ground_truth: str | Path | None = None,
        evidence_rate: float = 1.0,
        models: Sequence[str] | None = None,
    ):
        self.directory = Path(directory)
        if not self.directory.is_dir():
            raise InputError(
                f"the run {directory} does not exist: give a directory such as results/synthetic"
            )
        # Hidden files are what a job that was stopped has left.
        paths = sorted(self.directory.glob("collated/[!.]*.h5"))
        if not paths:
            raise InputError(
                f"the run {directory} holds no results (collated/<model>.h5): run the workflow "
                "first"
            )
        if models is None:
            # Models that tell orders apart first: they have more to show.
            models = sorted((path.stem for path in paths), key=lambda name: name == "tsn")
        self.models = {
            name: ShownModel(self.directory / "collated" / f"{name}.h5") for name in models
        }
        first, *others = self.models.values()
        self.class_name = first.class_name
        for model in others:
            if list(model.class_name) != list(self.class_name):
                raise InputError(
                    f"{model.path} and {first.path} are of other classes: collate models of one "
                    "data set"
                )
        self.dataset = self.directory.resolve().name
        about = [
            (uid, int(label), int(length))
            for model in self.models.values()
            for uid, label, length in zip(
                model.uid, model.label, model.sequence_length, strict=True
            )
        ]
        known = {uid: (label, length) for uid, label, length in reversed(about)}
        self.uid = list(dict.fromkeys(uid for uid, *_ in about))
        self.label = np.array([known[uid][0] for uid in self.uid])
        self.sequence_length = np.array([known[uid][1] for uid in self.uid])
        self.position = {uid: position for position, uid in enumerate(self.uid)}
        self._ground_truth = ground_truth
        self._evidence_rate = evidence_rate
        self._frames_lock = threading.Lock()
        self._rows_of_files: dict[Path, tuple[int, dict[str, int]]] = {}

    def model(self, name: str) -> ShownModel:
        if name not in self.models:
            raise UnknownError(
                f"There is no model {name!r} here: choose of {', '.join(self.models)}."
            )
        return self.models[name]

    def check_uid(self, uid: str) -> str:
        if uid not in self.position:
            raise UnknownError("There is no video with this uid among the results.")
        return uid

    @cached_property
    def truth(self) -> dict[str, list[list[int]]]:
        """By uid the intervals [first, last] of frames, both inclusive, that carry the evidence."""
        place = self.directory.resolve().parents[1] / "datasets" / self.dataset / "ground_truth.csv"
        path = Path(self._ground_truth or place)
        if self._ground_truth is None and not path.is_file():
            return {}
        table = read_ground_truth(path, self._evidence_rate)
        found: dict[str, list[list[int]]] = {}
        columns = (table["uid"], table["first_frame"], table["last_frame"])
        for uid, first, last in zip(*columns, strict=True):
            found.setdefault(uid, []).append([int(first), int(last)])
        return found

    @cached_property
    def _frames(self) -> GulpReader | None:
        for folder in ("gulp/validation", "shards/gulp/validation"):
            if (self.directory / folder).is_dir():
                with suppress(InputError):
                    return GulpReader(self.directory / folder)
        return None

    @property
    def frames(self) -> GulpReader | None:
        """The reader of the gulped frames, None where there are none."""
        with self._frames_lock:
            return self._frames

    def fps(self, uid: str) -> float | None:
        """Frames per second of a video, None where it is not known."""
        frames = self.frames
        return None if frames is None else frames.fps.get(uid)

    def has_frames(self, uid: str) -> bool:
        frames = self.frames
        return frames is not None and uid in frames.lengths

    def jpeg(self, uid: str, frame: int) -> bytes:
        """A frame as a JPEG; raises `UnknownError` where there is none."""
        frames = self.frames
        if frames is None or not 0 <= frame < frames.lengths.get(uid, 0):
            raise UnknownError("There is no such frame here.")
        return frames.jpeg(uid, frame)

    def has_clip(self, uid: str) -> bool:
        return (self.directory / "webm" / f"{uid}.webm").is_file()

    def clip(self, uid: str) -> Path:
        """The file of a clip to watch; raises `UnknownError` where there is none."""
        path = self.directory / "webm" / f"{self.check_uid(uid)}.webm"
        if not path.is_file():
            raise UnknownError("There is no clip to watch of this video.")
        return path.resolve()

    def subset_scores(self, model: ShownModel, n_frames: int, uid: str) -> np.ndarray:
        """The scores (2^n, C) of all subsets of a video's frames, by mask, as they are stored.

        Raises:
            UnknownError: if they are not, or are those of another computation.
        """
        path = model.esv_path(n_frames)
        row = self._row_in(path, uid)
        if row is None or not model.has_subset_scores(n_frames):
            raise UnknownError(f"What {model.title} says without some of these is not stored.")
        with open_results(path) as file:
            scores = read_values(file[SUBSET_SCORES], row)
        shown = model.values(uid, n_frames)["scores"]
        if not np.allclose(scores[-1], shown, rtol=ROUNDING_TOLERANCE, atol=ROUNDING_TOLERANCE):
            raise UnknownError(
                f"{path} is of another computation than {model.path}: run the workflow again."
            )
        return scores

    def every_frame(self, uid: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """By model the values of every frame of a video, for the classes it may be: class_idx (K,),
        frame_idx (T,), scores (K,), esv (T, K) and perhaps esv_se (T, K)."""
        for name in self.models:
            path = self.directory / "esvs" / name / "all_frames.h5"
            if (row := self._row_in(path, uid)) is None:
                continue
            with open_results(path) as file:
                offsets = read_offsets(file, len(file["esv"]))
                of_frames = slice(offsets[row], offsets[row + 1])
                scores = read_values(file["scores"], row)
                label = int(read_values(file["label"], row))
                best = [int(idx) for idx in np.argsort(-scores)[:_SHOWN_CLASSES]]
                classes = best if label < 0 or label in best else [label, *best[:-1]]
                columns = {
                    key: read_values(file[key], of_frames)[:, classes]
                    for key in ("esv", "esv_se")
                    if key in file
                }
                yield (
                    name,
                    {
                        "class_idx": classes,
                        "frame_idx": read_values(file["frame_idx"], of_frames),
                        "scores": scores[classes],
                        "method": str(file.attrs.get("method", "")),
                        **columns,
                    },
                )

    def other_methods(self, uid: str) -> Iterator[tuple[str, str, int, dict[str, Any]]]:
        """Values by other methods: model, method, n_frames; value (n, 2) for the classes
        class_idx (2,), true (-1 where unknown) and predicted."""
        for name, model in self.models.items():
            paths = [*self.directory.glob(f"attributions/{name}/*/[!.]*_frames.h5")]
            paths += self.directory.glob(f"esvs/{name}/*/[!.]*_frames.h5")
            for path in sorted(paths):
                number = path.stem.removesuffix("_frames")
                if not number.isdecimal() or int(number) not in model.n_frames:
                    continue
                if (row := self._row_in(path, uid)) is None:
                    continue
                with open_hdf5(path, "values of a method") as file:
                    if "value" in file:
                        value = read_values(file["value"], row)
                        classes = read_values(file["class_idx"], row)
                    else:
                        scores = read_values(file["scores"], row)
                        classes = np.array([read_values(file["label"], row), scores.argmax()])
                        value = read_values(file["esv"], row)[:, classes]
                yield name, path.parent.name, int(number), {"class_idx": classes, "value": value}

    def _row_in(self, path: Path, uid: str) -> int | None:
        """The row of a video in a file, None if either is not there."""
        if not path.is_file():
            return None
        time = path.stat().st_mtime_ns
        known = self._rows_of_files.get(path)
        if known is None or known[0] != time:
            with open_hdf5(path, "an ESV or attribution file") as file:
                rows = {name: row for row, name in enumerate(read_text(file["uid"]))}
            known = self._rows_of_files[path] = (time, rows)
        return known[1].get(uid)
