"""What figures share: look, strips, curves."""
