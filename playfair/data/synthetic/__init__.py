"""The embedded data set: clips whose evidence is known."""
