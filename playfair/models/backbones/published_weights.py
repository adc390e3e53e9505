"""Weights that torchvision publishes: their names, told from paths of files, and their files."""

import difflib
import re
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlparse

from playfair.errors import InputError

# torch and torchvision are imported where they are used: rules ask for names only.

PREFIX = "torchvision/"

_NAME = re.compile(r"[A-Z][A-Z0-9_]*")


def is_published_name(weights: str) -> bool:
    """Whether this is a name such as IMAGENET1K_V1, in capitals, and not the path of a file."""
    return _NAME.fullmatch(weights) is not None


def find_weights(name: str, weights: str) -> Path:
    """The file of `weights` for the network `name`: a path, or a name of published weights.

    A name, for example "IMAGENET1K_V1", is looked up in the directory where torchvision keeps what
    it has downloaded ($TORCH_HOME/hub/checkpoints). Nothing is downloaded.

    Raises:
        InputError: torchvision has no such network or weights, or the file of published weights
            is not there; then with the address to fetch it from.
    """
    if not is_published_name(weights):
        return Path(weights)
    url = entry_of_weights(name, weights).url
    path = path_in_cache(url)
    if not path.exists():
        raise InputError(
            f"The weights {weights} of {PREFIX}{name} are expected in {path}, which does not "
            f"exist: fetch them from {url} (nothing is downloaded here)."
        )
    return path


def path_in_cache(url: str) -> Path:
    """Where torchvision keeps what it has downloaded from an address, whether it has or not."""
    import torch

    return Path(torch.hub.get_dir(), "checkpoints", Path(urlparse(url).path).name)


def entry_of_weights(
    name: str, weights: str | None, kind: Literal["classification", "video"] = "classification"
) -> Any:
    """torchvision's entry of published weights, its default ones for None or a path.

    It has the address, and the preparation of frames.

    Args:
        kind: what the network sees, single pictures or whole clips.

    Raises:
        InputError: torchvision has no such network of that kind, or no such weights.
    """
    from torchvision import models

    names = models.list_models(module=models if kind == "classification" else models.video)
    if name not in names:
        near = difflib.get_close_matches(name, names, n=3) or names[:3]
        raise InputError(
            f"torchvision has no {kind} network {name!r}: did you mean "
            f"{' or '.join(PREFIX + other for other in near)}?"
        )
    choices = models.get_model_weights(name)
    if weights is None or not is_published_name(weights) or weights == "DEFAULT":
        return choices.DEFAULT
    if weights not in choices.__members__:
        raise InputError(
            f"torchvision has no weights {weights} for {name}: expected the path of a file, "
            f"DEFAULT or one of {', '.join(choices.__members__)}."
        )
    return choices[weights]
