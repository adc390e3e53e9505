"""Attribution methods: what each of them is, their options, their names, and batches of videos."""

from typing import TYPE_CHECKING

from playfair.lazy import loading_on_use

if TYPE_CHECKING:
    from playfair.attribution.methods.method import Method
    from playfair.attribution.methods.options import Options, option
    from playfair.attribution.methods.registry import METHODS, make_options, method_class

__all__ = ["METHODS", "Method", "Options", "make_options", "method_class", "option"]

__getattr__, __dir__ = loading_on_use(
    __name__,
    {
        "METHODS": "playfair.attribution.methods.registry",
        "Method": "playfair.attribution.methods.method",
        "Options": "playfair.attribution.methods.options",
        "make_options": "playfair.attribution.methods.registry",
        "method_class": "playfair.attribution.methods.registry",
        "option": "playfair.attribution.methods.options",
    },
)
