"""Sampled Element Shapley Values: choices of subsets, and estimators on their scores."""
