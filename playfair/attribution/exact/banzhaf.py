"""The method `banzhaf`: Banzhaf values, for which all subsets count alike."""

import numpy as np

from playfair.attribution.exact.tables import TableMethod, membership_of_masks


class Banzhaf(TableMethod):
    """What a frame adds to a subset of the others, on average over all subsets.

        value(i, c) = 2^-(n-1) * sum over X' in X without i of [ v_c(X' + i) - v_c(X') ]

    Shapley's weights count all sizes of subsets alike; here the middle sizes, of which there are
    most, count most. The values need not sum to score - prior.
    """

    name = "banzhaf"
    summary = "the mean gain over all subsets alike, up to 20 frames"
    advice = "to compare with: as ESVs, without the axiom that values sum to the score"

    def weights(self) -> np.ndarray:
        member = membership_of_masks(self.n_frames)
        weights: np.ndarray = np.where(member, 1.0, -1.0) / 2 ** (self.n_frames - 1)
        return weights
