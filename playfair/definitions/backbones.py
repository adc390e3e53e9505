"""Backbones: what turns each frame into a feature."""

from typing import Literal

from pydantic import Field

from playfair.definitions.checkpoints import CheckpointFile
from playfair.definitions.section import Section
from playfair.definitions.training import BackboneTraining


class Backbone(Section):
    """A 2D CNN that turns each frame into a feature vector."""

    architecture: Literal["small", "bninception", "resnet50"] = Field(
        default="small", description="Network: small (4 convolutions, 64 x 64 pixels)."
    )
    feature_dim: int = Field(default=256, ge=1, le=8192, description="Length D of a feature.")
    checkpoint: CheckpointFile | None = Field(
        default=None,
        description="Pretrained weights: a path, or path, url and sha256; null: it is trained.",
    )
    training: BackboneTraining = Field(
        default_factory=BackboneTraining, description="How it is trained."
    )
