"""What the workflow's rules ask of the configuration: the files of data sets and networks."""

from typing import TYPE_CHECKING

from playfair.lazy import loading_on_use

if TYPE_CHECKING:
    from playfair.workflow.datasets import Datasets
    from playfair.workflow.networks import Networks

__all__ = ["Datasets", "Networks"]

__getattr__, __dir__ = loading_on_use(
    __name__,
    {
        "Datasets": "playfair.workflow.datasets",
        "Networks": "playfair.workflow.networks",
    },
)
