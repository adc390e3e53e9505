"""How backbones and heads are trained."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field

from playfair.definitions.section import GivenPath, Section, Seed, Share


def _read_off(value: Any) -> Any:
    """YAML reads the word off as false."""
    return "off" if value is False else value


class Training(Section):
    """What all trainings have in common; the defaults are those of heads."""

    epochs: int = Field(default=40, ge=1, le=1000, description="Passes over the training clips.")
    batch_size: int = Field(default=64, ge=1, le=4096, description="Clips per step.")
    learning_rate: float = Field(
        default=1e-3, gt=0, le=10, description="Learning rate at its peak."
    )
    weight_decay: float = Field(default=1e-2, ge=0, le=10, description="Weight decay of AdamW.")
    early_stopping: Literal["loss", "accuracy"] | None = Field(
        default=None,
        description="Stop when this, on the validation clips, has not improved for patience "
        "epochs, and keep the best epoch's weights: loss or accuracy; null trains all epochs.",
    )
    patience: int = Field(
        default=5, ge=1, le=1000, description="Epochs without improvement before stopping."
    )
    mixed_precision: Annotated[Literal["auto", "off"], BeforeValidator(_read_off)] = Field(
        default="off",
        description="auto computes in float16 where that is safe, on a GPU only; off never does.",
    )
    seed: Seed = Field(default=0, description="Seed of weights, order, frames and augmentation.")


class AugmentationSection(Section):
    """How training clips are changed, each in its own way in every epoch."""

    enabled: bool = Field(default=True, description="Whether clips are changed at all.")
    shift: float = Field(
        default=0.08, ge=0, le=0.5, description="Largest move, as a share of the picture's side."
    )
    gain: Share = Field(
        default=0.25, description="Largest change of a channel's contrast, as a share (0..1)."
    )
    brightness: Share = Field(
        default=0.0375,
        description="Largest change of a channel's brightness, as a share of the way from black "
        "to white (0..1).",
    )
    horizontal_flip: bool = Field(
        default=False,
        description="Mirror half of the clips: not where left and right make a class.",
    )


class BackboneTraining(Training):
    """Training of a backbone, end to end with a TRN head."""

    own_defaults: ClassVar = frozenset({"epochs", "batch_size", "learning_rate"})

    initial_checkpoint: GivenPath | None = Field(
        default=None,
        description="Weights of the same architecture to begin with: a file or, for resnet50 and "
        "torchvision/<name>, a name such as IMAGENET1K_V1; null begins with random ones.",
    )
    n_frames: int = Field(default=8, ge=1, le=32, description="Frames per clip of the TRN head.")
    hidden_dim: int = Field(default=256, ge=1, le=8192, description="Hidden units of the TRN head.")
    dropout: float = Field(
        default=0.5, ge=0, lt=1, description="Share of the TRN head's inputs that is dropped."
    )
    epochs: int = Field(default=20, ge=1, le=1000, description="Passes over the training clips.")
    batch_size: int = Field(default=32, ge=1, le=4096, description="Clips per step.")
    learning_rate: float = Field(
        default=2e-3, gt=0, le=10, description="Learning rate at its peak."
    )
    augmentation: AugmentationSection = Field(
        default_factory=AugmentationSection, description="How training clips are changed."
    )


class ClipTraining(Training):
    """Training of the small network of whole clips, end to end."""

    own_defaults: ClassVar = frozenset({"epochs", "batch_size", "learning_rate"})

    epochs: int = Field(default=10, ge=1, le=1000, description="Passes over the training clips.")
    batch_size: int = Field(default=32, ge=1, le=4096, description="Clips per step.")
    learning_rate: float = Field(
        default=3e-3, gt=0, le=10, description="Learning rate at its peak."
    )
    dropout: float = Field(default=0.2, ge=0, lt=1, description="Share of inputs that is dropped.")
    augmentation: AugmentationSection = Field(
        default_factory=AugmentationSection, description="How training clips are changed."
    )


class TSNTraining(Training):
    """Training of a TSN head on frozen features."""

    n_frames: int = Field(default=8, ge=1, le=32, description="Frames per clip, in training.")


class TRNTraining(Training):
    """Training of a TRN head of one scale on frozen features."""

    dropout: float = Field(default=0.5, ge=0, lt=1, description="Share of inputs that is dropped.")
    anywhere_share: Share = Field(
        default=0.5,
        description="Share of clips (0..1) whose frames are drawn from the whole clip, "
        "not one from each of equal segments.",
    )
    segments: int | None = Field(
        default=None,
        ge=1,
        le=1000,
        description="Equal segments that give a frame each; a head of fewer frames takes any of "
        "them, as the multi-scale model does. null: as many as the head has frames.",
    )
