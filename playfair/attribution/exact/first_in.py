"""The method `first_in`: what the score gains from a frame on its own."""

import numpy as np

from playfair.attribution.exact.tables import TableMethod


class FirstIn(TableMethod):
    """The score of the frame alone, from the prior.

        value(i, c) = v_c({i}) - prior(c)

    Blind to what frames say together. The values need not sum to score - prior.
    """

    name = "first_in"
    summary = "the score of the frame alone, minus the prior, up to 20 frames"
    advice = "to compare with: cheap, but blind to what frames only say together"

    def weights(self) -> np.ndarray:
        frames = np.arange(self.n_frames)
        weights = np.zeros((self.n_frames, 2**self.n_frames))
        weights[:, 0] = -1
        weights[frames, 2**frames] = 1
        return weights
