"""Games: the class scores of every subsequence of a video's frames, as a model sees them.

In the terms of cooperative game theory the frames are the players, a subsequence of them is a
coalition, and the model's class scores are its worth (one characteristic function per class). The
worth of the empty coalition is the class prior.

A game holds the features of a batch of videos and answers for all of them at once. A user's model
joins by being a callable (`VariableLengthGame`, `MultiScaleGame`), or by a class of its own.
"""

import copy
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Self

import torch
from numpy.typing import ArrayLike
from torch import Tensor

from playfair.attribution.games.calls import CheckedModel, Model
from playfair.attribution.games.lattice import Chunk
from playfair.attribution.games.scores import (
    check_score,
    prior_probabilities,
    prior_scores,
    scores_of_logits,
    scores_of_probabilities,
)
from playfair.attribution.limits import DEFAULT_BATCH_SIZE
from playfair.attribution.result import Score
from playfair.errors import InputError

ROWS_AT_ONCE = 4096
"""Subsets of one size in one question to a game."""


class Game(ABC):
    """The scores of subsequences of V videos of n frames each.

    features: (V, n, ...), one element per frame, a vector or anything else that the model takes.
    priors: (C,) class probabilities, or "uniform". score: the unit of scores, see `Score`.

    `n_max` is the number of scales of a multi-scale game, whose outputs are single-scale logits;
    it is None for a variable-length game, whose outputs belong to the subsequence itself.
    """

    n_max: int | None = None

    shares_work = False
    """Whether a batch of videos costs less than its videos one by one."""

    calls_model = True
    """Whether outputs are calls of a model, which may take long, and not a few sums."""

    def __init__(
        self,
        features: Tensor,
        priors: ArrayLike,
        class_count: int,
        score: Score = "probability",
    ) -> None:
        check_score(score)
        check_features(features)
        self.features = features
        self.score: Score = score
        self.class_count = class_count
        self.prior = prior_probabilities(priors, class_count, features.device)
        self.prior_score = prior_scores(self.prior, score)

    @property
    def video_count(self) -> int:
        return self.features.shape[0]

    @property
    def n_frames(self) -> int:
        return self.features.shape[1]

    @property
    def device(self) -> torch.device:
        return self.features.device

    @property
    def logit_scales(self) -> int | None:
        """Of how many scales the logits of every subsequence are means of outputs, as those of a
        multi-scale game; None if they are not.
        """
        return self.n_max

    def with_features(self, features: Tensor) -> Self:
        """The same game played by other videos: features (V', n', ...) of the same elements."""
        other = copy.copy(self)
        other.features = features
        return other

    @abstractmethod
    def outputs(self, frame_idx: Tensor) -> Tensor:
        """What the model says of R subsequences of k frames each: (R, k) -> (R, V, C).

        frame_idx holds integers that ascend along a row; k <= n_max where there are scales.
        """

    def outputs_of_members(self, member: Tensor) -> Tensor:
        """The outputs of subsets of any sizes: (M, n) bool -> (M, V, C) float32.

        Videos are taken one by one, which bounds the memory that their hidden vectors take.
        """
        outputs = torch.empty(len(member), self.video_count, self.class_count, device=self.device)
        sizes = member.sum(dim=1)
        for video in range(self.video_count):
            single = self.with_features(self.features[video : video + 1])
            for size in sizes.unique():
                rows = (sizes == size).nonzero()[:, 0]
                frame_idx = member[rows].nonzero()[:, 1].view(len(rows), -1)
                for chunk in torch.arange(len(rows), device=rows.device).split(ROWS_AT_ONCE):
                    outputs[rows[chunk], video] = single.outputs(frame_idx[chunk])[:, 0]
        return outputs

    @abstractmethod
    def scores(self, outputs: Tensor, out: Tensor | None = None) -> Tensor:
        """Outputs (..., C), or what a multi-scale game combines them to, in the unit `score`."""

    def outputs_of_chunk(self, chunk: Chunk) -> Tensor:
        """The outputs of some subsets of the lattice: (r, V, C)."""
        # The lattice is kept for all games to come, so that each gets a copy of it.
        outputs = [self.outputs(part.frame_idx.clone()) for part in chunk.parts]
        return outputs[0] if len(outputs) == 1 else torch.cat(outputs)

    def write_scales(self, chunk: Chunk, out: Tensor, kept: float = 0.0) -> None:
        """Of a multi-scale game, what the subsets of k <= n_max frames of a chunk add by
        themselves to their logits: their outputs divided by k, into out (r, V * C).

        kept: the share that is kept of what out held, where a chunk has subsets of one size only.
        """
        for part in chunk.parts:
            if self.n_max is not None and part.size <= self.n_max:
                outputs = self.outputs(part.frame_idx.clone()).flatten(start_dim=1)
                if kept:
                    out[part.place].mul_(kept).add_(outputs, alpha=1 / part.size)
                else:
                    torch.div(outputs, part.size, out=out[part.place])

    def weighted_outputs(self, frame_idx: Tensor, weights: Tensor) -> Tensor:
        """Sums of outputs: subsequences (R, k) and weights (M, R) -> (M, V, C)."""
        outputs = self.outputs(frame_idx)
        return (weights @ outputs.flatten(start_dim=1)).view(-1, *outputs.shape[1:])


