"""Attribution: games on subsets of frames, and methods that share their scores out over frames.

`explain` asks one of the `methods` for the values of videos and returns a `result`; `games` says
what models answer; `exact` and `samplers` hold the methods.
"""

from typing import TYPE_CHECKING

from playfair.lazy import loading_on_use

if TYPE_CHECKING:
    from playfair.attribution.result import Attribution

__all__ = ["Attribution"]

__getattr__, __dir__ = loading_on_use(__name__, {"Attribution": "playfair.attribution.result"})
