"""A backbone of the user's own, made by a function of theirs."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch

from playfair.errors import InputError
from playfair.models.backbones.backbone import Backbone
from playfair.models.factories import call_factory

_BLANK = np.zeros((72, 96, 3), dtype=np.uint8)


def make_own_backbone(feature_dim: int, factory: str, arguments: Mapping[str, Any]) -> Backbone:
    """The backbone that the function package.module:function makes, tried once on blank pictures.

    Raises:
        InputError: if the function cannot be had or does not take the arguments, if it returns no
            :class:`Backbone`, or if that does not turn 2 frames into (2, feature_dim) features.
    """
    made = call_factory(factory, arguments)
    name = f"The backbone of {factory}"
    if not isinstance(made, Backbone):
        raise InputError(
            f"{name} is of type {type(made).__name__}: expected a subclass of "
            "playfair.models.backbones.backbone.Backbone"
        )
    was_training = made.training
    try:
        with torch.inference_mode():
            images = made.eval().crop([_BLANK, _BLANK])
            features = made(made.standardise(images))
        sizes = tuple(images.shape), tuple(features.shape)
    except Exception as error:
        lines = str(error).strip().splitlines() or [""]
        raise InputError(
            f"{name} failed on two blank frames of {_BLANK.shape[1]} x {_BLANK.shape[0]} pixels "
            f"({type(error).__name__}: {lines[-1].strip()})"
        ) from error
    side = made.input_size
    if sizes[0] != (2, 3, side, side) or images.dtype != torch.uint8:
        raise InputError(
            f"{name} crops two frames to the shape {sizes[0]} of {images.dtype}: expected "
            f"{(2, 3, side, side)} of torch.uint8, since its input_size is {side}"
        )
    if sizes[1] != (2, feature_dim):
        raise InputError(
            f"{name} returned the shape {sizes[1]} for two frames: expected {(2, feature_dim)}, "
            f"since feature_dim is {feature_dim}"
        )
    made.feature_dim = feature_dim
    return made.train(was_training)
