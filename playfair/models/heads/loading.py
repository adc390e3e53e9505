"""The networks of a model, built as configured, with their weights from checkpoints."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from torch import Tensor

from playfair.errors import InputError
from playfair.models.checkpoints import load_state_dict, load_weights, put_weights
from playfair.models.heads.own_heads import (
    OWN_HEADS,
    AveragedProbabilities,
    Head,
    load_own_heads,
)
from playfair.models.heads.tsn_trn import TRN, TSN

# The head's place in the list of heads, and a layer of it: single_scale_models.4.model.1.weight.
_WEIGHTS = "weight|bias|running_mean|running_var|num_batches_tracked"
_SCALE_KEY = re.compile(rf"(?P<head>(?:.*\.)?\d+)\.(?:model\.)?(?P<layer>\d+\.(?:{_WEIGHTS}))")

_TRN_FORMS = ("relu_input", "hidden_layers", "batch_norm")
"""Options of a TRN model that say what its heads are made of."""


def load_heads(
    options: Mapping[str, Any],
    checkpoints: Sequence[str | Path],
    feature_dim: int,
    class_count: int,
) -> Head | Sequence[Head]:
    """The networks of a model, see `_load_heads`; of a multi-scale one in the form that says what
    is averaged over its scales: logits, or, with the option average, probabilities.
    """
    heads = _load_heads(options, checkpoints, feature_dim, class_count)
    if options.get("average") == "probabilities" and isinstance(heads, list):
        return AveragedProbabilities(heads)
    return heads


def _load_heads(
    options: Mapping[str, Any],
    checkpoints: Sequence[str | Path],
    feature_dim: int,
    class_count: int,
) -> Head | Sequence[Head]:
    """The TSN head of a variable-length model, or the TRN heads of all scales of a multi-scale one.

    Args:
        options: head ("tsn" or "trn"); for "trn" hidden_dim, and perhaps n_scales and those of
            `_TRN_FORMS`; for "custom" and "exported" see
            `playfair.models.heads.own_heads.load_own_heads`.
        checkpoints: one file for "tsn"; for "trn" one per scale, in order, or one multi-scale
            file, which may hold more scales than n_scales.

    Raises:
        InputError: if a checkpoint does not fit the head, naming both shapes.
    """
    if options["head"] in OWN_HEADS:
        return load_own_heads(options, checkpoints, feature_dim, class_count)
    if options["head"] == "tsn":
        return load_weights(TSN(feature_dim, class_count), checkpoints[0])

    def build(scale: int) -> TRN:
        sizes = (scale, feature_dim, options["hidden_dim"], class_count)
        return TRN(*sizes, **{name: options[name] for name in _TRN_FORMS if name in options})

    if len(checkpoints) == 1:
        state_dict = load_state_dict(checkpoints[0])
        if is_multi_scale(state_dict):
            source = f"The multi-scale checkpoint {checkpoints[0]}"
            heads = split_scales(state_dict, feature_dim, source)
            n_scales = options.get("n_scales", len(heads))
            if n_scales > len(heads):
                raise InputError(
                    f"{source} holds the scales 1 to {len(heads)}, but n_scales is {n_scales}: "
                    f"set n_scales to {len(heads)} or less."
                )
            return [
                put_weights(build(scale), heads[scale - 1], f"{source}, at scale {scale},")
                for scale in range(1, n_scales + 1)
            ]
    if options.get("n_scales", len(checkpoints)) != len(checkpoints):
        raise InputError(
            f"n_scales is {options['n_scales']}, but {len(checkpoints)} checkpoints of one scale "
            f"each are given: give one per scale, or one multi-scale file."
        )
    return [
        load_weights(build(scale), checkpoint)
        for scale, checkpoint in enumerate(checkpoints, start=1)
    ]


def is_multi_scale(state_dict: Mapping[str, Tensor]) -> bool:
    """Whether these are the weights of a list of heads."""
    return bool(state_dict) and all(_SCALE_KEY.fullmatch(key) for key in state_dict)


def split_scales(
    state_dict: Mapping[str, Tensor], feature_dim: int, source: str
) -> list[dict[str, Tensor]]:
    """The weights of the TRN heads of scales 1, 2, ..., from those of a multi-scale model.

    The paper's public code calls them `single_scale_models.<index>.model.<layer>.weight`, scale
    index + 1. The released files could not be looked into, so any prefix is accepted, and the
    scale of a head is what its first layer takes in over `feature_dim`, whatever its index.

    Args:
        source: how the error begins.

    Raises:
        InputError: the first layers do not take feature_dim * 1, 2, 3, ... numbers.
    """
    heads: dict[str, dict[str, Tensor]] = {}
    for key, value in state_dict.items():
        match = _SCALE_KEY.fullmatch(key)
        if match is None:
            raise InputError(f"{source} holds {key}, which belongs to no scale.")
        heads.setdefault(match["head"], {})[f"model.{match['layer']}"] = value
    by_size = sorted((_input_dim(head, name, source), name) for name, head in heads.items())
    expected = [feature_dim * scale for scale in range(1, len(heads) + 1)]
    if [size for size, _ in by_size] != expected:
        raise InputError(
            f"{source} holds heads whose first layers take {', '.join(str(s) for s, _ in by_size)} "
            f"numbers, expected {', '.join(map(str, expected))} (features of length {feature_dim} "
            f"at scales 1 to {len(heads)})."
        )
    return [heads[name] for _, name in by_size]


def _input_dim(head: Mapping[str, Tensor], name: str, source: str) -> int:
    """How many numbers the first linear layer of a head takes in."""
    matrices = {key: value for key, value in head.items() if value.ndim == 2}
    if not matrices:
        raise InputError(f"{source} holds no linear layer at {name}.")
    first = min(matrices, key=lambda key: int(key.split(".")[1]))
    return int(matrices[first].shape[1])
