"""A finished run of the workflow, and one more clip explained by its networks."""

from typing import TYPE_CHECKING

from playfair.lazy import loading_on_use

if TYPE_CHECKING:
    from playfair.runs.clip_views import ClipView
    from playfair.runs.run import Run
    from playfair.runs.run_models import RunModel, explain_view

__all__ = ["ClipView", "Run", "RunModel", "explain_view"]

__getattr__, __dir__ = loading_on_use(
    __name__,
    {
        "ClipView": "playfair.runs.clip_views",
        "Run": "playfair.runs.run",
        "RunModel": "playfair.runs.run_models",
        "explain_view": "playfair.runs.run_models",
    },
)
