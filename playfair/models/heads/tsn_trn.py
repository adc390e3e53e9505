"""Temporal heads: class logits of a clip from the features of its frames (TSN and TRN)."""

import torch
from torch import Tensor, nn

from playfair.errors import InputError

_ORIGINAL = "consensus.classifier."


class TSN(nn.Module):
    """Temporal Segment Network head: the mean over frames of a linear classifier on relu(feature).

    A variable-length model: it takes any number of frames >= 1 and is blind to their order
    (Wang et al., "Temporal Segment Networks", ECCV 2016).

        logits(X) = 1/|X| * sum over x in X of (W relu(x) + b)
    """

    def __init__(self, feature_dim: int, class_count: int) -> None:
        super().__init__()
        self.feature_dim = feature_dim
        self.class_count = class_count
        self.classifier = nn.Linear(feature_dim, class_count)

    def forward(self, features: Tensor) -> Tensor:
        """Features (N, k, D) -> logits (N, C), for any k >= 1."""
        logits: Tensor = self.classifier(torch.relu(features)).mean(dim=1)
        return logits


class TRN(nn.Module):
    """Temporal Relation Network head of one scale: an MLP on the concatenated features of s frames.

    A fixed-length model: it takes exactly `n_frames` frames, in their order (Zhou et al., "Temporal
    Relational Reasoning in Videos", ECCV 2018).

        logits(x_1 ... x_s) = W_2 relu(W_1 [x_1; ...; x_s] + b_1) + b_2

    With `relu_input` each x is replaced by relu(x). `dropout` (a share) acts on the concatenated
    features, in training only. There may be more hidden layers, of `hidden_dim` units each, and
    batch normalisation before the ReLU of each, which then have no bias.
    """

    def __init__(
        self,
        n_frames: int,
        feature_dim: int,
        hidden_dim: int,
        class_count: int,
        dropout: float = 0.0,
        relu_input: bool = False,
        hidden_layers: int = 1,
        batch_norm: bool = False,
    ) -> None:
        super().__init__()
        self.n_frames = n_frames
        self.feature_dim = feature_dim
        self.hidden_dim = hidden_dim
        self.class_count = class_count
        self.relu_input = relu_input
        layers: list[nn.Module] = [nn.Dropout(dropout)]
        width = n_frames * feature_dim
        for _ in range(hidden_layers):
            layers.append(nn.Linear(width, hidden_dim, bias=not batch_norm))
            layers += [nn.BatchNorm1d(hidden_dim)] if batch_norm else []
            layers.append(nn.ReLU())
            width = hidden_dim
        self.model = nn.Sequential(*layers, nn.Linear(width, class_count))

    def forward(self, features: Tensor) -> Tensor:
        """Features (N, s, D) -> logits (N, C), for s = n_frames; otherwise an `InputError`."""
        if features.ndim != 3 or tuple(features.shape[1:]) != (self.n_frames, self.feature_dim):
            raise InputError(
                f"A TRN head of {self.n_frames} frames takes features of shape "
                f"(N, {self.n_frames}, {self.feature_dim}), not {tuple(features.shape)}."
            )
        if self.relu_input:
            features = torch.relu(features)
        logits: Tensor = self.model(features.flatten(start_dim=1))
        return logits

    def adapt_state_dict(self, state_dict: dict[str, Tensor]) -> dict[str, Tensor]:
        """The weights of a checkpoint under this head's keys.

        The paper's code counts the ReLU on the input as a layer, so that the keys of such heads are
        `model.2` and `model.4` instead of `model.1` and `model.3`, and so on. Raises `InputError`
        when this head has none. Of a network of the original TRN code the head is
        `consensus.classifier`, whose ReLU comes first as well.
        """
        original = {
            f"model.{key.removeprefix(_ORIGINAL)}": value
            for key, value in state_dict.items()
            if key.startswith(_ORIGINAL)
        }
        if original and not self.relu_input:
            raise InputError(
                "it holds a head of the original TRN code, which has a ReLU on its input: set "
                "relu_input to true (and hidden_dim, often to 512)."
            )
        if original:
            return original
        own = sorted({key.rpartition(".")[0] for key in self.state_dict()}, key=_place)
        shifted = {f"model.{_place(layer) + 1}": layer for layer in own}
        if {key.rpartition(".")[0] for key in state_dict} != shifted.keys():
            return state_dict
        if not self.relu_input:
            raise InputError(
                f"it holds the layers {' and '.join(shifted)} of a TRN head with a ReLU on its "
                f"input, expected {' and '.join(own)} of one without: set relu_input to true."
            )
        return {
            f"{shifted[layer]}.{kind}": value
            for key, value in state_dict.items()
            for layer, _, kind in [key.rpartition(".")]
        }


def _place(layer: str) -> int:
    """The number of a layer called model.<number>."""
    return int(layer.rpartition(".")[2])
