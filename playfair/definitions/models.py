"""Models: a temporal head on the features of a backbone."""

from typing import Annotated, Literal

from pydantic import Field

from playfair.definitions.attribution import Method, Sampling
from playfair.definitions.checkpoints import CheckpointFile
from playfair.definitions.section import Name, Section
from playfair.definitions.training import TRNTraining, TSNTraining


class TSNModel(Section):
    """Mean over frames of a linear classifier: any number of frames, blind to their order."""

    head: Literal["tsn"] = Field(description="Temporal head: TSN, one for any number of frames.")
    backbone: Name = Field(description="Backbone, a name in definitions.backbones.")
    checkpoint: CheckpointFile | None = Field(
        default=None,
        description="Pretrained head: a path, or path, url and sha256; null: it is trained.",
    )
    attribution: Method = Field(
        default_factory=Method, description="ESVs at the numbers of frames in n_frames."
    )
    all_frames: Sampling = Field(
        default_factory=Sampling, description="ESVs of every frame of a video."
    )
    training: TSNTraining = Field(
        default_factory=TSNTraining, description="How the head is trained."
    )


class TRNModel(Section):
    """One MLP on concatenated features per number of frames, combined into a multi-scale model."""

    head: Literal["trn"] = Field(description="Temporal head: TRN, one for every scale.")
    backbone: Name = Field(description="Backbone, a name in definitions.backbones.")
    n_scales: int = Field(
        default=8, ge=1, le=20, description="Scales 1..n_scales (n_max), one head each."
    )
    hidden_dim: int = Field(default=256, ge=1, le=8192, description="Hidden units H of a head.")
    relu_input: bool = Field(
        default=False, description="Whether heads take relu(feature) instead of the feature."
    )
    checkpoint: CheckpointFile | None = Field(
        default=None,
        description="Pretrained heads of all scales in one file: a path, or path, url and sha256.",
    )
    checkpoints: list[CheckpointFile] | None = Field(
        default=None,
        description="Pretrained heads in a file per scale 1..n_scales, each as for checkpoint; "
        "where both are null the heads are trained.",
    )
    attribution: Method = Field(
        default_factory=Method, description="ESVs at the numbers of frames in n_frames."
    )
    all_frames: Sampling = Field(
        default_factory=Sampling, description="ESVs of every frame of a video."
    )
    training: TRNTraining = Field(
        default_factory=TRNTraining, description="How each head is trained."
    )


Model = Annotated[TSNModel | TRNModel, Field(discriminator="head")]
