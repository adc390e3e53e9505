"""Data: labels, synthetic clips, video files, GulpIO, frame sampling, transforms, HDF5 stores."""

from playfair.lazy import loading_on_use

__all__: list[str] = []

__getattr__, __dir__ = loading_on_use(__name__, {})
