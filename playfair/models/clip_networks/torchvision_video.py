"""Torchvision's video classification networks, with its own preparation and weights."""

from pathlib import Path
from typing import Any

import torch

from playfair.errors import InputError
from playfair.models.backbones.published_weights import (
    PREFIX,
    entry_of_weights,
    is_published_name,
    path_in_cache,
)
from playfair.models.checkpoints import load_state_dict, put_weights
from playfair.models.clip_networks.clip_network import ClipNetwork
from playfair.models.clip_networks.preparation import Preparation

DEFAULT_FRAMES = 16
LONG_CLIPS = ("swin3d_t", "swin3d_s", "swin3d_b")
LONG_FRAMES = 32
"""Frames of a clip as the published weights were trained: 16, of these networks 32."""


class TorchvisionClipNetwork(ClipNetwork):
    """A network that takes (N, 3, F, H, W)."""

    time_axis = 2


def load_torchvision(
    network: str, weights: str | None = None, clip_frames: int | None = None
) -> TorchvisionClipNetwork:
    """The network torchvision/<name>, with published weights or those of a file.

    Args:
        weights: the path of a file, or a name such as KINETICS400_V1 or DEFAULT (as None), which is
            looked up where torchvision keeps what it has downloaded; nothing is downloaded.
        clip_frames: F; None for what the weights were trained with.

    Raises:
        InputError: if there is no such network or weights, or these are not of the network.
    """
    from torchvision import models

    name = network.removeprefix(PREFIX)
    entry = entry_of_weights(name, weights, "video")
    path = _weights_file(name, weights)
    found = load_state_dict(path)
    names: list[str] | None = list(entry.meta["categories"])
    count = _class_count(found)
    options: dict[str, Any] = {}
    if count not in (None, len(names or [])):
        # Weights of another task: the classes are numbered, or the data set's.
        names, options = None, {"num_classes": count}
    built = models.get_model(name, weights=None, **options)
    put_weights(built, found, f"The file of weights {path}")
    transforms = entry.transforms()
    size = tuple(transforms.crop_size)
    preparation = Preparation(
        (size[0], size[-1]), mean=tuple(transforms.mean), spread=tuple(transforms.std),
        own=transforms,
    )  # fmt: skip
    frames = clip_frames or (LONG_FRAMES if name in LONG_CLIPS else DEFAULT_FRAMES)
    return TorchvisionClipNetwork(network, built, frames, preparation, names)


def is_video_network(name: str) -> bool:
    """Whether torchvision has a video classification network of that name, without its prefix."""
    from torchvision import models

    return name in models.list_models(module=models.video)


def weights_path(network: str, weights: str | None) -> Path:
    """The file of weights that `load_torchvision` reads.

    Raises:
        InputError: as there, or if published weights are not in torchvision's cache.
    """
    return _weights_file(network.removeprefix(PREFIX), weights)


def _weights_file(name: str, weights: str | None) -> Path:
    entry = entry_of_weights(name, weights, "video")
    if weights is not None and not is_published_name(weights):
        return Path(weights)
    path = path_in_cache(entry.url)
    if not path.exists():
        raise InputError(
            f"The weights of {PREFIX}{name} are expected in {path}, which does not exist: fetch "
            f"them from {entry.url}, or name a file of weights (nothing is downloaded here)"
        )
    return path


def _class_count(weights: dict[str, torch.Tensor]) -> int | None:
    """The length of the last bias, which is that of the classifier."""
    biases = [value for key, value in weights.items() if key.endswith(".bias")]
    return len(biases[-1]) if biases and biases[-1].ndim == 1 else None
