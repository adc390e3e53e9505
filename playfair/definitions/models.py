"""Models: a temporal head on the features of a backbone, or a network of whole clips."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from playfair.definitions.attribution import FewFramesMethod, Sampling
from playfair.definitions.checkpoints import CheckpointFile
from playfair.definitions.clip_models import ClipModel
from playfair.definitions.section import Factory, GivenPath, Name, Section
from playfair.definitions.training import TRNTraining, TSNTraining
from playfair.errors import InputError

# Shared as annotations, not in a base class, whose fields would come before head: the first field
# of a section tells it from others.
BackboneName = Annotated[Name, Field(description="Backbone, a name in definitions.backbones.")]
FewFrames = Annotated[
    FewFramesMethod,
    Field(description="Where this model's ESVs differ from attribution, at the top."),
]
EveryFrame = Annotated[
    Sampling, Field(description="Where this model's ESVs differ from all_frames, at the top.")
]
Average = Annotated[
    Literal["logits", "probabilities"],
    Field(
        description="What is averaged over the scales: logits, of which a softmax is taken then, "
        "as in the paper, or probabilities.",
    ),
]
Outputs = Annotated[
    Literal["probabilities", "logits"] | None,
    Field(
        description="What the model returns; null: probabilities from a model of any number of "
        "frames, logits from a list of models."
    ),
]


class TSNModel(Section):
    """Mean over frames of a linear classifier: any number of frames, blind to their order."""

    head: Literal["tsn"] = Field(description="Temporal head: TSN, one for any number of frames.")
    backbone: BackboneName
    checkpoint: CheckpointFile | None = Field(
        default=None,
        description="Pretrained head: a path, or path, url and sha256; null: it is trained.",
    )
    attribution: FewFrames = Field(default_factory=FewFramesMethod)
    all_frames: EveryFrame = Field(default_factory=Sampling)
    training: TSNTraining = Field(
        default_factory=TSNTraining,
        description="Where this head's training differs from training, at the top.",
    )


class TRNModel(Section):
    """One MLP on concatenated features per number of frames, combined into a multi-scale model."""

    head: Literal["trn"] = Field(description="Temporal head: TRN, one for every scale.")
    backbone: BackboneName
    n_scales: int = Field(
        default=8, ge=1, le=20, description="Scales 1..n_scales (n_max), one head each."
    )
    hidden_dim: int = Field(default=256, ge=1, le=8192, description="Hidden units H of a head.")
    relu_input: bool = Field(
        default=False, description="Whether heads take relu(feature) instead of the feature."
    )
    hidden_layers: int = Field(
        default=1, ge=1, le=8, description="Hidden layers of a head, more than one if pretrained."
    )
    batch_norm: bool = Field(
        default=False,
        description="Whether pretrained heads have batch normalisation behind each hidden layer.",
    )
    average: Average = "logits"
    checkpoint: CheckpointFile | None = Field(
        default=None,
        description="Pretrained heads of all scales in one file: a path, or path, url and sha256.",
    )
    checkpoints: list[CheckpointFile] | None = Field(
        default=None,
        description="Pretrained heads in a file per scale 1..n_scales, each as for checkpoint; "
        "where both are null the heads are trained.",
    )
    attribution: FewFrames = Field(default_factory=FewFramesMethod)
    all_frames: EveryFrame = Field(default_factory=Sampling)
    training: TRNTraining = Field(
        default_factory=TRNTraining,
        description="Where the training of these heads differs from training, at the top.",
    )

    @model_validator(mode="after")
    def _is_trained_in_one_form(self) -> "TRNModel":
        is_given = self.checkpoint or self.checkpoints
        if (self.hidden_layers > 1 or self.batch_norm) and not is_given:
            raise InputError(
                "heads with several hidden_layers, or batch_norm, are not trained here: name their "
                "checkpoint or checkpoints"
            )
        return self


class CustomModel(Section):
    """A temporal head of your own, made by a Python function: nothing is trained."""

    head: Literal["custom"] = Field(description="Temporal head: yours, made by a Python function.")
    backbone: BackboneName
    factory: Factory = Field(
        description="The function that makes it, package.module:function; it returns a model of "
        "any number of frames, or a list of which the s-th takes s frames.",
    )
    arguments: dict[str, Any] = Field(
        default_factory=dict, description="Keyword arguments of the factory."
    )
    files: list[GivenPath] = Field(
        default_factory=list,
        description="Files that the factory reads, such as weights; passed as files=[...], if any.",
    )
    outputs: Outputs = None
    average: Average = "logits"
    attribution: FewFrames = Field(default_factory=FewFramesMethod)
    all_frames: EveryFrame = Field(default_factory=Sampling)


class ExportedModel(Section):
    """A temporal head exported to TorchScript files: nothing is trained."""

    head: Literal["exported"] = Field(description="Temporal head: yours, exported (TorchScript).")
    backbone: BackboneName
    file: GivenPath | None = Field(
        default=None, description="TorchScript file of a model of any number of frames."
    )
    files: list[GivenPath] | None = Field(
        default=None,
        min_length=1,
        description="Instead: TorchScript files, of which the s-th takes s frames.",
    )
    outputs: Outputs = None
    average: Average = "logits"
    attribution: FewFrames = Field(default_factory=FewFramesMethod)
    all_frames: EveryFrame = Field(default_factory=Sampling)

    @model_validator(mode="after")
    def _one_form(self) -> "ExportedModel":
        if (self.file is None) == (self.files is None):
            raise InputError(
                "an exported model has either file (any number of frames) or files (one per "
                "number of frames): give one of the two"
            )
        return self


def _clip_by_network(value: Any) -> Any:
    """A section with a network and no head is one of a clip network."""
    if isinstance(value, dict) and "network" in value and "head" not in value:
        return {"head": "clip", **value}
    return value


Model = Annotated[
    TSNModel | TRNModel | CustomModel | ExportedModel | ClipModel, Field(discriminator="head")
]
GivenModel = Annotated[Model, BeforeValidator(_clip_by_network)]
"""A model as it is given: head: clip may be left out where there is a network."""
