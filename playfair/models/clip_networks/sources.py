"""Where clip networks come from, told by how their names are written, and the files they are in.

Nothing that takes long to load is imported: the workflow asks while its rules are read.
"""

import json
from pathlib import Path
from typing import Any, Literal

from playfair.errors import InputError
from playfair.models.backbones.published_weights import PREFIX, is_published_name

Kind = Literal["small", "torchvision", "factory", "exported", "folder"]
SMALL = "small"
"""The library's own, which the workflow trains."""
EXPORTED = (".pt", ".pth", ".ts")
CONFIG = "config.json"
PREPARATIONS = (
    "video_preprocessor_config.json",
    "preprocessor_config.json",
    "processor_config.json",
)
SAFE_WEIGHTS = "model.safetensors"
PICKLED_WEIGHTS = "pytorch_model.bin"
INDEX = ".index.json"


def kind_of(network: str) -> Kind:
    """What a name of a network stands for."""
    if network == SMALL:
        return "small"
    if network.startswith(PREFIX):
        return "torchvision"
    if ":" in network:
        return "factory"
    return "exported" if Path(network).suffix in EXPORTED else "folder"


def files_of(network: str, weights: str | None = None) -> list[Path]:
    """The files that a network is read from, but for code and what torchvision has downloaded.

    Raises:
        InputError: if a folder has no weights.
    """
    kind = kind_of(network)
    if kind == "folder":
        described = [Path(network, name) for name in (CONFIG, *PREPARATIONS)]
        return [path for path in described if path.is_file()] + weights_paths(network, weights)
    if kind == "exported":
        return [Path(network)]
    return [Path(weights)] if weights and not is_published_name(weights) else []


def weights_paths(folder: str | Path, weights: str | Path | None = None) -> list[Path]:
    """The files of weights that are read: safe ones first, all parts of those that are divided.

    Raises:
        InputError: if there are none.
    """
    folder = Path(folder)
    if weights is not None:
        return [Path(weights)]
    for name in (SAFE_WEIGHTS, PICKLED_WEIGHTS):
        if (folder / name).is_file():
            return [folder / name]
        index = folder / f"{name}{INDEX}"
        if index.is_file():
            parts = read_json(index, folder).get("weight_map")
            named = (
                sorted({str(part) for part in parts.values()}) if isinstance(parts, dict) else []
            )
            if not named or any(Path(part).name != part for part in named):
                raise InputError(f"{index} does not list files beside it: get the folder again")
            return [folder / part for part in named]
    raise InputError(
        f"the folder {folder} holds no weights: expected {SAFE_WEIGHTS} or {PICKLED_WEIGHTS} in it"
    )


def read_json(path: Path, folder: Path) -> dict[str, Any]:
    """The JSON object in a file of a folder.

    Raises:
        InputError: if there is none.
    """
    if not path.is_file():
        raise InputError(
            f"the folder {folder} has no {path.name}: expected a folder in the layout of the "
            "Hugging Face hub, with config.json, preprocessor_config.json and model.safetensors"
        )
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path} is no JSON ({error}): get the folder again") from error
    if not isinstance(found, dict):
        raise InputError(f"{path} holds no JSON object: get the folder again")
    return found
