"""Figures: the options that stand in their modules, and those of a study that one is drawn from."""

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field, create_model

from playfair.attribution.games.fills import Fill
from playfair.definitions.section import Section, Seed
from playfair.figures.catalogue import FigureEntry, read_catalogue
from playfair.figures.drawing.paper import Paper


class Approximation(Section):
    """The paper's sampler by its own options, beside ours and exact values."""

    n_frames: list[Annotated[int, Field(ge=2, le=20)]] = Field(
        default=[8, 12, 16, 20], min_length=1, description="Numbers of frames (2..20)."
    )
    samples_per_scale: list[Annotated[int, Field(ge=1, le=100_000)]] = Field(
        default=[4, 16, 64], min_length=1, description="Most subsets of each size."
    )
    iterations: list[Annotated[int, Field(ge=1, le=1000)]] = Field(
        default=[1, 4], min_length=1, description="Repetitions of the sample."
    )
    videos: int = Field(default=2, ge=1, le=1000, description="Videos, the first long enough.")
    repetitions: int = Field(default=2, ge=1, le=1000, description="Runs with seeds 1, 2, ...")


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
        default=200_000,
        ge=1,
        le=100_000_000,
        description="Evaluations, in ten runs, that every-frame values are compared with.",
    )
    approximation: Approximation = Field(
        default_factory=Approximation,
        description="A study of the paper's sampler by its own options.",
    )


class MaskingCheck(Section):
    """What networks of whole clips are asked about masked clips."""

    fills: list[Fill] = Field(
        default=["nearest", "resample", "mean", "black", "blur", "drop"],
        description="Stand-ins, beside a model's own; drop only for networks that can.",
    )
    videos: int = Field(default=24, ge=1, le=10_000, description="Validation clips, by seed.")
    most_subsets: int = Field(
        default=16, ge=1, le=1000, description="Most subsets of each size, drawn by seed."
    )
    seed: Seed = Field(default=0, description="Seed of clips and subsets.")


class FrameOrder(Section):
    """What models are asked about reversed and shuffled frames."""

    videos: int = Field(
        default=1000, ge=1, le=1_000_000, description="Most videos, by seed, of models with heads."
    )
    clips: int = Field(
        default=24, ge=1, le=1_000_000, description="Most clips, by seed, of whole-clip networks."
    )
    seed: Seed = Field(default=0, description="Seed of videos and of their shuffled orders.")


def _section(name: str, figure: FigureEntry) -> type[Section]:
    """The section of a figure: the options that its module names."""
    fields: dict[str, Any] = {
        option.name: (
            option.type,
            Field(default=option.default, description=option.description, **option.bounds),
        )
        for option in figure.options
    }
    title = "".join(word.capitalize() for word in name.split("_"))
    return create_model(title, __base__=Section, __doc__=f"Options of {name}.", **fields)


if TYPE_CHECKING:

    class Figures(Section):
        """What the figures show."""

        width: float = Paper().width_mm
        filmstrips: Any = None
        sampling_error: SamplingError = SamplingError()
        masking_check: MaskingCheck = MaskingCheck()
        frame_order: FrameOrder = FrameOrder()

else:
    _with_options = {name: entry for name, entry in read_catalogue().items() if entry.options}
    Figures = create_model(
        "Figures",
        __base__=Section,
        __doc__="What the figures show.",
        width=(
            float,
            Field(
                default=Paper().width_mm,
                ge=80,
                le=300,
                description="Width in mm at which figures are printed, with text of 8 points, of 6 "
                "at least: 122 for the pages of LNCS, 85 for one column, 175 for two.",
            ),
        ),
        **{
            name: (
                section := _section(name, figure),
                Field(default_factory=section, description=f'The figure "{figure.title}"'),
            )
            for name, figure in _with_options.items()
        },
        sampling_error=(
            SamplingError,
            Field(default_factory=SamplingError, description="Sampled values against exact ones."),
        ),
        masking_check=(
            MaskingCheck,
            Field(default_factory=MaskingCheck, description="Networks asked about masked clips."),
        ),
        frame_order=(
            FrameOrder,
            Field(default_factory=FrameOrder, description="Models asked about reordered frames."),
        ),
    )
