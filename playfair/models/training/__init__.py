"""Training of backbones and heads."""
