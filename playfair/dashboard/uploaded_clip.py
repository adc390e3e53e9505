"""One clip that was uploaded, explained by the models of a run, in a process of its own.

python -m playfair.dashboard.uploaded_clip RUN CLIP ANSWER --most-seconds S

The answer is a JSON file of what an exported page holds of a clip; or {"error": ...}, a sentence.
"""

import argparse
import base64
import io
import os
import signal
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image

from playfair.attribution.limits import MAX_FRAMES
from playfair.dashboard.packed_tables import Table, tables_to_keep
from playfair.dashboard.packing import as_json
from playfair.dashboard.tables import make_table
from playfair.dashboard.video_index import values_json
from playfair.data.clips.frame_sampling import sample_frame_idx
from playfair.errors import InputError, printable
from playfair.models.heads.loading import load_heads
from playfair.processes import end_with
from playfair.runs import ClipView, Run, RunModel, explain_view
from playfair.trust import Trust, add_trust_options, trust_of

_MOST_CLASSES = 10
"""Classes of a table: as many as the page lists."""
_QUALITY, _MOST_SIDE = 80, 320
"""Of frames, as JPEG, and in pixels."""


def explain_upload(run: Path, clip: Path, most_seconds: float, trust: Trust) -> dict[str, Any]:
    """What the page shows of a clip: its values, the frames, and its tables.

    Returns:
        video, tables and frames, as a script of an exported page hands over; left_out, by model why
        it is not among them.

    Raises:
        InputError: if the clip does not decode or is longer than that, or no model can see it.
    """
    found = Run(run, trust)
    models, unusable = found.usable_models()
    left_out = dict.fromkeys(unusable, "its networks cannot be used on other clips")
    cpu = torch.device("cpu")
    views: dict[str, ClipView] = {}
    values: dict[str, dict[str, Any]] = {}
    tables: dict[str, Any] = {}
    for model in models:
        backbone = model.options["backbone"]
        if backbone not in views:
            views[backbone] = found.view(clip, backbone, cpu, most_seconds)
        view = views[backbone]
        if len(view.frames) != len(next(iter(views.values())).frames):
            left_out[model.name] = f"it sees clips at {view.fps:g} frames per second"
            continue
        numbers = [number for number in model.n_frames if number <= len(view.features)]
        if not numbers:
            left_out[model.name] = f"it needs {model.n_frames[0]} frames"
            continue
        values[model.name] = {
            str(number): _values(view, clip.name, model, number) for number in numbers
        }
        tables |= _tables(view, model, numbers)
    if not values:
        reasons = "; ".join(f"{name}: {why}" for name, why in left_out.items())
        raise InputError(f"no model can explain this clip ({reasons})")
    view = views[models[0].options["backbone"]]
    return {
        "video": {
            "uid": clip.name,
            "label": -1,
            "length": len(view.frames),
            "fps": view.fps,
            "frames": True,
            "clip": False,
            "truth": None,
            "models": values,
            "methods": {},
            "every_frame": {},
        },
        "tables": tables,
        "frames": {number: _address(frame) for number, frame in enumerate(view.frames)},
        "left_out": left_out,
    }


def _values(view: ClipView, uid: str, model: RunModel, n_frames: int) -> dict[str, Any]:
    table = explain_view(view, uid, model, torch.device("cpu"), n_frames)
    columns = {
        "frame_idx": table.frame_idx,
        "scores": table.scores,
        "esv": table.esv,
        "esv_se": table.standard_error,
    }
    return values_json({name: value[0] for name, value in columns.items() if value is not None})


def _tables(view: ClipView, model: RunModel, numbers: Sequence[int]) -> dict[str, Any]:
    """None where values are sampled, as for the run's own clips."""
    if model.options["attribution"]["method"] != "exact":
        return {}
    heads = load_heads(model.options, model.heads, view.features.shape[1], len(model.class_name))

    def make(n_frames: int, order: Sequence[int]) -> Table:
        frame_idx = sample_frame_idx(len(view.features), n_frames, model.frame_sampling)
        frame_idx = frame_idx[list(order)] if order else frame_idx
        features = np.ascontiguousarray(view.features[frame_idx])
        score = model.options["attribution"].get("score", "probability")
        return make_table(heads, model.prior, features, frame_idx, (), _MOST_CLASSES, score)

    return tables_to_keep(model.name, [n for n in numbers if n <= MAX_FRAMES], make)


def _address(frame: np.ndarray) -> str:
    """A frame (H, W, 3) as an address that holds its picture."""
    image, picture = Image.fromarray(frame), io.BytesIO()
    image.thumbnail((_MOST_SIDE, _MOST_SIDE))
    image.save(picture, "JPEG", quality=_QUALITY)
    return f"data:image/jpeg;base64,{base64.b64encode(picture.getvalue()).decode('ascii')}"


def main(arguments: Sequence[str] | None = None) -> None:
    """Explain a clip and write the answer, whatever comes of it but a crash."""
    end_with(os.getppid(), signal.SIGKILL)
    parser = argparse.ArgumentParser()
    for name in ("run", "clip", "answer"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--most-seconds", type=float, required=True)
    add_trust_options(parser)
    options = parser.parse_args(arguments)
    # A clip is small work: threads would take the cores of others for nothing.
    torch.set_num_threads(1)
    try:
        answer = explain_upload(options.run, options.clip, options.most_seconds, trust_of(options))
    except InputError as error:
        # Where the clip lies on the server is nothing to tell anybody.
        said = printable(str(error)).replace(str(options.clip), options.clip.name)
        answer = {"error": f"{said[0].upper()}{said[1:].rstrip('.')}."}
    options.answer.write_text(as_json(answer), encoding="utf-8")


if __name__ == "__main__":
    main()
