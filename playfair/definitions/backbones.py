"""Backbones: what turns each frame into a feature."""

from typing import Any

from pydantic import Field, model_validator

from playfair.definitions.checkpoints import CheckpointFile
from playfair.definitions.section import Factory, GivenPath, Section
from playfair.definitions.training import BackboneTraining
from playfair.errors import InputError

OWN_FEATURE_DIM = 256
"""Length of the features that none of torchvision's networks gives, but the others by default."""


class BackboneSection(Section):
    """A 2D CNN that turns each frame into a feature vector."""

    architecture: str = Field(
        default="small",
        pattern=r"^(small|bninception|resnet50|torchvision/[a-z0-9_]+|custom|precomputed)$",
        description="Network: small (4 convolutions, 64 x 64 pixels), bninception or resnet50 "
        "(the paper's), torchvision/<name> (any of its classification networks), custom (yours, "
        "made by a Python function), or precomputed: none, for data sets of features.",
    )
    feature_dim: int = Field(
        default=OWN_FEATURE_DIM,
        ge=1,
        le=8192,
        description="Length D of a feature; for torchvision/<name> what the network gives, as "
        "python -m playfair.models.backbones.torchvision_backbones <name> prints it.",
    )
    factory: Factory | None = Field(
        default=None,
        description="For custom: the function that makes it, package.module:function; it returns a "
        "playfair.models.backbones.backbone.Backbone.",
    )
    arguments: dict[str, Any] = Field(
        default_factory=dict, description="Keyword arguments of the factory."
    )
    weights: GivenPath | None = Field(
        default=None,
        description="For torchvision/<name>: weights to use as they are, without training; a file "
        "or a name such as IMAGENET1K_V1, looked up in torchvision's cache, never downloaded.",
    )
    checkpoint: CheckpointFile | None = Field(
        default=None,
        description="Pretrained weights: a path, or path, url and sha256; null: it is trained.",
    )
    training: BackboneTraining = Field(
        default_factory=BackboneTraining,
        description="Where its training differs from training, at the top.",
    )

    @model_validator(mode="after")
    def _factory_is_of_custom(self) -> "BackboneSection":
        if (self.architecture == "custom") != (self.factory is not None):
            raise InputError(
                f"a backbone in the config has the architecture {self.architecture} and the "
                f"factory {self.factory}: custom needs a factory, package.module:function, and no "
                "other architecture takes one"
            )
        return self

    @model_validator(mode="after")
    def _weights_are_whole(self) -> "BackboneSection":
        if self.weights is not None and not self.architecture.startswith("torchvision/"):
            raise InputError(
                f"a backbone in the config has weights {self.weights!r}, but its architecture is "
                f"{self.architecture}: remove them, or choose torchvision/<name>"
            )
        return self

    @model_validator(mode="after")
    def _feature_dim_is_the_networks(self) -> "BackboneSection":
        # What the network gives is known to torch alone, which takes seconds to import: only the
        # default, with which the features would fail after all videos were decoded, is refused.
        is_torchvision = self.architecture.startswith("torchvision/")
        if is_torchvision and self.feature_dim == OWN_FEATURE_DIM:
            name = self.architecture.removeprefix("torchvision/")
            raise InputError(
                f"a backbone in the config has the architecture {self.architecture}, but its "
                f"feature_dim is {OWN_FEATURE_DIM}, the default of other networks: set it to what "
                f"`python -m playfair.models.backbones.torchvision_backbones {name}` prints"
            )
        return self
