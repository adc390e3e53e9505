"""A mixture of several fits to the same pairs: the one that says most of pairs not yet seen."""

from typing import TYPE_CHECKING, Any

import numpy as np

from playfair.attribution.methods.method import Method
from playfair.attribution.samplers.column_products import Columns
from playfair.attribution.samplers.paired import PairedSampler
from playfair.attribution.samplers.regression import RegressionSampler, esv_of_regressors

if TYPE_CHECKING:
    from torch import Tensor

    from playfair.attribution.games.game import Game
    from playfair.attribution.samplers.odd_fits import Fit, Pairs

CHOSEN = 1.15
"""How much wider standard errors are than pairs left out say: these chose the fits, too. On random
TRNs and trained heads the spread over seeds is 1.1 to 1.2 times what they say."""
NOTHING = 1e-10
"""Missed share of a regression that needs no other fit: rounding."""


class AdaptiveSampler(RegressionSampler):
    """Pairs of a subset and its complement, and for each video the best mixture of three fits.

    These are that of `regression`, a Gaussian process and a few products of three frames (see
    `playfair.attribution.samplers.odd_fits`); leave-one-out errors, or those of cross-validation,
    over all classes together decide on their shares. What the mixture missed of pairs that it had
    not seen is then shared out by a regression on membership alone, as far as that helps (see
    `corrected_share`), so that the estimate stays consistent whatever the fits, and says by its
    size how sure the estimate is.

    More pairs than those of `regression` have middle sizes: there few frames out of many decide.

    A video takes seconds, whatever its model: for models of which 1024 evaluations take longer.
    Multi-scale games have scores for all sizes by a joint fit and play `regression`.
    """

    name = "adaptive"
    summary = "a mixture of a regression, a Gaussian process and a few products of three frames"
    advice = "slow models, such as networks of whole clips: the most accurate, for seconds a video"
    for_slow_models = True

    @classmethod
    def for_game(cls, game: "Game", options: Any, seed: int = 0) -> Method:
        return cls(game.n_frames, game.n_max, options, seed)

    def videos_at_once(self, game: "Game", class_count: int, memory_budget: int) -> int:
        super().videos_at_once(game, class_count, memory_budget)
        # Each video has a fit of its own.
        return 1

    def bytes_beside(self, class_count: int) -> int:
        from playfair.attribution.samplers.odd_fits import fit_bytes

        if self.n_max is not None:
            return super().bytes_beside(class_count)
        count = (len(self.member) - 1) // 2
        terms = self._regressors(slice(0, 1), self._degree(count)).shape[1]
        return fit_bytes(count, self.n_frames, terms, class_count)

    def size_weights(self) -> np.ndarray:
        kernel = super().size_weights()
        if self.n_max is not None:
            return kernel
        # Between what suits least squares and what suits equal noise in all scores.
        between: np.ndarray = np.sqrt(kernel * PairedSampler.size_weights(self))
        return between

    def estimate(self, scores: Columns, prior: Columns) -> tuple[Columns, Columns]:
        import torch

        from playfair.attribution.samplers.odd_fits import (
            fit_lines,
            fit_process,
            fit_products,
            mixture,
        )

        if self.n_max is not None or self.n_frames < 3:
            return super().estimate(scores, prior)
        count = (len(scores) - 1) // 2
        with torch.inference_mode(False), torch.no_grad():
            pairs = self._pairs(scores, count)
            lines = fit_lines(pairs, *self._lines(count, self._degree(count)))
            if pairs.missed_share(lines.missed) <= NOTHING:
                return super().estimate(scores, prior)
            fits = [lines, fit_process(pairs), fit_products(pairs)]
            mixed = mixture(pairs, [fit for fit in fits if fit is not None])
            shared, error = self._corrected(mixed, pairs, count)
        equal = (scores[0].astype(np.float64) - prior) / self.n_frames
        return equal + shared, error

    def _pairs(self, scores: Columns, count: int) -> "Pairs":
        import torch

        from playfair.attribution.samplers.odd_fits import Pairs

        weights = self._pair_weights(count)
        degrees = sorted({1, min(2, self._degree(count))})
        return Pairs(
            sign=torch.from_numpy(np.where(self.smaller[:count], 1.0, -1.0)),
            answers=torch.from_numpy(self.differences(scores).astype(np.float64)),
            weights=torch.from_numpy(weights / weights.mean()),
            lines=[self._lines(count, degree) for degree in degrees],
        )

    def _lines(self, count: int, degree: int) -> tuple["Tensor", "Tensor"]:
        """The terms of the regression, (P, F), and their ESVs (n, F)."""
        import torch

        terms = self._regressors(slice(0, count), degree)
        esvs = esv_of_regressors(self.n_frames, degree)
        esvs = np.pad(esvs, ((0, 0), (0, terms.shape[1] - esvs.shape[1])))
        return torch.from_numpy(terms), torch.from_numpy(esvs)

    def _corrected(self, fit: "Fit", pairs: "Pairs", count: int) -> tuple[Columns, Columns]:
        """ESVs (n, X) of a fit and of what it missed, and their standard errors."""
        import torch

        terms, esvs = pairs.lines[0]
        used = torch.from_numpy(self.used_share(count))[:, None]
        weighted = terms * pairs.weights[:, None]
        sharing = esvs @ torch.linalg.pinv(terms.T @ weighted, hermitian=True) @ weighted.T
        # A pair stands for those of its size that were not drawn, and for itself.
        left = (1 - used) * fit.missed + used * fit.left_over
        unseen = (1 - used) * fit.missed**2
        shift = sharing @ left
        of_fit, of_corrected = fit.influence**2 @ unseen, sharing**2 @ unseen
        # By so much what is shared out exceeds its own noise: the fit is biased.
        bias = (shift**2 - of_corrected).sum().clamp_min(0) / shift.numel()
        share = corrected_share(of_fit + bias, of_corrected, shift)
        # The square of a mean is at most the mean of squares.
        variance = (1 - share) * (of_fit + bias) + share * of_corrected
        esv = fit.influence @ pairs.answers + share * shift
        return esv.numpy(), (CHOSEN * variance.clamp_min(0).sqrt()).numpy()


def corrected_share(of_fit: "Tensor", of_corrected: "Tensor", shift: "Tensor") -> float:
    """Which share of a correction, `shift`, leaves the smallest expected square of the error.

    of_fit, of_corrected: expected squares of the error without it and with all of it. With a share
    f of it, what is left is  (1 - f) of_fit + f of_corrected - f (1 - f) shift^2,  summed over all
    frames and classes. Where few frames out of many decide, fits know it, and most of what a
    regression on all frames adds is noise.
    """
    moved = float((shift**2).sum())
    if not moved:
        return 1.0
    gain = float((of_fit - of_corrected).sum())
    return min(max((moved + gain) / (2 * moved), 0.0), 1.0)
