"""ESVs of a batch of videos of one length, exact or estimated, and what is needed to trust them."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Estimate:
    """ESVs of V videos of n frames and K classes.

    scores (V, K), esv (V, n, K), evaluations (V,) int64 (model outputs used per video),
    efficiency_gap (V, K) (prior + sum of ESVs - score), standard_error (V, n, K) or None when
    exact, converged (V,) bool or None when no tolerance was given.
    """

    scores: np.ndarray
    esv: np.ndarray
    evaluations: np.ndarray
    efficiency_gap: np.ndarray
    standard_error: np.ndarray | None = None
    converged: np.ndarray | None = None


def gap_to_efficiency(esv: np.ndarray, scores: np.ndarray, prior: np.ndarray) -> np.ndarray:
    """prior + sum of ESVs over frames - score: (V, n, K), (V, K), (K,) -> (V, K) float32."""
    total = prior.astype(np.float64) + esv.sum(axis=1, dtype=np.float64)
    return (total - scores).astype(np.float32)
