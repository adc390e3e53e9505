"""The comparison of attribution methods: which, at how many frames, and values from elsewhere."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from playfair.definitions.section import GivenPath, Name, Section

MOST_FRAMES = 16
"""Frames whose table of all scores is built for every clip."""


LARGEST_BY_DEFAULT = 8
OF_ALL_COMPARISONS = ("esv", "best_order", "uniform", "centred_gaussian")
"""What stands beside the methods that are chosen."""


class GivenValues(Section):
    """Values of frames that another program, or people, gave."""

    file: GivenPath = Field(
        description="CSV with the columns uid, n_frames, element (from 0) and value, or an "
        "attribution file (.h5)."
    )
    models: list[Name] | None = Field(
        default=None, description="The models that they are about; null: all."
    )


class Comparison(Section):
    """How attribution methods are compared."""

    methods: list[Name] = Field(
        default=["leave_one_out", "gradient_x_input", "integrated_gradients"],
        description="Methods beside the models' own, chosen as in methods. Those that need "
        "gradients are left out for heads of one's own.",
    )
    given: dict[Name, GivenValues] = Field(
        default_factory=dict, description="Values from elsewhere, each by a name of its own."
    )
    n_frames: list[Annotated[int, Field(ge=1, le=MOST_FRAMES)]] | None = Field(
        default=None,
        description="Numbers of frames to compare at, of n_frames, up to 16; null takes the "
        "largest up to 8, [] compares nothing.",
    )
    timed_clips: int = Field(
        default=24, ge=1, le=10_000, description="Clips on which the time of methods is taken."
    )

    def lengths(self, n_frames: Sequence[int]) -> list[int]:
        """The numbers of frames to compare at, of those that models are explained at."""
        if self.n_frames is not None:
            return self.n_frames
        return sorted(number for number in n_frames if number <= LARGEST_BY_DEFAULT)[-1:]
