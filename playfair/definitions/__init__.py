"""Sections of the configuration: data sets, backbones, models, training, ESVs and figures."""

from playfair.lazy import loading_on_use

__all__: list[str] = []

__getattr__, __dir__ = loading_on_use(__name__, {})
