"""Limits that callers, the configuration and the engines share. Nothing is imported here."""

MAX_FRAMES = 20
"""Longest sequence whose whole lattice is built: 2^20 subsets."""

DEFAULT_BATCH_SIZE = 1024
"""Subsequences in one call of a plain callable."""

DEFAULT_MEMORY_BUDGET = 2 * 1024**3
"""Bytes that a method may take for its own buffers."""
