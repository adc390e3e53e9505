"""Play Fair: which frames made a video model say this?

Element Shapley Values (ESVs) split the class scores of a video model over the frames that it saw
(Price and Damen, "Play Fair: Frame Attributions in Video Models", ACCV 2020).

The interface in one call is :func:`playfair.explain`; :func:`playfair.load` opens the files that
the workflow writes. Submodules load on first use, so that ``import playfair`` is quick.
"""

import importlib
from typing import Any

__version__ = "0.1.0"

_ATTRIBUTES = {
    "MaskedModel": "playfair.attribution.games.masking",
    "explain": "playfair.attribution.explain",
    "load": "playfair.data.stores.esv_store",
}
_SUBMODULES = ("attribution", "config", "data", "evaluation", "figures", "models")

__all__ = ["__version__", *_ATTRIBUTES, *_SUBMODULES]


def __getattr__(name: str) -> Any:
    if name in _ATTRIBUTES:
        return getattr(importlib.import_module(_ATTRIBUTES[name]), name)
    if name in _SUBMODULES:
        return importlib.import_module(f"playfair.{name}")
    raise AttributeError(f"module 'playfair' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
