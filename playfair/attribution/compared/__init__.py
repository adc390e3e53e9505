"""Attribution methods that Element Shapley Values are compared with."""

from playfair.lazy import loading_on_use

__all__: list[str] = []

__getattr__, __dir__ = loading_on_use(__name__, {})
