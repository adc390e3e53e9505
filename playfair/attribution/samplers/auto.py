"""The method `auto`: exact values where they are cheap or within the budget, else sampled ones."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from playfair.attribution.methods.costs import exact_is_cheap
from playfair.attribution.methods.method import Method
from playfair.attribution.result import Attribution
from playfair.attribution.samplers.adaptive import AdaptiveSampler
from playfair.attribution.samplers.regression import RegressionSampler
from playfair.attribution.samplers.sampler import SamplerOptions
from playfair.errors import InputError

if TYPE_CHECKING:
    from playfair.attribution.games.game import Game


class Auto(Method):
    """Exact values if they take no more than the budget or, of a head, hardly any time.

    Exact are videos of up to 20 frames for heads (`TSN`, `TRN`), and of any model whose outputs for
    all subsets are within the budget; of logits that are weighted sums of outputs (see
    `playfair.attribution.exact.logits`) longer ones, too. What would exceed the memory budget, and
    everything else, is sampled: by `adaptive` where each output is a clip seen by a network (a
    `MaskedModel`), else by `regression`. Exact values have a standard error of 0.
    """

    name = "auto"
    summary = "exact where that is within the budget or takes hardly any time; else sampled"
    advice = "when lengths and models differ; sampling heads of up to 20 frames does not pay"
    options_class = SamplerOptions
    stored = ("standard_error", "evaluations", "efficiency_gap")
    is_random = True
    options: SamplerOptions
    _exact: Method | None = None
    _sampler: Method | None = None

    @classmethod
    def for_game(cls, game: "Game", options: Any, seed: int = 0) -> Self:
        from playfair.attribution.exact.method import Exact, ExactOptions

        method = cls(game.n_frames, game.n_max, options, seed)
        if exact_is_cheap(game, options.budget):
            method._exact = Exact.for_game(game, ExactOptions(), seed)
        else:
            method._sampler = _sampler_of(game).for_game(game, options, seed)
        return method

    @classmethod
    def least_budget(cls, n_frames: int, options: Any) -> int:
        return RegressionSampler.least_budget(n_frames, options)

    def videos_at_once(self, game: "Game", class_count: int, memory_budget: int) -> int:
        if self._exact is not None:
            try:
                return self._exact.videos_at_once(game, class_count, memory_budget)
            except InputError:
                self._exact = None
                self._sampler = _sampler_of(game).for_game(game, self.options, self.seed)
        assert self._sampler is not None
        return self._sampler.videos_at_once(game, class_count, memory_budget)

    def attribute(
        self, game: "Game", class_idx: np.ndarray, label: np.ndarray | None
    ) -> Attribution:
        chosen = self._exact or self._sampler
        assert chosen is not None
        result = chosen.attribute(game, class_idx, label)
        given: dict[str, Any] = {"method": self.name, "seed": self.seed}
        if result.standard_error is None:
            given["standard_error"] = np.zeros_like(result.value)
            if self.options.tolerance is not None:
                given["converged"] = np.ones(len(result.scores), dtype=bool)
        return replace(result, **given)


def _sampler_of(game: "Game") -> type[RegressionSampler]:
    """The most accurate one that does not take longer than the model itself."""
    from playfair.attribution.games.masking import MaskingGame

    return AdaptiveSampler if isinstance(game, MaskingGame) else RegressionSampler
