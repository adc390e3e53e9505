"""Temporal heads: TSN, TRN, and the user's own."""

from typing import TYPE_CHECKING

from playfair.lazy import loading_on_use

if TYPE_CHECKING:
    from playfair.models.heads.exported import load_exported
    from playfair.models.heads.loading import load_heads
    from playfair.models.heads.own_heads import load_own_heads
    from playfair.models.heads.tsn_trn import TRN, TSN

__all__ = ["TRN", "TSN", "load_exported", "load_heads", "load_own_heads"]

__getattr__, __dir__ = loading_on_use(
    __name__,
    {
        "TRN": "playfair.models.heads.tsn_trn",
        "TSN": "playfair.models.heads.tsn_trn",
        "load_exported": "playfair.models.heads.exported",
        "load_heads": "playfair.models.heads.loading",
        "load_own_heads": "playfair.models.heads.own_heads",
    },
)
