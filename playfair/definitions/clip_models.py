"""Clip networks as models: networks that see a whole clip at once, from wherever they come."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from playfair.attribution.games.fills import FILLS_WITHOUT_EMPTY, ClipPrior, Fill
from playfair.definitions.attribution import FewFramesMethod
from playfair.definitions.checkpoints import CheckpointFile
from playfair.definitions.section import Section
from playfair.definitions.training import ClipTraining
from playfair.errors import InputError

FewElements = Annotated[
    FewFramesMethod,
    Field(description="Where this model's ESVs differ from attribution, at the top."),
]


class ClipModel(Section):
    """A network that sees whole clips: it has no backbone, and only `small` is trained."""

    head: Literal["clip"] = Field(description="A network of whole clips; it has no backbone.")
    network: str = Field(
        min_length=1,
        max_length=1000,
        pattern=r"^[^{}\x00-\x1f]+$",
        description="torchvision/<name>, a folder in the layout of the Hugging Face hub, a "
        "function of yours that makes it (package.module:function), a TorchScript file (.pt), or "
        "small, the library's own, which is trained where no weights are given.",
    )
    weights: str | None = Field(
        default=None,
        min_length=1,
        pattern=r"^[^{}\x00-\x1f]+$",
        description="File of weights in place of the network's own; for torchvision also the name "
        "of published ones in its cache, such as KINETICS400_V1; null: the network's own.",
    )
    files: list[CheckpointFile] = Field(
        default=[],
        description="Files of the folder that are downloaded if they are not there: path, url and "
        "sha256 each.",
    )
    clip_frames: int = Field(
        default=16,
        ge=1,
        le=1024,
        description="Frames F that the network takes; it is explained at those of n_frames that "
        "divide F, over so many elements of F/n consecutive frames.",
    )
    fill: Fill = Field(
        default="nearest",
        description="What stands in for a missing element: nearest, the nearest element; resample, "
        "the frames of the others spread over the clip; mean, the clip's mean frame; black; blur, "
        "a blurred copy of itself; drop, nothing (VideoMAE).",
    )
    prior: ClipPrior | None = Field(
        default=None,
        description="The score of no elements: class_frequency, uniform or empty (what the network "
        "says of a clip of black frames, with fill: black); null: class_frequency where there are "
        "training clips, else uniform.",
    )
    batch_size: int = Field(default=16, ge=1, le=4096, description="Masked clips per forward pass.")
    precision: Literal["float16", "bfloat16"] | None = Field(
        default=None, description="What a GPU computes in; null: float32."
    )
    image_size: int | None = Field(
        default=None,
        ge=1,
        le=4096,
        description="Pixels of a side, for networks of your own; null: 224.",
    )
    time_axis: Literal[1, 2] = Field(
        default=1,
        description="Where a network of your own has its frames: 1 for (N, F, 3, H, W), 2 for "
        "(N, 3, F, H, W).",
    )
    outputs: Literal["logits", "probabilities"] = Field(
        default="logits", description="What a network of your own returns."
    )
    arguments: dict[str, Any] = Field(
        default_factory=dict, description="Keyword arguments of the function that makes it."
    )
    attribution: FewElements = Field(default_factory=FewFramesMethod)
    training: ClipTraining = Field(
        default_factory=ClipTraining,
        description="Where the training of the network small differs from training, at the top.",
    )

    @model_validator(mode="after")
    def _prior_can_be_shown(self) -> "ClipModel":
        if self.prior == "empty" and self.fill != "black":
            why = (
                "shows nothing when all elements are missing"
                if self.fill in FILLS_WITHOUT_EMPTY
                else "shows something else for every clip, and all clips of a file share one prior"
            )
            raise InputError(
                f"prior: empty does not go with fill: {self.fill}, which {why}: choose fill: "
                "black, or another prior"
            )
        return self

    def elements(self, n_frames: list[int]) -> list[int]:
        """Those of n_frames that divide F."""
        return [number for number in n_frames if self.clip_frames % number == 0]


def check_clip_networks(
    models: Mapping[str, Any], n_frames: list[int], dataset_name: str, dataset: Any
) -> None:
    """Check clip networks against the data set and the numbers of frames.

    Args:
        models: those to explain, by name. dataset: its section.

    Raises:
        InputError: where a clip network has no number of elements, or no prior, or a head no
            classes.
    """
    has_training_clips = dataset.source != "files" or dataset.train is not None
    for name, model in models.items():
        if not isinstance(model, ClipModel):
            if not has_training_clips:
                raise InputError(
                    f"config key definitions.datasets.{dataset_name}.train is null, but the model "
                    f"{name} needs the classes and frequencies of training clips: give it, or "
                    "choose networks of whole clips only"
                )
            continue
        if not model.elements(n_frames):
            raise InputError(
                f"config key n_frames is {n_frames}, none of which divides clip_frames of "
                f"definitions.models.{name}, {model.clip_frames}: add one that does"
            )
        if model.prior == "class_frequency" and not has_training_clips:
            raise InputError(
                f"config key definitions.models.{name}.prior is class_frequency, but the data set "
                f"{dataset_name} has no training clips: choose uniform"
            )
