"""Checkpoints: files of weights that somebody has trained already."""

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from playfair.definitions.section import GivenPath, Section
from playfair.errors import InputError

DOWNLOADED = "checkpoints"
"""Directory, beside results/, of what is downloaded."""


class Checkpoint(Section):
    """A file of weights, and where it comes from."""

    path: GivenPath = Field(
        pattern=r"[^/]$",
        description="The file. Where it has a url it lies in checkpoints/ and is downloaded if it "
        "is not there.",
    )
    url: str | None = Field(
        default=None,
        pattern=r"^https?://\S+$",
        description="Where to download it from; null: nowhere, the file must be there.",
    )
    sha256: str | None = Field(
        default=None,
        pattern=r"^[0-9a-fA-F]{64}$",
        description="SHA-256 (64 hexadecimal digits) that the download must have; null: any.",
    )


def _read_path(value: Any) -> Any:
    return {"path": value} if isinstance(value, str) else value


CheckpointFile = Annotated[
    Checkpoint, BeforeValidator(_read_path, json_schema_input_type=Checkpoint | str)
]
"""A checkpoint; a string stands for its path."""


def checkpoints_of(options: Any) -> dict[str, Checkpoint]:
    """The configured checkpoints of a backbone or model, by the key below it; {} if none are."""
    found = {}
    if getattr(options, "checkpoint", None):
        found["checkpoint"] = options.checkpoint
    for position, checkpoint in enumerate(getattr(options, "checkpoints", None) or []):
        found[f"checkpoints.{position}"] = checkpoint
    for position, file in enumerate(getattr(options, "files", None) or []):
        if isinstance(file, Checkpoint):
            found[f"files.{position}"] = file
    return found


def check_checkpoints(parts: Mapping[str, Any]) -> None:
    """Check what no checkpoint can see on its own.

    Args:
        parts: backbones and models by configuration key.

    Raises:
        InputError: where weights are given in two ways, or not for every scale; where a file would
            be downloaded to somewhere else than checkpoints/, or from two places.
    """
    for key, options in parts.items():
        _check_weights(key, options)
        _check_scales(key, options)
    first: dict[str, tuple[str, Checkpoint]] = {}
    for key, checkpoint in _all_checkpoints(parts):
        _check_place(key, checkpoint)
        other_key, other = first.setdefault(checkpoint.path, (key, checkpoint))
        if (other.url, other.sha256) != (checkpoint.url, checkpoint.sha256):
            raise InputError(
                f"config keys {other_key} and {key} both name the file {checkpoint.path}: "
                f"give them the same url and sha256, or another path to one of them"
            )


def _all_checkpoints(parts: Mapping[str, Any]) -> Iterator[tuple[str, Checkpoint]]:
    for key, options in parts.items():
        for name, checkpoint in checkpoints_of(options).items():
            yield f"{key}.{name}", checkpoint


def _check_weights(key: str, options: Any) -> None:
    if getattr(options, "weights", None) and "checkpoint" in checkpoints_of(options):
        raise InputError(
            f"config keys {key}.weights and {key}.checkpoint are both given: keep weights (of "
            f"torchvision) or checkpoint (a file of this network's weights)"
        )


def _check_scales(key: str, options: Any) -> None:
    per_scale = getattr(options, "checkpoints", None)
    if per_scale is None:
        return
    if options.checkpoint is not None:
        raise InputError(
            f"config keys {key}.checkpoint and {key}.checkpoints are both given: keep checkpoint "
            f"(one file for all scales) or checkpoints (one file per scale)"
        )
    if len(per_scale) != options.n_scales:
        raise InputError(
            f"config key {key}.checkpoints lists {len(per_scale)} files, but n_scales is "
            f"{options.n_scales}: give one per scale 1..n_scales, in order"
        )


def _check_place(key: str, checkpoint: Checkpoint) -> None:
    parts = PurePosixPath(checkpoint.path).parts
    inside = checkpoint.path.startswith(f"{DOWNLOADED}/") and ".." not in parts
    if checkpoint.url and not inside:
        raise InputError(
            f"config key {key}.path is {checkpoint.path!r}: a file that is to be downloaded lies "
            f"in {DOWNLOADED}/, write {DOWNLOADED}/{parts[-1]}"
        )
