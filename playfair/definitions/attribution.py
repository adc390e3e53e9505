"""How the ESVs of a model are computed or sampled."""

from typing import Literal

from pydantic import Field

from playfair.definitions.section import Section, Seed


class SamplingOptions(Section):
    """What all samplers have in common. One evaluation is one model applied to one subset."""

    method: str
    budget: int = Field(
        default=1024, ge=1, le=10_000_000, description="Most evaluations per video, if sampled."
    )
    tolerance: float | None = Field(
        default=None,
        gt=0,
        le=1,
        description="Stop a video once its largest standard error is at most this; "
        "null spends the budget.",
    )
    rescale: bool = Field(
        default=False, description="Shift sampled ESVs so that they sum to score - prior."
    )
    iterations: int | None = Field(
        default=None,
        ge=1,
        le=1_000_000,
        description="Repetitions of the constructive sampler; null: as the budget allows.",
    )
    max_samples_per_scale: int | None = Field(
        default=None,
        ge=1,
        le=1_000_000,
        description="Most subsets per size of the constructive sampler; null: as the budget "
        "allows.",
    )
    seed: Seed = Field(default=0, description="Seed of the subsets that are drawn.")


class Sampling(SamplingOptions):
    """How the ESVs of every frame of a video are sampled."""

    method: Literal["regression", "permutation", "stratified", "constructive"] = Field(
        default="regression",
        description="Sampler: regression (the most accurate), permutation, stratified, "
        "constructive (the paper's).",
    )


class FewFramesMethod(SamplingOptions):
    """How ESVs are computed at the numbers of frames in n_frames."""

    method: Literal["exact", "regression", "permutation", "stratified", "constructive"] = Field(
        default="exact",
        description="exact (up to 20 frames), or a sampler: regression (the most accurate), "
        "permutation, stratified, constructive (the paper's).",
    )
    interactions: bool = Field(
        default=False,
        description="Store the pairwise Shapley interactions of frames for the true and the "
        "predicted class (exact only).",
    )
    frame_sets: bool = Field(
        default=False,
        description="Store the smallest sets of frames that keep the prediction, and whose "
        "removal changes it (exact only).",
    )
