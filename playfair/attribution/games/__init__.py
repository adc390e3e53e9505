"""Games on subsets of frames: the subsets, the models that score them, and the units of scores."""

from typing import TYPE_CHECKING

from playfair.lazy import loading_on_use

if TYPE_CHECKING:
    from playfair.attribution.games.from_model import make_game
    from playfair.attribution.games.game import Game, MultiScaleGame, VariableLengthGame
    from playfair.attribution.games.head_games import TRNGame, TSNGame
    from playfair.attribution.games.masking import MaskedModel, MaskingGame

__all__ = [
    "Game",
    "MaskedModel",
    "MaskingGame",
    "MultiScaleGame",
    "TRNGame",
    "TSNGame",
    "VariableLengthGame",
    "make_game",
]

__getattr__, __dir__ = loading_on_use(
    __name__,
    {
        "Game": "playfair.attribution.games.game",
        "MaskedModel": "playfair.attribution.games.masking",
        "MaskingGame": "playfair.attribution.games.masking",
        "MultiScaleGame": "playfair.attribution.games.game",
        "TRNGame": "playfair.attribution.games.head_games",
        "TSNGame": "playfair.attribution.games.head_games",
        "VariableLengthGame": "playfair.attribution.games.game",
        "make_game": "playfair.attribution.games.from_model",
    },
)
