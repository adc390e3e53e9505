"""The method `exact`: Element Shapley Values from the scores of all subsets of frames."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from playfair.attribution.limits import MAX_FRAMES
from playfair.attribution.methods.method import Method
from playfair.attribution.methods.options import Options, option
from playfair.attribution.result import Attribution

if TYPE_CHECKING:
    from playfair.attribution.exact.shapley import Workspace
    from playfair.attribution.games.game import Game


@dataclass(frozen=True, kw_only=True)
class ExactOptions(Options):
    """What else is read off the scores of all subsets, at no further evaluation of the model."""

    interactions: bool | None = option(
        None,
        "Pairwise Shapley interactions of frames; the workflow stores those of the true and the "
        "predicted class, and null means there: up to 12 frames.",
        adds=["interactions"],
    )
    frame_sets: bool | None = option(
        None,
        "The smallest sets of frames that keep the prediction, and whose removal changes it; null "
        "means in the workflow: up to 12 frames.",
        adds=["sufficient_frames", "necessary_frames"],
    )
    subset_scores: bool | None = option(
        None,
        "The scores of all 2^n subsets of frames; null: with networks of whole clips only, where "
        "they take half a megabyte a clip at most.",
        adds=["subset_scores"],
    )


class Exact(Method):
    """Exact ESVs of up to 20 frames, see `playfair.attribution.exact.shapley.exact_values`.

    Logits of TSN and multi-scale games: of any number of frames, see
    `playfair.attribution.exact.logits`.
    """

    name = "exact"
    summary = "from all 2^n subsets, up to 20 frames"
    advice = "always, where 2^n model outputs are possible: there is no error to think about"
    options_class = ExactOptions
    most_frames: ClassVar[int | None] = MAX_FRAMES
    options: ExactOptions
    _workspace: "Workspace | None" = None

    def _sums_outputs(self, game: "Game") -> bool:
        """Whether the values are weighted sums of outputs, at any length, without a table."""
        from playfair.attribution.methods.costs import has_closed_form

        return has_closed_form(game) and not self.options.added_fields()

    def videos_at_once(self, game: "Game", class_count: int, memory_budget: int) -> int:
        from playfair.attribution.exact.exact import videos_at_once
        from playfair.attribution.exact.logits import videos_of_logits

        if self._sums_outputs(game):
            return videos_of_logits(game, memory_budget)
        if self.options.added_fields():
            return videos_at_once(game, game.class_count, True, memory_budget)
        return videos_at_once(game, class_count, False, memory_budget)

    def attribute(
        self, game: "Game", class_idx: np.ndarray, label: np.ndarray | None
    ) -> Attribution:
        from playfair.attribution.exact.exact import read_off
        from playfair.attribution.exact.logits import chosen_logit_values
        from playfair.attribution.exact.shapley import Workspace

        if self._sums_outputs(game):
            return self.result(game, class_idx, **chosen_logit_values(game, class_idx))
        self._workspace = self._workspace or Workspace()
        return self.result(
            game, class_idx, **read_off(game, class_idx, label, self.options, self._workspace)
        )
