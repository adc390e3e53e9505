"""Models: backbones, temporal heads, their checkpoints and their training."""

from typing import TYPE_CHECKING

from playfair.lazy import loading_on_use

if TYPE_CHECKING:
    from playfair.models.checkpoints import load_weights, save_checkpoint
    from playfair.models.devices import resolve_device

__all__ = ["load_weights", "resolve_device", "save_checkpoint"]

__getattr__, __dir__ = loading_on_use(
    __name__,
    {
        "load_weights": "playfair.models.checkpoints",
        "resolve_device": "playfair.models.devices",
        "save_checkpoint": "playfair.models.checkpoints",
    },
)
