"""Options of the stages of the workflow that are the same for all models."""

from typing import Literal

from pydantic import Field

from playfair.definitions.attribution import FewFramesMethod
from playfair.definitions.section import GivenPath, Section, Seed, Share


class Shards(Section):
    """Into how many jobs the work on the videos of a split is dealt out."""

    train: int = Field(default=1, ge=1, le=100_000, description="Shards of the training split.")
    validation: int = Field(
        default=1, ge=1, le=100_000, description="Shards of the validation split."
    )


class Gulp(Section):
    """How videos become frames."""

    fps: float = Field(default=8.0, gt=0, le=240, description="Frames per second of the gulp.")
    short_side: int | None = Field(
        default=256,
        ge=8,
        le=4096,
        description="Reduce frames whose short side is longer to this many pixels; null: never.",
    )
    folder_fps: float | None = Field(
        default=None,
        gt=0,
        le=1000,
        description="Pictures per second of clips that are folders of pictures; null: fps.",
    )
    chunk_size: int = Field(default=100, ge=1, le=100_000, description="Videos per GulpIO chunk.")
    shuffle: bool = Field(default=False, description="Mix the videos over the chunks.")
    seed: Seed = Field(default=0, description="Seed of the mixing.")
    seconds_per_clip: float = Field(
        default=600.0,
        gt=0,
        le=1_000_000,
        description="Seconds that the decoding of one video may take, before it counts as broken.",
    )
    max_failed_share: Share = Field(
        default=0.01,
        description="Share of videos (0..1) that may be missing or broken before the rule fails.",
    )


class Features(Section):
    """How features are extracted."""

    batch_size: int = Field(default=64, ge=1, le=4096, description="Frames per forward pass.")
    precision: Literal["float32", "bfloat16"] = Field(
        default="float32",
        description="Numbers that backbones compute with: bfloat16 keeps 8 bits of each, is faster "
        "on GPUs and on processors that know it, and moves features by some 1 % of the largest.",
    )


class AttributionSection(FewFramesMethod):
    """How ESVs at the numbers of frames in n_frames are computed, unless a model says otherwise."""

    batch_size: int = Field(
        default=1024, ge=1, le=65536, description="Videos read and written at a time."
    )


class Collate(Section):
    """Which videos the collated files hold."""

    uids: GivenPath | None = Field(
        default=None,
        description="CSV with a column uid: collate only these videos; null collates all.",
    )


class Webm(Section):
    """Which clips there are to watch, and how they are encoded."""

    uids: GivenPath | None = Field(
        default=None,
        description="CSV with a column uid: only these videos become clips to watch, and JPEG "
        "files where results/<dataset>/frames is asked for; null takes all.",
    )

    crf: int = Field(
        default=24, ge=0, le=63, description="VP9 quality: 0 (best, largest) to 63 (smallest)."
    )


class Dashboard(Section):
    """The page as plain files, `results/dashboard`."""

    clips: int | None = Field(
        default=24,
        ge=1,
        description="Clips of the page: the figures' examples, then the most telling ones; null "
        "takes all.",
    )
