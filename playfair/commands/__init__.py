"""What commands of the program `playfair` do, beside reading their options."""

from playfair.lazy import loading_on_use

__all__: list[str] = []

__getattr__, __dir__ = loading_on_use(__name__, {})
