"""Clip networks by name: torchvision's, a folder of the hub's layout, or the user's own."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from playfair.errors import InputError
from playfair.models.clip_networks.clip_network import ClipNetwork, check_answer
from playfair.models.clip_networks.sources import files_of, kind_of

# What loads each kind is imported where it is used.


def load_clip_network(
    network: str,
    weights: str | None = None,
    clip_frames: int | None = None,
    *,
    arguments: Mapping[str, Any] | None = None,
    image_size: int | None = None,
    time_axis: int = 1,
    outputs: str = "logits",
    precision: str | None = None,
) -> ClipNetwork:
    """A network of whole clips, tried once on a black one.

    Args:
        network: torchvision/<name>, a folder in the layout of the Hugging Face hub, a function of
            yours as package.module:function, a TorchScript file (.pt), or small, the library's own.
        weights: a file of weights in place of the network's own, or torchvision's name of some.
        clip_frames: F; None for the network's own.
        arguments, image_size, time_axis, outputs: of networks of yours, see `load_own`.
        precision: None, "float16" or "bfloat16", in which it computes on a GPU.

    Raises:
        InputError: if the network cannot be had, or fails.
    """
    kind = kind_of(network)
    if kind == "torchvision":
        from playfair.models.clip_networks.torchvision_video import load_torchvision

        loaded: ClipNetwork = load_torchvision(network, weights, clip_frames)
    elif kind == "small":
        from playfair.models.clip_networks.small_clip_cnn import load_small

        loaded = load_small(weights, clip_frames)
    elif kind == "folder":
        from playfair.models.clip_networks.hub_folder import load_hub_folder

        if not Path(network).is_dir():
            raise InputError(
                f"there is no folder {network}: give torchvision/<name>, a folder in the layout "
                "of the Hugging Face hub, package.module:function or a TorchScript file (.pt)"
            )
        loaded = load_hub_folder(network, weights, clip_frames)
    else:
        from playfair.models.clip_networks.own_networks import load_own

        loaded = load_own(
            network,
            weights,
            clip_frames,
            arguments=arguments or {},
            image_size=image_size,
            time_axis=time_axis,
            outputs=outputs,
        )
    loaded.precision = precision
    return check_answer(loaded)


def network_files(network: str, weights: str | None = None) -> list[Path]:
    """The files that a network is read from, but for code.

    Raises:
        InputError: if they cannot be found.
    """
    if kind_of(network) == "torchvision":
        from playfair.models.clip_networks.torchvision_video import weights_path

        return [weights_path(network, weights)]
    return files_of(network, weights)
