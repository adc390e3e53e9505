"""Figures: options of those that have any."""

from typing import Annotated

from pydantic import Field

from playfair.definitions.section import Section


class Filmstrips(Section):
    """The filmstrips of example videos."""

    n_frames: int | None = Field(
        default=None,
        ge=1,
        le=1000,
        description="Frames of a strip, one of n_frames; null takes the largest.",
    )
    per_model_right: int = Field(
        default=2, ge=0, le=20, description="Examples that a model gets right, per model."
    )
    per_model_wrong: int = Field(
        default=1, ge=0, le=20, description="Examples that a model gets wrong, per model."
    )


class SamplingError(Section):
    """The comparison of sampled values with exact ones."""

    n_frames: int = Field(
        default=16, ge=2, le=20, description="Frames at which samples meet exact values (2..20)."
    )
    videos: int = Field(default=8, ge=1, le=1000, description="Videos, the first long enough.")
    every_frame_videos: int = Field(
        default=1, ge=1, le=1000, description="Of these, videos whose every frame is sampled."
    )
    budgets: list[Annotated[int, Field(ge=1, le=1_000_000)]] = Field(
        default=[256, 1024, 4096], min_length=1, description="Evaluations per video."
    )
    repetitions: int = Field(default=3, ge=1, le=1000, description="Runs with seeds 1, 2, ...")
    reference_budget: int = Field(
        default=1_000_000,
        ge=1,
        le=100_000_000,
        description="Evaluations, in ten runs, that every-frame values are compared with.",
    )


class Figures(Section):
    """What the figures show."""

    filmstrips: Filmstrips = Field(
        default_factory=Filmstrips, description="Filmstrips of example videos."
    )
    sampling_error: SamplingError = Field(
        default_factory=SamplingError, description="Sampled values against exact ones."
    )
