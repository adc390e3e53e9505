"""Clips of a data set: lists, labels, shards, ground truth, and which frames are taken."""
