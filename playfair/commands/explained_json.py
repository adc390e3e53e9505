"""An explained clip as JSON, for programs: one object with everything."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from playfair.data.stores.esv_table import EsvTable


def explained_json(
    clip: str | Path, tables: Mapping[str, EsvTable], fps: float, top: int
) -> dict[str, Any]:
    """The top classes of each model, with their ESVs.

    Args:
        tables: by model, of one video each. fps: frames per second that frame_idx counts.
    """
    return {
        "clip": str(clip),
        "models": [_model(name, table, fps, top) for name, table in tables.items()],
    }


def _model(name: str, table: EsvTable, fps: float, top: int) -> dict[str, Any]:
    elements = table.element_frame_idx
    errors = table.standard_error
    best = np.argsort(-table.scores[0], kind="stable")[:top]
    return {
        "model": name,
        "method": str(table.attributes["method"]),
        "fill": table.attributes.get("fill"),
        "prior": table.attributes.get("prior", "class_frequency"),
        "n_frames": table.n_frames,
        "frame_idx": table.frame_idx[0].tolist(),
        "element_frame_idx": None if elements is None else elements[0].tolist(),
        "seconds": [int(frame) / fps for frame in table.frame_idx[0]],
        "classes": [
            {
                "class": str(table.class_name[number]),
                "score": float(table.scores[0, number]),
                "prior": float(table.prior[number]),
                "esv": table.esv[0, :, number].astype(float).tolist(),
                "standard_error": None
                if errors is None
                else errors[0, :, number].astype(float).tolist(),
            }
            for number in best
        ],
    }
