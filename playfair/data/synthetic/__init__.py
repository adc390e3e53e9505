"""The embedded data set: clips whose evidence is known."""

from typing import TYPE_CHECKING

from playfair.lazy import loading_on_use

if TYPE_CHECKING:
    from playfair.data.synthetic.dataset import make_synthetic_dataset, render_clip

__all__ = ["make_synthetic_dataset", "render_clip"]

__getattr__, __dir__ = loading_on_use(
    __name__,
    {
        "make_synthetic_dataset": "playfair.data.synthetic.dataset",
        "render_clip": "playfair.data.synthetic.dataset",
    },
)
