"""The temporal heads of a model, built as configured, with their weights from checkpoints."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from playfair.models.checkpoints import load_weights
from playfair.models.custom import OWN_HEADS, Head, load_own_heads
from playfair.models.heads import TRN, TSN


def load_heads(
    options: Mapping[str, Any],
    checkpoints: Sequence[str | Path],
    feature_dim: int,
    class_count: int,
) -> Head | Sequence[Head]:
    """The TSN head of a variable-length model, or the TRN heads of all scales of a multi-scale one.

    Args:
        options: head ("tsn" or "trn"), and hidden_dim for "trn"; for "custom" and "exported" see
            `playfair.models.custom.load_own_heads`.
        checkpoints: one file, or one per scale in order.

    Raises:
        InputError: if a checkpoint does not fit the head, naming both shapes.
    """
    if options["head"] in OWN_HEADS:
        return load_own_heads(options, checkpoints, feature_dim, class_count)
    if options["head"] == "tsn":
        return load_weights(TSN(feature_dim, class_count), checkpoints[0])
    return [
        load_weights(TRN(scale, feature_dim, options["hidden_dim"], class_count), checkpoint)
        for scale, checkpoint in enumerate(checkpoints, start=1)
    ]
