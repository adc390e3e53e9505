"""Clip networks that are the user's own: made by a function of theirs, or exported to a file."""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from playfair.errors import InputError
from playfair.models.checkpoints import check_finite_weights
from playfair.models.clip_networks.clip_network import ClipNetwork
from playfair.models.clip_networks.preparation import Preparation
from playfair.models.factories import call_factory
from playfair.models.heads.exported import load_exported

DEFAULT_SIZE = 224


class OwnClipNetwork(ClipNetwork):
    """A callable on clips, of either order of axes, which returns logits or probabilities."""

    def __init__(self, *arguments: Any, time_axis: int = 1, outputs: str = "logits") -> None:
        super().__init__(*arguments)
        self.time_axis = time_axis
        self.outputs = outputs

    def logits(self, clips: Tensor) -> Tensor:
        answer = torch.as_tensor(self.network(clips))
        if self.outputs == "logits":
            return answer
        return answer.clamp_min(torch.finfo(answer.dtype).tiny).log()


def load_own(
    network: str,
    weights: str | None,
    clip_frames: int | None,
    *,
    arguments: Mapping[str, Any],
    image_size: int | None,
    time_axis: int,
    outputs: str,
) -> ClipNetwork:
    """The network that a function, package.module:function, makes, or of a TorchScript file.

    It takes (N, F, 3, S, S), or (N, 3, F, S, S) with time_axis 2, standardised as for ImageNet. A
    function may return a `ClipNetwork` instead, which says all of this itself. weights: passed to
    the function by that name, if given.

    Raises:
        InputError: if it cannot be had, or it is not said how many frames it takes.
    """
    if ":" in network:
        given = {"weights": weights} if weights else {}
        made = call_factory(network, {**arguments, **given})
    elif weights:
        raise InputError(
            f"the exported network {network} has its weights in it: leave out weights ({weights})"
        )
    else:
        made = load_exported(network)
    name = f"the network {network}"
    if isinstance(made, ClipNetwork):
        made.name = name
        return made
    if not callable(made):
        raise InputError(
            f"{name} is of type {type(made).__name__}: expected a callable, (N, F, 3, H, W) -> "
            "(N, C)"
        )
    if clip_frames is None:
        raise InputError(f"{name} does not say how many frames it takes: give clip_frames")
    if isinstance(made, nn.Module):
        check_finite_weights(made.state_dict(), name)
    size = image_size or DEFAULT_SIZE
    preparation = Preparation((size, size), short_side=size)
    return OwnClipNetwork(
        name, made, clip_frames, preparation, time_axis=time_axis, outputs=outputs
    )
