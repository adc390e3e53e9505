"""How backbones and heads are trained."""

from pydantic import Field

from playfair.definitions.section import Section, Seed, Share


class Training(Section):
    """What all trainings have in common."""

    epochs: int = Field(default=40, ge=1, le=1000, description="Passes over the training clips.")
    batch_size: int = Field(default=64, ge=1, le=4096, description="Clips per step.")
    learning_rate: float = Field(
        default=1e-3, gt=0, le=10, description="Learning rate at its peak."
    )
    weight_decay: float = Field(default=1e-2, ge=0, le=10, description="Weight decay of AdamW.")
    seed: Seed = Field(default=0, description="Seed of weights, order, frames and augmentation.")


class BackboneTraining(Training):
    """Training of a backbone, end to end with a TRN head."""

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
