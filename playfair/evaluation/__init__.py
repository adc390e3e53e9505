"""Evaluation of models and of attributions, with numbers that figures draw."""
