"""The index: of every video what each model says of it, for lists, filters and maps of classes.

It is made in one pass over the collated files, in blocks of videos, and kept beside the results in
results/<dataset>/dashboard/, where it can be written.
"""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from playfair.attribution.result import Score
from playfair.dashboard.packing import as_shares, packed
from playfair.dashboard.shown_model import ShownModel
from playfair.dashboard.shown_results import ShownResults
from playfair.data.stores.columns import create_hdf5, write_column
from playfair.data.stores.hdf5 import open_hdf5, read_values
from playfair.errors import InputError

_BLOCK = 256
"""Videos read at a time."""
_VERSION = 3
COLUMNS = (
    "predicted",
    "score",
    "true_score",
    "distraction",
    "largest",
    "strongest",
    "by_class",
)


def outcomes(model: ShownModel, n_frames: int) -> dict[str, np.ndarray]:
    """What a model says of its V videos at one number of frames.

    Returns:
        predicted (V,) int64; the probabilities of that class, score (V,), and of the true one,
        true_score (V,), NaN without a label; of the class to explain (the labelled one, else the
        predicted): distraction (V,), minus the sum of its negative ESVs, largest (V,), the share of
        the largest in the sum of the positive ones, and
        strongest (V,) int64, the position of the largest;
        by_class (C, n): the mean ESV of a class at each position, NaN where no video is of it.
    """
    group, count, class_count = model.file[str(n_frames)], len(model.uid), len(model.class_name)
    predicted, strongest = np.zeros((2, count), np.int64)
    score, true_score, distraction, largest = np.full((4, count), np.nan, np.float32)
    total, videos = np.zeros((class_count, n_frames)), np.zeros(class_count)
    for start in range(0, count, _BLOCK):
        rows = slice(start, min(start + _BLOCK, count))
        scores, label = read_values(group["scores"], rows), model.label[rows]
        each = np.arange(len(label))
        predicted[rows] = scores.argmax(axis=1)
        likely = _probabilities(scores, model.score)
        score[rows] = likely[each, predicted[rows]]
        true_score[rows] = np.where(label >= 0, likely[each, label], np.nan)
        explained = np.where(label >= 0, label, predicted[rows])
        esv = read_values(group["esv"], rows)[each, :, explained]
        support = np.clip(esv, 0, None)
        distraction[rows] = np.clip(-esv, 0, None).sum(axis=1)
        strongest[rows] = esv.argmax(axis=1)
        largest[rows] = support.max(axis=1) / np.maximum(support.sum(axis=1), 1e-9)
        np.add.at(total, explained, esv)
        np.add.at(videos, explained, 1)
    with np.errstate(invalid="ignore"):
        by_class = (total / videos[:, None]).astype(np.float32)
    values = (predicted, score, true_score, distraction, largest, strongest, by_class)
    return dict(zip(COLUMNS, values, strict=True))


def _probabilities(scores: np.ndarray, unit: Score) -> np.ndarray:
    """Probabilities (V, C) of scores in that unit, as in `playfair.attribution.games.scores`."""
    if unit == "probability":
        return scores
    with np.errstate(over="ignore"):
        if unit == "log_odds":
            odds: np.ndarray = 1 / (1 + np.exp(-scores))
            return odds
        parts = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares: np.ndarray = parts / parts.sum(axis=1, keepdims=True)
    return shares


def kept_outcomes(results: ShownResults, model: ShownModel, n_frames: int) -> dict[str, np.ndarray]:
    """The outcomes as they are kept beside the results, made where they are not, or are older."""
    path = results.directory / "dashboard" / model.name / f"{n_frames}_frames.h5"
    about = model.path.stat()
    made_of = f"{_VERSION} {about.st_size} {about.st_mtime_ns}"
    with suppress(InputError, OSError, KeyError), open_hdf5(path, "an index") as file:
        if file.attrs.get("made_of") == made_of:
            found = {name: read_values(file[name]) for name in COLUMNS}
            if _fits(found, model, n_frames):
                return found
    values = outcomes(model, n_frames)
    # A folder that may not be written to is no reason to show nothing.
    with suppress(OSError, InputError):
        _keep(path, values, made_of)
    return values


