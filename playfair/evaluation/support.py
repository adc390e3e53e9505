"""Where in a video the support for a class lies, and over how many frames it is spread."""

import numpy as np


def centre_of_support(esv: np.ndarray) -> np.ndarray:
    """The mean place of the positive ESVs: (V, n) -> (V,), 0 at the start and 1 at the end.

    Frame i stands for the place (i + 1/2) / n. NaN where no ESV is positive.
    """
    n_frames = esv.shape[1]
    centre: np.ndarray = _shares(esv) @ ((np.arange(n_frames) + 0.5) / n_frames)
    return centre


def sharing_frames(esv: np.ndarray) -> np.ndarray:
    """Over how many frames the positive ESVs are spread: (V, n) -> (V,), from 1 to n.

    With p_i the shares of the frames in the positive mass, exp(-sum_i p_i log p_i): 1 where one
    frame has all of it, n where all have equal parts. NaN where no ESV is positive.
    """
    share = _shares(esv)
    logarithm = np.log(np.where(share > 0, share, 1.0))
    sharing: np.ndarray = np.exp(-(share * logarithm).sum(axis=1))
    return sharing


def _shares(esv: np.ndarray) -> np.ndarray:
    """Shares of frames in the positive mass (V, n), NaN without any."""
    positive = np.clip(np.asarray(esv, dtype=np.float64), 0, None)
    total = positive.sum(axis=1, keepdims=True)
    share: np.ndarray = positive / np.where(total > 0, total, np.nan)
    return share
