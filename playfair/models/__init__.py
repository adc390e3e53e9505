"""Models: backbones, temporal heads, their checkpoints and their training."""
