"""The scores of whole sequences: read off a game, or computed so that they have gradients."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from playfair.attribution.exact.shapley import exact_values
from playfair.attribution.games.game import (
    Game,
    MultiScaleGame,
    ProbabilityScalesGame,
    VariableLengthGame,
    check_finite,
)
from playfair.attribution.games.head_games import TRNGame, TSNGame
from playfair.attribution.games.lattice import lattice_level
from playfair.attribution.games.scores import scores_of_logits, scores_of_probabilities
from playfair.attribution.result import Score
from playfair.errors import InputError
from playfair.models.heads.tsn_trn import TRN

MOST_MULTI_SCALE_FRAMES = 10
"""A multi-scale model runs on all subsets of the frames, with a gradient through each."""


def whole_scores(game: Game) -> Tensor:
    """Scores (V, C) of all frames, in the game's unit; without gradients."""
    if game.n_max is not None:
        return exact_values(game, torch.zeros(1, dtype=torch.int64, device=game.device)).scores
    with torch.inference_mode():
        frames = torch.arange(game.n_frames, device=game.device)
        scores = game.scores(game.outputs(frames[None]))
    check_finite(scores, 1)
    return scores[0]


def differentiable_scores(game: Game, as_logits: bool) -> Callable[[Tensor], Tensor]:
    """The function from videos (N, n, ...) to their scores (N, C), with gradients.

    as_logits: give logits (of probabilities their logarithm), not scores in the game's unit.
    Raises `InputError` where a multi-scale model would run on too many subsets.
    """
    if game.n_max is None and not isinstance(game, TSNGame):
        assert isinstance(game, VariableLengthGame)
        model = game.model.model

        def of_probabilities(videos: Tensor) -> Tensor:
            # A model may overwrite what it is given.
            probabilities = model(videos.clone())
            if as_logits:
                return probabilities.clamp_min(torch.finfo(probabilities.dtype).tiny).log()
            return scores_of_probabilities(probabilities, game.score)

        return of_probabilities
    if isinstance(game, ProbabilityScalesGame):
        mean = _mean_outputs(game)
        unit: Score = "logit" if as_logits else game.score
        return lambda videos: scores_of_probabilities(mean(videos), unit)
    logits = _logits(game)
    if as_logits:
        return logits
    return lambda videos: scores_of_logits(logits(videos), game.score)


def _logits(game: Game) -> Callable[[Tensor], Tensor]:
    if isinstance(game, TSNGame):
        classifier = game.head.classifier
        return lambda videos: classifier(torch.relu(videos)).mean(dim=1)
    return _mean_outputs(game)


def _mean_outputs(game: Game) -> Callable[[Tensor], Tensor]:
    """The mean over scales, and over the subsets of each, of what a multi-scale game averages."""
    assert game.n_max is not None
    if game.n_frames > MOST_MULTI_SCALE_FRAMES:
        raise InputError(
            f"Gradients of a multi-scale model are computed up to {MOST_MULTI_SCALE_FRAMES} "
            f"frames, because it runs on all subsets of them; asked for {game.n_frames}: explain "
            "fewer frames, or use a method without gradients."
        )
    scales = range(1, min(game.n_frames, game.n_max) + 1)

    def mean_outputs(videos: Tensor) -> Tensor:
        return torch.stack([_scale_outputs(game, scale, videos) for scale in scales]).mean(dim=0)

    return mean_outputs


def _scale_outputs(game: Game, scale: int, videos: Tensor) -> Tensor:
    """The mean over all subsets of `scale` frames of the outputs of a single scale: (N, C)."""
    subsets = lattice_level(game.n_frames, scale, str(game.device)).frame_idx.long()
    if isinstance(game, TRNGame):
        return _trn_logits(game.heads[scale - 1], videos, subsets)
    assert isinstance(game, MultiScaleGame)
    model = game.models[scale - 1].model
    chosen = videos[:, subsets]
    outputs: Tensor = model(chosen.flatten(0, 1).clone()).unflatten(0, chosen.shape[:2])
    if isinstance(game, ProbabilityScalesGame):
        outputs = torch.softmax(outputs, dim=-1)
    return outputs.mean(dim=1)


def _trn_logits(head: TRN, videos: Tensor, subsets: Tensor) -> Tensor:
    """As the head gives them, from one product for each frame and position: (N, C)."""
    first, last = (layer for layer in head.modules() if isinstance(layer, nn.Linear))
    elements = torch.relu(videos) if head.relu_input else videos
    weight = first.weight.view(head.hidden_dim, head.n_frames, head.feature_dim)
    products = torch.einsum("vnd,hsd->vnsh", elements, weight)
    places = torch.arange(head.n_frames, device=videos.device)
    hidden = torch.relu(products[:, subsets, places].sum(dim=2) + first.bias)
    logits: Tensor = last(hidden.mean(dim=1))
    return logits
