"""What a run's files say of its networks, so that its directory suffices to use them again.

Paths are stored relative to the run's directory (results/<dataset>), options as JSON.
"""

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from playfair.files import file_hash
from playfair.provenance import value_hash


def backbone_attributes(
    run: str | Path,
    checkpoint: str | Path,
    *,
    network: Mapping[str, Any],
    code: str | None,
    weights: str | None,
    batch_size: int,
    precision: str,
    decoding: Mapping[str, Any],
) -> dict[str, Any]:
    """Attributes of a feature file: how videos were decoded, and by what network they were seen.

    Args:
        run: directory of the run.
        network: architecture, factory and arguments; weights: see `build_backbone`.
        code: the hash of the code that makes the network, if it is the user's.
        batch_size, precision: see `extract_features`.
        decoding: fps, short_side and folder_fps of the gulp.
    """
    own = {
        "factory": network["factory"],
        "arguments": json.dumps(network["arguments"]),
        "code_hash": code,
    }
    return {
        "checkpoint": _relative(checkpoint, run),
        "architecture": network["architecture"],
        "weights": weights or "",
        "batch_size": batch_size,
        "precision": precision,
        "decoding": json.dumps(dict(decoding)),
        **(own if network["factory"] else {}),
    }


def esv_attributes(
    run: str | Path,
    dataset: str,
    model: str,
    method: Mapping[str, Any],
    heads: Sequence[str | Path],
    backbone_checkpoint_hash: str,
    options: Mapping[str, Any],
) -> dict[str, Any]:
    """Attributes of an ESV file: what was explained, how, and by which networks.

    Args:
        run: directory of the run. dataset, model: names.
        method: how ESVs are computed, with method, seed and score.
        heads: files of the model's heads. options: of the model.
    """
    return {
        "dataset": dataset,
        "model": model,
        "method": method["method"],
        "seed": method["seed"],
        "score": method["score"],
        "checkpoint_hash": [file_hash(path) for path in heads],
        "backbone_checkpoint_hash": backbone_checkpoint_hash,
        "config_hash": value_hash(options),
        "checkpoint": [_relative(path, run) for path in heads],
        "model_options": json.dumps(dict(options)),
    }


def _relative(path: str | Path, run: str | Path) -> str:
    return Path(os.path.relpath(path, run)).as_posix()
