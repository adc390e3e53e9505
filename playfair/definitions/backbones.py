"""Backbones: what turns each frame into a feature."""

from typing import Literal

from pydantic import Field

from playfair.definitions.section import Section
from playfair.definitions.training import BackboneTraining


class Backbone(Section):
    """A 2D CNN that turns each frame into a feature vector."""

    architecture: Literal["small", "precomputed"] = Field(
        default="small",
        description="Network: small (4 convolutions, 64 x 64 pixels), or precomputed: none, for "
        "data sets of features.",
    )
    feature_dim: int = Field(default=256, ge=1, le=8192, description="Length D of a feature.")
    training: BackboneTraining = Field(
        default_factory=BackboneTraining, description="How it is trained."
    )
