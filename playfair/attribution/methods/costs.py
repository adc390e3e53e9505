"""What exact values of a game cost, and so whether sampling pays."""

from math import comb
from typing import TYPE_CHECKING

from playfair.attribution.limits import MAX_FRAMES

if TYPE_CHECKING:
    from playfair.attribution.games.game import Game

CHEAP_OUTPUTS = 2**20
"""Single-scale outputs of a head whose logits are summed exactly, whatever the budget: seconds."""


def has_closed_form(game: "Game") -> bool:
    """Whether the ESVs of this game are weighted sums of the outputs of subsets of some frames."""
    return game.score == "logit" and game.logit_scales is not None


def output_count(n_frames: int, scales: int) -> int:
    """How many single-scale outputs there are of `n_frames` frames."""
    return sum(comb(n_frames, size) for size in range(1, min(n_frames, scales) + 1))


def exact_is_cheap(game: "Game", budget: int) -> bool:
    """Whether exact values take no more outputs than the budget or, of a head, hardly any time.

    Of a TSN or TRN of 16 frames they take less time than 1024 evaluations and their fit, of 20 a
    second.
    """
    n_frames = game.n_frames
    if has_closed_form(game):
        count = output_count(n_frames, game.logit_scales or 0)
        return count <= budget or (not game.calls_model and count <= CHEAP_OUTPUTS)
    if n_frames > MAX_FRAMES:
        return False
    return not game.calls_model or output_count(n_frames, game.n_max or n_frames) <= budget


def advice_on_sampling(game: "Game", budget: int) -> str | None:
    """What to do instead of sampling such a game, in a sentence, where that does not pay."""
    if not exact_is_cheap(game, budget):
        return None
    return (
        f"Sampling does not pay: exact values of {game.n_frames} frames take this model hardly "
        "more time, or less (method='exact', or 'auto' for any length)."
    )
