"""Games: the class scores of every subsequence of a video's frames, as a model sees them.

In the terms of cooperative game theory the frames are the players, a subsequence of them is a
coalition, and the model's class scores are its worth (one characteristic function per class). The
worth of the empty coalition is the class prior.

A game holds the features of a batch of videos and answers for all of them at once. A user's model
joins by being a callable (`VariableLengthGame`, `MultiScaleGame`), or by a class of its own.
"""

import copy
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Self

import torch
from numpy.typing import ArrayLike
from torch import Tensor

from playfair.attribution.games.lattice import Level
from playfair.attribution.games.scores import (
    Score,
    check_score,
    prior_probabilities,
    prior_scores,
    scores_of_logits,
    scores_of_probabilities,
)
from playfair.attribution.limits import DEFAULT_BATCH_SIZE
from playfair.errors import InputError

Model = Callable[[Tensor], Tensor]
"""A model of subsequences: (N, k, ...) -> (N, C)."""


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

    def __init__(
        self,
        features: Tensor,
        priors: ArrayLike,
        class_count: int,
        score: Score = "probability",
    ) -> None:
        check_score(score)
        if features.ndim < 3 or 0 in features.shape[:2]:
            raise InputError(
                f"Features of a batch of videos have the shape (V, n, ...) with n >= 1 frames, "
                f"not {tuple(features.shape)}."
            )
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

    @abstractmethod
    def scores(self, outputs: Tensor, out: Tensor | None = None) -> Tensor:
        """Outputs (..., C), or what a multi-scale game combines them to, in the unit `score`."""

    def combine(
        self,
        level: Level,
        rows: slice,
        child_sum: Tensor | None,
        beta: float,
        alpha: float,
        out: Tensor,
    ) -> None:
        """out = beta * child_sum + alpha * outputs for some rows of a lattice level.

        child_sum and out are (rows, V * C) and may be one and the same; a child_sum of None counts
        as zero.
        """
        outputs = self.outputs(level.frame_idx[rows].clone()).view(out.shape)
        if child_sum is None:
            torch.mul(outputs, alpha, out=out)
        else:
            torch.mul(child_sum, beta, out=out).add_(outputs, alpha=alpha)


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
        self.model = model
        self.batch_size = batch_size

    def outputs(self, frame_idx: Tensor) -> Tensor:
        probabilities = call_model(
            self.model, self.features, frame_idx, self.class_count, self.batch_size
        )
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
        self.models = list(models)
        self.n_max = len(self.models)
        self.batch_size = batch_size

    def outputs(self, frame_idx: Tensor) -> Tensor:
        model = self.models[frame_idx.shape[1] - 1]
        return call_model(model, self.features, frame_idx, self.class_count, self.batch_size)

    def scores(self, outputs: Tensor, out: Tensor | None = None) -> Tensor:
        return scores_of_logits(outputs, self.score, out)


def check_probabilities(outputs: Tensor, frame_count: int) -> None:
    """Raise `InputError` unless what a model said of `frame_count` frames are probabilities."""
    if not bool(((outputs >= -1e-4) & (outputs <= 1 + 1e-4)).all()):
        raise InputError(
            "A variable-length model should return probabilities, but some of what it returned "
            f"for subsequences of {frame_count} frames lies outside [0, 1] or is not a "
            "number: end the model with a softmax (or say that its outputs are logits, where "
            "that is an option)."
        )


def call_model(
    model: Model, features: Tensor, frame_idx: Tensor, class_count: int, batch_size: int
) -> Tensor:
    """Subsequences (R, k) of V videos through a model, `batch_size` at a time: (R, V, C) float32.

    A call never mixes videos, so that what a video gets does not depend on its neighbours. What the
    model is given is a copy, which it may overwrite.
    Raises `InputError` when the model does not return (N, C).
    """
    outputs = torch.empty(len(frame_idx), len(features), class_count, device=features.device)
    for video, elements in enumerate(features):
        for start in range(0, len(frame_idx), batch_size):
            chunk = frame_idx[start : start + batch_size]
            with torch.inference_mode():
                answer = torch.as_tensor(model(elements[chunk]))
            if answer.shape != (len(chunk), class_count):
                raise InputError(
                    f"The model returned the shape {tuple(answer.shape)} for {len(chunk)} "
                    f"subsequences of {frame_idx.shape[1]} frames; expected "
                    f"{(len(chunk), class_count)}, one row of class scores each."
                )
            outputs[start : start + batch_size, video] = answer
    return outputs
