"""What a run's files say of its networks, so that its directory suffices to use them again.

Paths are stored relative to the run's directory (results/<dataset>), options as JSON.
"""

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any


def backbone_attributes(
    run: str | Path,
    checkpoint: str | Path,
    *,
    architecture: str,
    weights: str | None,
    batch_size: int,
    decoding: Mapping[str, Any],
) -> dict[str, Any]:
    """Attributes of a feature file: how videos were decoded, and by what network they were seen.

    Args:
        run: directory of the run. weights: see `playfair.models.backbones.build_backbone`.
        decoding: fps and short_side of the gulp.
    """
    return {
        "checkpoint": _relative(checkpoint, run),
        "architecture": architecture,
        "weights": weights or "",
        "batch_size": batch_size,
        "decoding": json.dumps(dict(decoding)),
    }


def model_attributes(
    run: str | Path, checkpoints: Sequence[str | Path], options: Mapping[str, Any]
) -> dict[str, Any]:
    """Attributes of an ESV file: the model's options and where its heads lie."""
    return {
        "checkpoint": [_relative(checkpoint, run) for checkpoint in checkpoints],
        "model_options": json.dumps(dict(options)),
    }


def _relative(path: str | Path, run: str | Path) -> str:
    return Path(os.path.relpath(path, run)).as_posix()
