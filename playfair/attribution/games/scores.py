"""What is shared out over the frames: probabilities, logits or log-odds of the classes, and priors.

A score of the model on a subsequence and the prior, which is the score of the empty one, must be
in the same unit; the functions here convert both.
"""

from typing import cast, get_args

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import Tensor

from playfair.attribution.result import ROUNDING_TOLERANCE as ROUNDING_TOLERANCE
from playfair.attribution.result import Score
from playfair.errors import InputError

PRIOR_TOLERANCE = 1e-4
"""How far from 1 the sum of the priors may be."""


def check_score(score: str) -> Score:
    """The same word; raises `InputError` for a unit that is not one of `Score`."""
    if score not in get_args(Score):
        raise InputError(f"Unknown score {score!r}: choose one of {', '.join(get_args(Score))}.")
    return cast(Score, score)


def scores_of_logits(logits: Tensor, score: Score, out: Tensor | None = None) -> Tensor:
    """Logits (..., C) -> scores (..., C) in the unit `score`."""
    if score == "probability":
        return torch.softmax(logits, dim=-1, out=out)
    if score == "logit":
        return torch.sub(logits, logits.mean(dim=-1, keepdim=True), out=out)
    shifted = logits - logits.amax(dim=-1, keepdim=True)
    return shifted - _log_of_others(shifted.exp())


def scores_of_probabilities(probabilities: Tensor, score: Score) -> Tensor:
    """Probabilities (..., C) -> scores (..., C) in the unit `score`.

    Probabilities below the smallest normal number count as that number in logarithms.
    """
    if score == "probability":
        return probabilities
    log = probabilities.clamp_min(torch.finfo(probabilities.dtype).tiny).log()
    if score == "logit":
        return log - log.mean(dim=-1, keepdim=True)
    return log - _log_of_others(probabilities)


def _log_of_others(weights: Tensor) -> Tensor:
    """log of the sum of the other classes' weights (..., C).

    The largest weight is left out before summing, not subtracted afterwards: near certainty the
    difference would cancel to nothing.
    """
    largest = weights.argmax(dim=-1, keepdim=True)
    top = weights.gather(-1, largest)
    rest = weights.scatter(-1, largest, 0.0).sum(dim=-1, keepdim=True)
    others = (rest - weights).clamp_min(0.0) + top
    others = others.scatter(-1, largest, rest)
    return others.clamp_min(torch.finfo(weights.dtype).tiny).log()


def as_priors(priors: ArrayLike | None) -> Tensor | str:
    """Priors as given: a float32 tensor (C,) of its own memory, or "uniform".

    Raises `InputError` for anything else than one list of numbers.
    """
    if isinstance(priors, str):
        if priors != "uniform":
            raise InputError(f"Unknown priors {priors!r}: give one per class, or 'uniform'.")
        return priors
    try:
        if isinstance(priors, Tensor):
            prior = priors.detach().to(torch.float32, copy=True)
        else:
            prior = torch.from_numpy(np.array(priors, dtype=np.float32))
    except (TypeError, ValueError, RuntimeError) as error:
        raise InputError(
            f"Priors are {type(priors).__name__} that is no array of numbers: give one probability "
            "per class, or 'uniform'."
        ) from error
    if priors is None or prior.ndim != 1 or len(prior) == 0:
        found = "None" if priors is None else f"of the shape {tuple(prior.shape)}"
        raise InputError(
            f"Priors are {found}: give one list (C,) of one probability per class, or 'uniform'."
        )
    return prior


def prior_probabilities(
    priors: ArrayLike, class_count: int, device: torch.device | str = "cpu"
) -> Tensor:
    """Priors as given, (C,) probabilities or "uniform" -> (C,) float32.

    Raises `InputError` when there are not C of them, when one lies outside [0, 1], or when they do
    not sum to 1 within PRIOR_TOLERANCE.
    """
    given = as_priors(priors)
    if isinstance(given, str):
        return torch.full((class_count,), 1.0 / class_count, device=device)
    prior = given.to(device)
    if len(prior) != class_count:
        raise InputError(
            f"There are {len(prior)} priors, but {class_count} classes: give one prior for each "
            "class of the model."
        )
    if not bool(((prior >= 0) & (prior <= 1)).all()):
        raise InputError(
            "Priors are class probabilities between 0 and 1; found values from "
            f"{float(prior.min()):.4g} to {float(prior.max()):.4g}."
        )
    total = float(prior.sum(dtype=torch.float64))
    if abs(total - 1) > PRIOR_TOLERANCE:
        raise InputError(
            f"Priors are class probabilities, but they sum to {total:.6g}: divide them by their "
            "sum, or give those of the model's classes only."
        )
    return prior


def prior_scores(prior: Tensor, score: Score) -> Tensor:
    """Prior probabilities (C,) -> the scores of the empty subsequence (C,).

    Raises `InputError` when a class with prior 0 would get an infinite score.
    """
    if score != "probability" and bool((prior == 0).any()):
        missing = int((prior == 0).nonzero()[0])
        raise InputError(
            f"Class {missing} has a prior of 0, so its {score} is infinite: explain probabilities, "
            "or give priors without zeros, such as 'uniform'."
        )
    return scores_of_probabilities(prior, score)


def probabilities_of_scores(scores: Tensor, score: Score) -> Tensor:
    """Scores (..., C) in the unit `score` of all classes -> probabilities (..., C)."""
    if score == "probability":
        return scores
    return torch.softmax(scores, dim=-1) if score == "logit" else torch.sigmoid(scores)
