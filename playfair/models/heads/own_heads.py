"""Temporal heads that are the user's own: made by a function of theirs, or exported to files."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from playfair.errors import InputError
from playfair.models.checkpoints import check_finite_weights
from playfair.models.factories import call_factory
from playfair.models.heads.exported import load_exported
from playfair.models.heads.tsn_trn import TSN

OWN_HEADS = ("custom", "exported")
PROBED_LENGTHS = (1, 2, 3)
"""Numbers of frames on which a model of any number of frames is tried."""

Head = Callable[[Tensor], Tensor]


class AveragedProbabilities(list[Head]):
    """Single-scale models, each of logits, whose probabilities are averaged over the scales.

    The paper's code has this as a choice; a list of any other kind stands for averages of logits.
    """


class Converted(nn.Module):
    """A model followed by a function of its outputs: (N, k, D) -> (N, C)."""

    def __init__(self, model: Head, function: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.model = model
        self.function = function

    def forward(self, features: Tensor) -> Tensor:
        """Features (N, k, D) -> (N, C)."""
        return self.function(torch.as_tensor(self.model(features)))


def load_own_heads(
    options: Mapping[str, Any], files: Sequence[str | Path], feature_dim: int, class_count: int
) -> Head | list[Head]:
    """The model of `head: custom` or `head: exported`, tried once on features of zeros.

    Args:
        options: the model's section of the configuration. files: its files.

    Returns:
        A model of any number of frames, (N, k, D) -> (N, C) probabilities, or a list of models of
        which the s-th is (N, s, D) -> (N, C) logits. Networks are in eval mode.

    Raises:
        InputError: if the model cannot be had, or does not return (N, C).
    """
    if options["head"] == "custom":
        name = f"The model of {options['factory']}"
        given = {"files": [str(path) for path in files]} if files else {}
        model = call_factory(options["factory"], {**options["arguments"], **given})
    elif options["file"] is not None:
        name = f"The exported model {files[0]}"
        model = load_exported(files[0])
    else:
        name = f"The exported model of {len(files)} files"
        model = [load_exported(path) for path in files]
    return checked_heads(name, model, options["outputs"], feature_dim, class_count)


def checked_heads(
    name: str, model: Any, outputs: str | None, feature_dim: int, class_count: int
) -> Head | list[Head]:
    """The user's model in the form that games take, see `load_own_heads`; it is called `name`.

    outputs: "probabilities" or "logits"; None stands for what is returned by that kind of model.
    """
    if isinstance(model, list | tuple | nn.ModuleList):
        heads = list(model)
        if not heads or not all(callable(head) for head in heads):
            raise InputError(f"{name} is a list of {_types(heads)}: expected callables")
        for scale, head in enumerate(heads, start=1):
            _try(f"{name}, at {scale} frames,", head, scale, feature_dim, class_count)
        # Combined on logits, which a constant per subsequence does not change.
        return [Converted(head, _log) if outputs == "probabilities" else head for head in heads]
    if not callable(model):
        raise InputError(
            f"{name} is of type {type(model).__name__}: expected a callable, (N, k, D) -> (N, C), "
            "or a list of callables"
        )
    for length in PROBED_LENGTHS:
        _try(name, model, length, feature_dim, class_count)
    # A TSN head of the library is recognised as such, and much faster than as a callable.
    if outputs == "logits" and not isinstance(model, TSN):
        return Converted(model, _softmax)
    accepted: Head = model
    return accepted


def _try(name: str, head: Head, length: int, feature_dim: int, class_count: int) -> None:
    """Call a model once, to find early what would fail in the middle of a job."""
    place = torch.device("cpu")
    if isinstance(head, nn.Module):
        head.eval()
        place = next((weight.device for weight in head.parameters()), place)
        check_finite_weights(head.state_dict(), name)
    features = torch.zeros(2, length, feature_dim, device=place)
    try:
        with torch.inference_mode():
            answer = head(features)
        shape = tuple(torch.as_tensor(answer).shape)
    except Exception as error:
        lines = str(error).strip().splitlines() or [""]
        raise InputError(
            f"{name} failed on features of shape {tuple(features.shape)} "
            f"({type(error).__name__}: {lines[-1].strip()}): it should take (N, k, {feature_dim})"
        ) from error
    if shape != (2, class_count):
        raise InputError(
            f"{name} returned the shape {shape} for features of shape {tuple(features.shape)}: "
            f"expected {(2, class_count)}, one row for each of 2 subsequences and one column for "
            "each class"
        )


def _softmax(logits: Tensor) -> Tensor:
    return torch.softmax(logits, dim=-1)


def _log(probabilities: Tensor) -> Tensor:
    return probabilities.clamp_min(torch.finfo(probabilities.dtype).tiny).log()


def _types(heads: Sequence[Any]) -> str:
    return ", ".join(sorted({type(head).__name__ for head in heads})) or "nothing"
