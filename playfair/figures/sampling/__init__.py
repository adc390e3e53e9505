"""Figures of what sampled values are worth."""
