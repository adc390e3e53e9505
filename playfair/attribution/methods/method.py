"""What every attribution method is: a name, options, and the values of one batch of videos.

A method is one module and its line in the registry beside this module. The configuration, `--help`
and the documentation read its name, options and limits, so nothing that takes long to load, torch
first of all, is imported at the top of such a module: what computes is imported where it is used.
"""

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from playfair.attribution.methods.options import Options
from playfair.attribution.result import Attribution, gap_to_efficiency

if TYPE_CHECKING:
    from playfair.attribution.games.game import Game


class Method(ABC):
    """A way to share the scores of games of `n_frames` frames out over these frames.

    n_max: the number of scales of a multi-scale game, None for a variable-length one. seed: of
    methods that draw; what they draw depends on (seed, n_frames, name) and the options only.
    """

    name: ClassVar[str]
    summary: ClassVar[str]
    """The idea in a line, for lists of methods."""
    advice: ClassVar[str]
    """When to use it, in a line."""
    options_class: ClassVar[type[Options]] = Options
    stored: ClassVar[tuple[str, ...]] = ()
    """Fields of the result that files keep beside scores and values, whatever the options."""
    is_random: ClassVar[bool] = False
    is_sampler: ClassVar[bool] = False
    """Whether it estimates from a sample, whatever the game."""
    for_slow_models: ClassVar[bool] = False
    """Whether it takes seconds a video of its own, which pay only where a model takes longer."""
    gives_esvs: ClassVar[bool] = True
    """Whether prior + sum of values over frames = score, at least as an estimate."""
    needs_gradients: ClassVar[bool] = False
    """Whether the model has to be one that gradients go through."""
    most_frames: ClassVar[int | None] = None
    """The longest sequence that it explains, None for any length."""

    def __init__(self, n_frames: int, n_max: int | None, options: Options, seed: int = 0) -> None:
        self.n_frames = n_frames
        self.n_max = n_max
        self.options = options
        self.seed = seed

    @classmethod
    def for_game(cls, game: "Game", options: Any, seed: int = 0) -> "Method":
        """The method for videos that play this game, as many frames long as its own."""
        return cls(game.n_frames, game.n_max, options, seed)

    @abstractmethod
    def attribute(
        self, game: "Game", class_idx: np.ndarray, label: np.ndarray | None
    ) -> Attribution:
        """The values (V, n, K) of all V videos of a game, for the classes `class_idx` (K,).

        label: (V,) true classes, -1 where unknown, if they are asked for: what a method says of
        pairs of frames it then says of the true and of the predicted class only.
        """

    def videos_at_once(self, game: "Game", class_count: int, memory_budget: int) -> int:
        """How many videos a game of one batch should have, with `class_count` classes to explain.

        Raises `InputError` when one video takes more than `memory_budget` bytes.
        """
        return 1

    def advice_for(self, game: "Game") -> str | None:
        """A better way to the values of such a game, if there is one, in a sentence."""
        return None

    @classmethod
    def least_budget(cls, n_frames: int, options: Any) -> int:
        """The evaluations that `n_frames` frames need at least; 0 for methods without a budget."""
        return 0

    def result(
        self,
        game: "Game",
        class_idx: np.ndarray,
        *,
        scores: np.ndarray,
        value: np.ndarray,
        evaluations: int,
        **read_off: Any,
    ) -> Attribution:
        """What `attribute` returns: scores (V, K), value (V, n, K), evaluations per video.

        read_off: further fields of the result.
        """
        prior = game.prior_score.cpu().numpy()[class_idx]
        return Attribution(
            value=value,
            scores=scores,
            prior=prior,
            class_idx=class_idx,
            method=self.name,
            gives_esvs=self.gives_esvs,
            score=game.score,
            seed=self.seed if self.is_random else None,
            evaluations=np.full(len(scores), evaluations),
            efficiency_gap=gap_to_efficiency(value, scores, prior),
            **read_off,
        )
