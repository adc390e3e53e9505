"""Exact Element Shapley Values, and what else is read off the table of all subsets."""