class VariableLengthGame(Game):
    """A model that takes subsequences of any length: v(X') = model(X').

    model: callable (N, k, ...) -> (N, C) probabilities, for any k >= 1. At most `batch_size`
    subsequences go into one call, all of them of one video.
    """

    def __init__(
        self,
        model: Model,
        features: Tensor,
        priors: ArrayLike,
        class_count: int,
        score: Score = "probability",
        batch_size: int = DEFAULT_BATCH_SIZE,
    ) -> None:
        super().__init__(features, priors, class_count, score)
        self.model = CheckedModel(model, class_count, batch_size)

    def outputs(self, frame_idx: Tensor) -> Tensor:
        probabilities = self.model(self.features, frame_idx)
        check_probabilities(probabilities, frame_idx.shape[1])
        return probabilities

    def scores(self, outputs: Tensor, out: Tensor | None = None) -> Tensor:
        return scores_of_probabilities(outputs, self.score)


class MultiScaleGame(Game):
    """Single-scale models, one per subsequence length, combined with equal weight per scale.

    models: the s-th is a callable (N, s, ...) -> (N, C) logits. The combination is on logits
    (Price and Damen 2020, section 3.3):

        v(X) = softmax( mean over s = 1..min(|X|, n_max) of mean over X' in X, |X'| = s of f_s(X') )
    """

    def __init__(
        self,
        models: Sequence[Model],
        features: Tensor,
        priors: ArrayLike,
        class_count: int,
        score: Score = "probability",
        batch_size: int = DEFAULT_BATCH_SIZE,
    ) -> None:
        if not models:
            raise InputError("A multi-scale game needs at least one single-scale model.")
        super().__init__(features, priors, class_count, score)
        self.models = [CheckedModel(model, class_count, batch_size) for model in models]
        self.n_max = len(self.models)

    def outputs(self, frame_idx: Tensor) -> Tensor:
        return self.models[frame_idx.shape[1] - 1](self.features, frame_idx)

    def scores(self, outputs: Tensor, out: Tensor | None = None) -> Tensor:
        return scores_of_logits(outputs, self.score, out)


class ProbabilityScalesGame(MultiScaleGame):
    """As `MultiScaleGame`, but the combination is on probabilities, an option of the paper's code:

    v(X) = mean over s = 1..min(|X|, n_max) of mean over X' in X, |X'| = s of softmax( f_s(X') )
    """

    @property
    def logit_scales(self) -> int | None:
        return None

    def outputs(self, frame_idx: Tensor) -> Tensor:
        return torch.softmax(super().outputs(frame_idx), dim=-1)

    def scores(self, outputs: Tensor, out: Tensor | None = None) -> Tensor:
        scores = scores_of_probabilities(outputs, self.score)
        return scores.clone() if out is None else out.copy_(scores)


def check_features(features: Tensor) -> None:
    """Raise `InputError` unless features are those of a batch of videos, (V, n, ...)."""
    if features.ndim < 3 or 0 in features.shape[:2]:
        raise InputError(
            f"Features of a batch of videos have the shape (V, n, ...) with n >= 1 frames, "
            f"not {tuple(features.shape)}."
        )


def check_probabilities(outputs: Tensor, frame_count: int) -> None:
    """Raise `InputError` unless what a model said of `frame_count` frames are probabilities."""
    if not bool(((outputs >= -1e-4) & (outputs <= 1 + 1e-4)).all()):
        raise InputError(
            "A variable-length model should return probabilities, but some of what it returned "
            f"for subsequences of {frame_count} frames lies outside [0, 1]: end the model with a "
            "softmax (or say that its outputs are logits, where that is an option)."
        )


def check_finite(values: Tensor, axis: int) -> None:
    """Raise `InputError` for scores or ESVs that are not numbers, naming a video of that axis."""
    if bool(values.isfinite().all()):
        return
    other_axes = [other for other in range(values.ndim) if other != axis]
    video = int((~values.isfinite()).sum(dim=other_axes).nonzero()[0])
    raise InputError(
        f"The model's scores of some subsequences of video {video} are NaN or infinite: look for "
        "weights that are no numbers, and for features of a size that it was not trained on."
    )