def _fits(found: dict[str, np.ndarray], model: ShownModel, n_frames: int) -> bool:
    video, shape = (len(model.uid),), (len(model.class_name), n_frames)
    return all(
        values.dtype.kind in "if" and values.shape == (shape if name == "by_class" else video)
        for name, values in found.items()
    )


def _keep(path: Path, values: dict[str, np.ndarray], made_of: str) -> None:
    with create_hdf5(path) as file:
        assert isinstance(file, h5py.File)
        file.attrs["made_of"] = made_of
        for name, column in values.items():
            write_column(file, name, column, column.dtype)


def index_json(results: ShownResults, uids: Sequence[str] | None = None) -> dict[str, Any]:
    """What the page starts from: models, classes, videos, and the outcomes at the most frames.

    uids: of these videos only, with the outcomes at all numbers of frames.
    """
    shown = results.uid if uids is None else list(uids)
    positions = [results.position[uid] for uid in shown]
    return {
        "dataset": results.dataset,
        "models": [
            {
                "name": model.name,
                "title": model.title,
                "n_frames": model.n_frames,
                "method": model.method,
                "score": model.score,
                "why_no_table": {
                    str(n): why for n in model.n_frames if (why := model.why_no_table(n))
                },
                "why_no_order": model.why_no_order,
                "prior": packed(model.prior),
            }
            for model in results.models.values()
        ],
        "class_name": [str(name) for name in results.class_name],
        "no_frames": [place for place, uid in enumerate(shown) if not results.has_frames(uid)],
        "uid": shown,
        "label": packed(results.label[positions], "<i2"),
        "length": packed(np.minimum(results.sequence_length[positions], 65535), "<u2"),
        "outcomes": {
            model.name: {
                str(n): outcomes_json(results, model, n, uids)
                for n in (model.n_frames if uids is not None else model.n_frames[-1:])
            }
            for model in results.models.values()
        },
    }


def outcomes_json(
    results: ShownResults, model: ShownModel, n_frames: int, uids: Sequence[str] | None = None
) -> dict[str, np.ndarray]:
    """Outcomes in the order of the index; predicted is -1 for a video that the model lacks.

    Those that lists are sorted by are shares of 1, and of the largest where one is larger.
    """
    values = kept_outcomes(results, model, n_frames)
    rows = np.array([model.row.get(uid, -1) for uid in uids or results.uid], dtype=np.int64)
    most = max(1.0, float(np.nan_to_num(values["distraction"]).max(initial=0)))
    values = {**values, "distraction": values["distraction"] / most}
    shares = {
        name: as_shares(np.where(rows >= 0, values[name][rows], 0))
        for name in ("score", "true_score", "distraction", "largest")
    }
    predicted = np.where(rows >= 0, values["predicted"][rows], -1)
    return {
        "predicted": packed(predicted, "<i2"),
        **shares,
        "strongest": packed(values["strongest"][rows], "<u2"),
        "by_class": packed(values["by_class"]),
    }


def video_json(results: ShownResults, uid: str) -> dict[str, Any]:
    """All values of one video, of every model at each number of frames, but for its tables."""
    position = results.position[results.check_uid(uid)]
    models: dict[str, dict[str, Any]] = {}
    for name, model in results.models.items():
        if uid in model.row:
            models[name] = {str(n): values_json(model.values(uid, n)) for n in model.n_frames}
    methods: dict[str, dict[str, dict[str, Any]]] = {}
    for name, method, n_frames, found in results.other_methods(uid):
        by_method = methods.setdefault(name, {})
        by_method.setdefault(method, {})[str(n_frames)] = values_json(found)
    return {
        "uid": uid,
        "label": int(results.label[position]),
        "length": int(results.sequence_length[position]),
        "fps": results.fps(uid),
        "frames": results.has_frames(uid),
        "clip": results.has_clip(uid),
        "truth": results.truth.get(uid),
        "models": models,
        "methods": methods,
        "every_frame": {name: values_json(found) for name, found in results.every_frame(uid)},
    }


def values_json(values: dict[str, Any]) -> dict[str, Any]:
    """Whole numbers as lists, others packed."""
    return {
        name: np.asarray(column).tolist()
        if name in ("frame_idx", "element_frame_idx", "class_idx", "method")
        else packed(column)
        for name, column in values.items()
    }
