"""From a user's model to the game that it plays: heads are recognised, callables taken as is."""

import copy
from collections.abc import Sequence
from typing import cast

import torch
from numpy.typing import ArrayLike
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm
from torch.nn.modules.dropout import _DropoutNd

from playfair.attribution.games.calls import Model, ask
from playfair.attribution.games.game import (
    Game,
    MultiScaleGame,
    ProbabilityScalesGame,
    VariableLengthGame,
)
from playfair.attribution.games.head_games import TRNGame, TSNGame
from playfair.attribution.games.masking import MaskedModel, MaskingGame
from playfair.attribution.games.recognition import are_plain_trns, is_plain_tsn
from playfair.attribution.games.scores import as_priors
from playfair.attribution.limits import DEFAULT_BATCH_SIZE
from playfair.attribution.result import Score
from playfair.errors import InputError
from playfair.models.devices import resolve_device
from playfair.models.heads.own_heads import AveragedProbabilities
from playfair.models.heads.tsn_trn import TRN, TSN


def make_game(
    model: Model | Sequence[Model],
    features: Tensor,
    priors: ArrayLike,
    score: Score = "probability",
    batch_size: int = DEFAULT_BATCH_SIZE,
) -> Game:
    """The game that `model` plays on features (V, n, ...).

    A `TSN` head and a list of `TRN` heads (the s-th takes s frames) get their closed forms, if that
    is exactly what they are (see `playfair.attribution.games.recognition`); subclasses and heads
    that were changed are called. Any other callable is a variable-length model, (N, k, ...) ->
    (N, C) probabilities for any k >= 1 (a softmax is put behind a subclass of `TSN` that returns
    logits); any other list of callables holds single-scale models, the s-th (N, s, ...) -> (N, C)
    logits.
    priors: (C,) class probabilities or "uniform"; to learn C for "uniform", a plain callable is
    called once on one frame. batch_size: most subsequences in one call of a plain callable. A
    `MaskedModel` plays the masking game, in which that is the number of masked clips in one call.
    """
    if batch_size < 1:
        raise InputError(f"batch_size counts subsequences and is at least 1, not {batch_size}.")
    priors = as_priors(priors)
    models = _models(model)
    if is_plain_tsn(model):
        return TSNGame(cast(TSN, model), features, priors, score)
    if isinstance(model, AveragedProbabilities):
        class_count = _class_count(models[0], features[:1, :1], priors)
        return ProbabilityScalesGame(models, features, priors, class_count, score, batch_size)
    if not callable(model) or isinstance(model, nn.ModuleList):
        if are_plain_trns(models):
            return TRNGame(cast(list[TRN], models), features, priors, score)
        class_count = _class_count(models[0], features[:1, :1], priors)
        return MultiScaleGame(models, features, priors, class_count, score, batch_size)
    if isinstance(model, MaskedModel):
        class_count = _class_count(model, model.frames_of(features[:1]), priors)
        return MaskingGame(model, features, priors, class_count, score, batch_size)
    if isinstance(model, TSN):
        model = _of_probabilities(model, features[:1, :1])
    class_count = _class_count(model, features[:1, :1], priors)
    return VariableLengthGame(model, features, priors, class_count, score, batch_size)


def place_model(
    model: Model | Sequence[Model], device: torch.device | str | None
) -> tuple[Model | Sequence[Model], torch.device]:
    """The model on `device`, and that device; None stands for where the model's parameters are.

    A network that has to move is copied, so that the caller's own stays where it is. A callable
    that is no `torch.nn.Module` is taken to be at home on the device already.
    """
    models = _models(model)
    for single in models:
        _check_not_training(single)
    if device is None:
        networks = [single for single in models if isinstance(single, nn.Module)]
        parameters = (parameter for network in networks for parameter in network.parameters())
        first = next(parameters, None)
        return model, torch.device("cpu") if first is None else first.device
    target = resolve_device(device)
    placed = [_on_device(single, target) for single in models]
    if isinstance(model, AveragedProbabilities):
        return AveragedProbabilities(placed), target
    return (placed if isinstance(model, (list, tuple, nn.ModuleList)) else placed[0]), target


def _check_not_training(model: Model) -> None:
    """Refuse a network that says of itself that it draws random numbers, or mixes a batch's rows.

    What draws without saying so is found out when it is called, see `CheckedModel`.
    """
    if not isinstance(model, nn.Module):
        return
    for module in model.modules():
        if module.training and (_draws(module) or isinstance(module, _BatchNorm)):
            raise InputError(
                f"The model is in training mode, in which its {type(module).__name__} gives other "
                "scores at every call: call model.eval() first."
            )


def _draws(module: nn.Module) -> bool:
    if isinstance(module, _DropoutNd):
        return module.p > 0
    if isinstance(module, nn.RNNBase):
        return module.dropout > 0 and module.num_layers > 1
    return isinstance(module, nn.RReLU) or (
        isinstance(module, nn.MultiheadAttention) and module.dropout > 0
    )


def _of_probabilities(head: TSN, subsequence: Tensor) -> Model:
    """A head that is no plain TSN, with the softmax that a TSN leaves out, unless it has one."""
    answer = ask(head, subsequence.clone())
    if bool((answer >= 0).all()) and bool((answer.sum(dim=-1) - 1).abs().max() <= 1e-4):
        return head
    return lambda frames: torch.softmax(head(frames), dim=-1)


def _models(model: Model | Sequence[Model]) -> list[Model]:
    """The model alone, or the single-scale models of a list."""
    if callable(model) and not isinstance(model, nn.ModuleList):
        return [model]
    if not isinstance(model, list | tuple | nn.ModuleList):
        raise InputError(
            f"A model is a callable or a list of callables, not {type(model).__name__}."
        )
    models = list(model)
    if not models or not all(callable(single) for single in models):
        raise InputError("A multi-scale model is a list of callables, one per number of frames.")
    return models


def _on_device(model: Model, device: torch.device) -> Model:
    if not isinstance(model, nn.Module):
        return model
    if all(parameter.device == device for parameter in model.parameters()):
        return model
    return copy.deepcopy(model).to(device)


def _class_count(model: Model, subsequence: Tensor, priors: Tensor | str) -> int:
    """The number of classes, from the priors or from what the model says of one subsequence."""
    if isinstance(priors, Tensor):
        return len(priors)
    return ask(model, subsequence.clone()).shape[1]
