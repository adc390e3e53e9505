"""Figures: one module per figure, each a function from arrays to a matplotlib figure."""
