"""What the files of a finished run say of its networks, checked as a configuration is.

Anybody can have written it: no value is used that the configuration would not allow.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import TypeAdapter, ValidationError

from playfair.definitions.backbones import BackboneSection
from playfair.definitions.models import Model
from playfair.definitions.stages import Features, Gulp
from playfair.errors import InputError

_ASIDE = ("attribution", "code_hash", "is_trained")
"""What a model's options hold beside the keys of the configuration, or instead of them."""


def check_says(path: Path, attributes: Mapping[str, Any], names: Sequence[str]) -> None:
    """Raise `InputError` if the attributes of the file `path` lack one of these names."""
    missing = [name for name in names if name not in attributes]
    if missing:
        raise InputError(
            f"{path} has no attribute {missing[0]!r}: it is of another version of the workflow; "
            "delete it and run the workflow again"
        )


def texts(path: Path, attributes: Mapping[str, Any], name: str) -> list[str]:
    """An attribute that is one text or several."""
    found = np.atleast_1d(np.asarray(attributes[name], dtype=object))
    if found.ndim != 1 or not all(isinstance(text, str) for text in found):
        raise InputError(f"{path}: its attribute {name} is not text: {_REMEDY}")
    return [str(text) for text in found]


def model_options(path: Path, attributes: Mapping[str, Any]) -> dict[str, Any]:
    """The options of the model by which an ESV file was made.

    Raises:
        InputError: if they are not those of a model.
    """
    options = _json(path, attributes, "model_options")
    plain = {key: value for key, value in options.items() if key not in _ASIDE}
    checked = _check(TypeAdapter(Model), plain, path, "model_options")
    method = options.get("attribution")
    if not isinstance(method, dict) or not isinstance(method.get("method"), str):
        raise InputError(f"{path}: its attribute model_options names no method: {_REMEDY}")
    return {**checked.model_dump(mode="json"), **options}


def own_backbone(path: Path, attributes: Mapping[str, Any]) -> dict[str, Any]:
    """By what function of the user's the backbone of a feature file was made, {} if by none.

    Returns:
        factory, arguments and code_hash.

    Raises:
        InputError: if the file does not say all of it.
    """
    if "factory" not in attributes:
        return {}
    check_says(path, attributes, ("arguments", "code_hash"))
    found: dict[str, Any] = {"arguments": _json(path, attributes, "arguments")}
    for name in ("factory", "code_hash"):
        found[name], *others = texts(path, attributes, name) or [""]
        if others:
            raise InputError(f"{path}: its attribute {name} is not one text: {_REMEDY}")
    return found


def backbone_options(
    path: Path, attributes: Mapping[str, Any], feature_dim: int
) -> tuple[dict[str, Any], dict[str, Any]]:
    """How the clips of a feature file were decoded (see `gulp_videos`), and how their frames were
    seen (batch_size, precision).

    Raises:
        InputError: if this, the architecture or the length of a feature is out of bounds.
    """
    decoding = _json(path, attributes, "decoding")
    _check(TypeAdapter(Gulp), decoding, path, "decoding")
    batch_size = attributes["batch_size"]
    seeing = {
        "batch_size": batch_size.item() if isinstance(batch_size, np.integer) else batch_size,
        "precision": attributes.get("precision", "float32"),
    }
    _check(TypeAdapter(Features), seeing, path, "batch_size or precision")
    network = {"architecture": attributes["architecture"], "feature_dim": int(feature_dim)}
    own = own_backbone(path, attributes)
    network |= {key: own[key] for key in own if key != "code_hash"}
    _check(TypeAdapter(BackboneSection), network, path, "architecture")
    return decoding, seeing


def imported_rate(path: Path, attributes: Mapping[str, Any]) -> dict[str, Any]:
    """How a clip is decoded whose features were imported into a file: at their rate.

    Raises:
        InputError: if the file does not say it.
    """
    check_says(path, attributes, ("fps",))
    rate = attributes["fps"]
    decoding = {"fps": rate.item() if isinstance(rate, np.floating) else rate}
    return dict(_check(TypeAdapter(Gulp), decoding, path, "fps").model_dump())


_REMEDY = "it is damaged or of another version; run the workflow again"


def _json(path: Path, attributes: Mapping[str, Any], name: str) -> dict[str, Any]:
    try:
        found = json.loads(attributes[name])
    except (TypeError, ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise InputError(f"{path}: its attribute {name} is no JSON object: {_REMEDY}")
    return found


def _check(adapter: TypeAdapter[Any], values: dict[str, Any], path: Path, name: str) -> Any:
    try:
        return adapter.validate_python(values, strict=True)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"]) or "it"
        raise InputError(
            f"{path}: its attribute {name} is not as in a configuration ({key}: "
            f"{first['msg'].lower()}): {_REMEDY}"
        ) from error
