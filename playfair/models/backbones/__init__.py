"""Backbones: networks that turn each frame, on its own, into a feature."""
