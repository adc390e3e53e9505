"""ESVs of a batch of videos of one length, exact or estimated, and what is needed to trust them."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Estimate:
    """ESVs of V videos of n frames and K classes.

    scores (V, K), esv (V, n, K), evaluations (V,) int64 (model outputs used per video),
    efficiency_gap (V, K) (prior + sum of ESVs - score), standard_error (V, n, K) or None when
    exact, converged (V,) bool or None when no tolerance was given. Read off the table of all
    subsets, None unless asked for: interactions (V, n, n, K), sufficient_frames and
    necessary_frames (V, n) bool.
    """

    scores: np.ndarray
    esv: np.ndarray
    evaluations: np.ndarray
    efficiency_gap: np.ndarray
    standard_error: np.ndarray | None = None
    converged: np.ndarray | None = None
    interactions: np.ndarray | None = None
    sufficient_frames: np.ndarray | None = None
    necessary_frames: np.ndarray | None = None


def concatenated(parts: Sequence[Estimate]) -> Estimate:
    """The estimates of several batches of videos as one."""

    def joined(name: str) -> Any:
        values = [getattr(part, name) for part in parts]
        return None if values[0] is None else np.concatenate(values)

    return Estimate(**{field.name: joined(field.name) for field in fields(Estimate)})


def gap_to_efficiency(esv: np.ndarray, scores: np.ndarray, prior: np.ndarray) -> np.ndarray:
    """prior + sum of ESVs over frames - score: (V, n, K), (V, K), (K,) -> (V, K) float32."""
    total = prior.astype(np.float64) + esv.sum(axis=1, dtype=np.float64)
    return (total - scores).astype(np.float32)
