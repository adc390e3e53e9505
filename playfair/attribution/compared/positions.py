"""Values that know the place of a frame and nothing of what it shows: what any method has to beat.

They cost no evaluation beside the one of the whole sequence, and every class gets the same.
"""

from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from playfair.attribution.limits import MAX_FRAMES
from playfair.attribution.methods.method import Method
from playfair.attribution.methods.options import Options, option
from playfair.attribution.result import Attribution

if TYPE_CHECKING:
    from playfair.attribution.games.game import Game


class PositionMethod(Method):
    """Values (V, n) that do not depend on the video."""

    gives_esvs = False
    most_frames: ClassVar[int | None] = MAX_FRAMES

    @abstractmethod
    def by_position(self, video_count: int) -> np.ndarray:
        """The values (V, n)."""

    def videos_at_once(self, game: "Game", class_count: int, memory_budget: int) -> int:
        from playfair.attribution.exact.exact import videos_at_once

        return videos_at_once(game, class_count, False, memory_budget)

    def attribute(
        self, game: "Game", class_idx: np.ndarray, label: np.ndarray | None
    ) -> Attribution:
        from playfair.attribution.compared.whole_scores import whole_scores

        scores = whole_scores(game).cpu().numpy()[:, class_idx]
        value = self.by_position(game.video_count).astype(np.float32)[..., None]
        return self.result(
            game,
            class_idx,
            scores=scores,
            value=np.repeat(value, len(class_idx), axis=2),
            evaluations=0,
        )


class Uniform(PositionMethod):
    """value(i) = 1 / n."""

    name = "uniform"
    summary = "every frame the same"
    advice = "to compare with: what knowing nothing gives"

    def by_position(self, video_count: int) -> np.ndarray:
        return np.full((video_count, self.n_frames), 1 / self.n_frames)


@dataclass(frozen=True, kw_only=True)
class GaussianOptions(Options):
    """How wide the bump is."""

    width: float = option(
        0.25, "Standard deviation of the Gaussian, as a share of the sequence.", gt=0, le=10
    )


class CentredGaussian(PositionMethod):
    """A bump in the middle of the sequence, whose values sum to 1.

        value(i) ~ exp( - ((i + 1/2) / n - 1/2)^2 / (2 width^2) )

    The paper compares with such a baseline without saying how wide it is.
    """

    name = "centred_gaussian"
    summary = "a bump in the middle of the sequence"
    advice = "to compare with: what is in the middle of a clip is often what it is about"
    options_class = GaussianOptions
    options: GaussianOptions

    def by_position(self, video_count: int) -> np.ndarray:
        place = (np.arange(self.n_frames) + 0.5) / self.n_frames
        bump = np.exp(-((place - 0.5) ** 2) / (2 * self.options.width**2))
        return np.tile(bump / bump.sum(), (video_count, 1))


class RandomValues(PositionMethod):
    """Numbers from 0 to 1, drawn anew for every place, the same for all videos of a seed."""

    name = "random"
    summary = "random numbers"
    advice = "to compare with: an order of the frames that means nothing"
    is_random = True

    def by_position(self, video_count: int) -> np.ndarray:
        seeds = np.random.default_rng([self.seed, self.n_frames])
        return np.tile(seeds.random(self.n_frames), (video_count, 1))
