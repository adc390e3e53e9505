"""Temporal heads: TSN, TRN, and the user's own."""
