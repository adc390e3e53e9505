"""Games on subsets of frames: the subsets, the models that score them, and the units of scores."""
