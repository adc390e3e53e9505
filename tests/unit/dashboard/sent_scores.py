"""Scores of subsets as files have them, read one set after the other, as the page does."""

import numpy as np

from playfair.dashboard.packing import LEVELS


def sent_scores(sent: np.ndarray, n_frames: int) -> np.ndarray:
    """Scores (2^n, K) of probabilities from the bytes of a table."""
    upper, lower = sent.astype(int).reshape(2, 2**n_frames, -1)
    surprise = upper * 256 + lower
    surprise = np.where(surprise % 2, -(surprise + 1) // 2, surprise // 2)
    steps = np.zeros_like(surprise)
    logs = np.zeros((len(steps), steps.shape[1] + 1))
    means = np.zeros_like(logs)
    for row, mask in enumerate(sorted(range(len(steps)), key=int.bit_count)):
        smaller = [mask ^ 1 << i for i in range(n_frames) if mask >> i & 1]
        if smaller:
            means[mask] = logs[smaller].mean(axis=0)
        trend = means[mask] - means[smaller].mean(axis=0) if smaller else 0
        odds = np.exp(means[mask] + trend / 2)
        steps[mask] = np.floor(LEVELS * odds[:-1] / odds.sum() + 0.5) + surprise[row]
        known = [*steps[mask], LEVELS - steps[mask].sum()]
        logs[mask] = np.log(np.maximum(known, 0.5))
    return steps / LEVELS
