"""Any of torchvision's classification networks as a backbone, with its preparation and weights."""

import re
import sys
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn

from playfair.errors import InputError
from playfair.models.backbones.backbone import Backbone
from playfair.models.backbones.published_weights import PREFIX, entry_of_weights
from playfair.models.backbones.transforms import resize_short_side_and_crop, standardise_channels

# torchvision is imported where it is used: that takes a second, which other backbones need not
# wait for.

# Without the classifiers that help training from random weights only; with the shift of the input
# that all published weights of these two expect; with the layers' usual random weights, since
# their own draw takes a minute.
_OPTIONS = {
    "googlenet": {"aux_logits": False, "transform_input": True, "init_weights": False},
    "inception_v3": {"aux_logits": False, "transform_input": True, "init_weights": False},
}
_AUXILIARY = {"googlenet": ("aux1.", "aux2."), "inception_v3": ("AuxLogits.",)}
_OLD_DENSENET_KEY = re.compile(r"(denselayer\d+\.(?:norm|conv))\.([12]\.)")


class TorchvisionBackbone(Backbone):
    """The network `name` of torchvision without its classifier's last layer.

    Features are what that layer takes in: the input of the last linear layer, or, where the
    classifier is a convolution (SqueezeNet), the pooled input of the last convolution. Frames are
    prepared as for the published weights called `weights`, or else for torchvision's default ones.

    Args:
        name: as in torchvision, for example "convnext_tiny".
        feature_dim: must be what the network gives.
        weights: a name of published weights, for example "IMAGENET1K_V2"; a path stands for the
            default ones; none of them are read here.

    Raises:
        InputError: no such network or weights, or another feature_dim, naming the right one.
    """

    def __init__(self, name: str, feature_dim: int, weights: str | None = None) -> None:
        super().__init__()
        from torchvision.models import get_model

        self.name = name
        prepare = entry_of_weights(name, weights).transforms()
        (self.input_size,), (self.short_side,) = prepare.crop_size, prepare.resize_size
        self.mean, self.spread = tuple(prepare.mean), tuple(prepare.std)
        self.resampling = Image.Resampling[prepare.interpolation.name]
        options: dict[str, Any] = dict(_OPTIONS.get(name, {}))
        if name.startswith("vit_"):
            options["image_size"] = self.input_size
        network = get_model(name, weights=None, **options)
        self._classifier, self.feature_dim = _last_layer(network)
        if feature_dim != self.feature_dim:
            raise InputError(
                f"The backbone {PREFIX}{name} gives features of length {self.feature_dim}, the "
                f"input of its last layer, but feature_dim is {feature_dim}: set feature_dim to "
                f"{self.feature_dim}."
            )
        network.set_submodule(self._classifier, nn.Identity())
        self.network = network
        # The layout in which CPUs convolve fastest.
        self.to(memory_format=torch.channels_last)

    def crop(self, frames: Sequence[np.ndarray]) -> Tensor:
        """Frames [(H, W, 3)] uint8 RGB -> (N, 3, S, S) uint8, resized and cropped as published."""
        return resize_short_side_and_crop(frames, self.short_side, self.input_size, self.resampling)

    def standardise(self, images: Tensor) -> Tensor:
        """Images (..., 3, S, S) uint8 RGB -> float32 of the published mean and spread."""
        return standardise_channels(images, self.mean, self.spread)

    def adapt_state_dict(self, state_dict: dict[str, Tensor]) -> dict[str, Tensor]:
        """Weights as torchvision publishes them, or as saved from this class, under its own keys.

        Those of the classifier's last layer, and of auxiliary classifiers, are left out.
        """
        if any(key.startswith("network.") for key in state_dict):
            return state_dict
        left_out = (f"{self._classifier}.", *_AUXILIARY.get(self.name, ()))
        return {
            "network." + _OLD_DENSENET_KEY.sub(r"\1\2", key): value
            for key, value in state_dict.items()
            if not key.startswith(left_out)
        }

    def forward(self, images: Tensor) -> Tensor:
        features: Tensor = self.network(images.contiguous(memory_format=torch.channels_last))
        return features


def feature_dim_of(name: str) -> int:
    """The length of the features of the network `name`, which is built without numbers if it can.

    Raises:
        InputError: no such network.
    """
    from torchvision.models import get_model

    entry_of_weights(name, None)
    options = {"weights": None, **_OPTIONS.get(name, {})}
    try:
        with torch.device("meta"):
            network = get_model(name, **options)
    except NotImplementedError:
        # A few networks compute their shape with tensors.
        network = get_model(name, **options)
    return _last_layer(network)[1]


def _last_layer(network: nn.Module) -> tuple[str, int]:
    """Name and input length of the last linear layer, or of the last convolution if none."""
    layers = list(network.named_modules())
    for name, layer in reversed(layers):
        if isinstance(layer, nn.Linear):
            return name, layer.in_features
    for name, layer in reversed(layers):
        if isinstance(layer, nn.Conv2d):
            return name, layer.in_channels
    raise InputError(f"The network {type(network).__name__} has no linear layer to leave out.")


def main(names: Sequence[str]) -> int:
    """Print the feature_dim of each of these networks; returns the exit code."""
    try:
        for name in names:
            print(feature_dim_of(name.removeprefix(PREFIX)))
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
