"""Clip networks: video networks that see F frames at once, from wherever people have them."""

from typing import TYPE_CHECKING

from playfair.lazy import loading_on_use

if TYPE_CHECKING:
    from playfair.models.clip_networks.clip_network import ClipNetwork
    from playfair.models.clip_networks.loading import load_clip_network

__all__ = ["ClipNetwork", "load_clip_network"]

__getattr__, __dir__ = loading_on_use(
    __name__,
    {
        "ClipNetwork": "playfair.models.clip_networks.clip_network",
        "load_clip_network": "playfair.models.clip_networks.loading",
    },
)
