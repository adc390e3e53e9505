"""Temporal heads: class logits of a clip from the features of its frames (TSN and TRN)."""

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from playfair.errors import InputError


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
        return self.classifier(torch.relu(features)).mean(dim=1)


class TRN(nn.Module):
    """Temporal Relation Network head of one scale: an MLP on the concatenated features of s frames.

    A fixed-length model: it takes exactly `n_frames` frames, in their order (Zhou et al., "Temporal
    Relational Reasoning in Videos", ECCV 2018).

        logits(x_1 ... x_s) = W_2 relu(W_1 [x_1; ...; x_s] + b_1) + b_2

    With `relu_input` each x is replaced by relu(x). `dropout` (a share) acts on the concatenated
    features, in training only.
    """

    def __init__(
        self,
        n_frames: int,
        feature_dim: int,
        hidden_dim: int,
        class_count: int,
        dropout: float = 0.0,
        relu_input: bool = False,
    ) -> None:
        super().__init__()
        self.n_frames = n_frames
        self.feature_dim = feature_dim
        self.hidden_dim = hidden_dim
        self.class_count = class_count
        self.relu_input = relu_input
        self.model = nn.Sequential(
            nn.Dropout(dropout),
            nn.Linear(n_frames * feature_dim, hidden_dim),
            nn.ReLU(),
            nn.Linear(hidden_dim, class_count),
        )

    def forward(self, features: Tensor) -> Tensor:
        """Features (N, s, D) -> logits (N, C), for s = n_frames; otherwise an `InputError`."""
        if features.ndim != 3 or tuple(features.shape[1:]) != (self.n_frames, self.feature_dim):
            raise InputError(
                f"A TRN head of {self.n_frames} frames takes features of shape "
                f"(N, {self.n_frames}, {self.feature_dim}), not {tuple(features.shape)}."
            )
        if self.relu_input:
            features = torch.relu(features)
        return self.model(features.flatten(start_dim=1))

    def adapt_state_dict(self, state_dict: dict[str, Tensor]) -> dict[str, Tensor]:
        """The weights of a checkpoint under this head's keys.

        The paper's code counts the ReLU on the input as a layer, so that the keys of such heads are
        `model.2` and `model.4` instead of `model.1` and `model.3`. Raises `InputError` when this
        head has none.
        """
        if {key.rpartition(".")[0] for key in state_dict} != {"model.2", "model.4"}:
            return state_dict
        if not self.relu_input:
            raise InputError(
                "it holds the layers model.2 and model.4 of a TRN head with a ReLU on its input, "
                "expected model.1 and model.3 of one without: set relu_input to true."
            )
        shifted = {"model.2": "model.1", "model.4": "model.3"}
        return {
            f"{shifted[layer]}.{kind}": value
            for key, value in state_dict.items()
            for layer, _, kind in [key.rpartition(".")]
        }


def tsn_from_state_dict(state_dict: Mapping[str, Tensor]) -> TSN:
    """The TSN head whose weights these are, in eval mode; sizes are read off the weights.

    Raises `InputError` when the keys are not those of a TSN head.
    """
    _check_keys(state_dict, ("classifier.weight", "classifier.bias"), "TSN")
    class_count, feature_dim = state_dict["classifier.weight"].shape
    head = TSN(feature_dim, class_count)
    head.load_state_dict(state_dict)
    return head.eval()


def trn_from_state_dict(
    state_dict: Mapping[str, Tensor], n_frames: int, relu_input: bool = False
) -> TRN:
    """The TRN head of `n_frames` frames whose weights these are, in eval mode.

    Sizes are read off the weights; the number of frames is not among them, since the first layer
    only knows the product s * D. Raises `InputError` when the keys are not those of a TRN head, or
    when that product is no multiple of `n_frames`.
    """
    keys = ("model.1.weight", "model.1.bias", "model.3.weight", "model.3.bias")
    _check_keys(state_dict, keys, "TRN")
    hidden_dim, input_dim = state_dict["model.1.weight"].shape
    class_count = state_dict["model.3.weight"].shape[0]
    if input_dim % n_frames:
        raise InputError(
            f"The weights of a TRN head of {n_frames} frames should take a multiple of {n_frames} "
            f"numbers, but model.1.weight takes {input_dim}: give the scale it was trained for."
        )
    head = TRN(n_frames, input_dim // n_frames, hidden_dim, class_count, relu_input=relu_input)
    head.load_state_dict(state_dict)
    return head.eval()


def _check_keys(state_dict: Mapping[str, Tensor], expected: tuple[str, ...], name: str) -> None:
    if set(state_dict) != set(expected):
        raise InputError(
            f"The weights are not those of a {name} head: expected the keys {', '.join(expected)}, "
            f"found {', '.join(sorted(state_dict)) or 'none'}."
        )
