"""Play Fair: which frames made a video model say this?

Element Shapley Values (ESVs) split the class scores of a video model over the frames that it saw
(Price and Damen, "Play Fair: Frame Attributions in Video Models", ACCV 2020).

The interface in one call is :func:`playfair.explain`; :func:`playfair.load` opens the files that
the workflow writes. What `__all__` names is public, and so is what the packages inside say of
themselves. All of it loads on first use, so that ``import playfair`` is quick.
"""

import os
from typing import TYPE_CHECKING

from playfair.lazy import loading_on_use

if TYPE_CHECKING:
    from playfair.attribution.exact.exact import exact_esvs
    from playfair.attribution.explain import explain
    from playfair.attribution.games.game import Game
    from playfair.attribution.games.masking import MaskedModel
    from playfair.attribution.result import Attribution
    from playfair.data.stores.esv_store import load
    from playfair.errors import InputError
    from playfair.models.heads.tsn_trn import TRN, TSN

# Threads of torch that wait for each other shall not keep cores from other work. OpenMP reads this
# when torch is loaded, so that it holds where playfair is imported first.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

__version__ = "0.1.0"

__all__ = [
    "TRN",
    "TSN",
    "Attribution",
    "Game",
    "InputError",
    "MaskedModel",
    "__version__",
    "exact_esvs",
    "explain",
    "load",
]

__getattr__, __dir__ = loading_on_use(
    __name__,
    {
        "TRN": "playfair.models.heads.tsn_trn",
        "TSN": "playfair.models.heads.tsn_trn",
        "Attribution": "playfair.attribution.result",
        "Game": "playfair.attribution.games.game",
        "InputError": "playfair.errors",
        "MaskedModel": "playfair.attribution.games.masking",
        "exact_esvs": "playfair.attribution.exact.exact",
        "explain": "playfair.attribution.explain",
        "load": "playfair.data.stores.esv_store",
    },
)
