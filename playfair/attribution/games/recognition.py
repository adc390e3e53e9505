"""Which heads are exactly what the games of TSN and TRN take them for.

Those games do not call a head; they do its sums themselves. That is right only for a head of the
very class, with layers of the very types, without hooks or parametrizations. Such a head is also
called once, on random features, and has to agree; all others are played as plain callables.
"""

from collections.abc import Sequence
from typing import Any, cast
from weakref import WeakKeyDictionary

import torch
from torch import Tensor, nn
from torch.nn.modules import module as torch_module

from playfair.attribution.games.game import Game
from playfair.attribution.games.head_games import TRNGame, TSNGame, check_heads, linear_layers
from playfair.models.heads.tsn_trn import TRN, TSN

HEAD_TOLERANCE = 1e-3
"""How far a head's own output may lie from its closed form on random features, as a share of the
largest output: sums in another order differ by less, another activation by more."""

_agreed: WeakKeyDictionary[nn.Module, tuple[object, ...]] = WeakKeyDictionary()
"""What a head was like when it was last called and agreed: a call reads all of its weights."""


def is_plain_tsn(model: object) -> bool:
    """Whether `TSNGame` gives what this model gives."""
    if not (type(model) is TSN and _untouched(model, TSN) and _is_linear(model.classifier)):
        return False
    return _agreed.get(model) == _looks(model) or _agree([model])


def are_plain_trns(models: Sequence[object]) -> bool:
    """Whether `TRNGame` gives what these models, of 1, 2, 3, ... frames, give.

    Raises `InputError` for TRN heads that do not fit together.
    """
    heads = [model for model in models if type(model) is TRN]
    if not heads or len(heads) < len(models) or not all(map(_is_perceptron, heads)):
        return False
    check_heads(heads)
    return all(_agreed.get(head) == _looks(head) for head in heads) or _agree(heads)


def _is_perceptron(head: TRN) -> bool:
    layers = head.model
    if not (_untouched(head, TRN) and _untouched(layers, nn.Sequential) and len(layers) == 4):
        return False
    dropout, first, activation, last = cast(Sequence[Any], layers)
    drops = dropout.training and dropout.p > 0 if _untouched(dropout, nn.Dropout) else True
    return not drops and _untouched(activation, nn.ReLU) and _is_linear(first) and _is_linear(last)


def _is_linear(layer: nn.Module) -> bool:
    if not _untouched(layer, nn.Linear) or layer.bias is None:
        return False
    return layer.weight.dtype == layer.bias.dtype == torch.float32


def _untouched(module: nn.Module, kind: type[nn.Module]) -> bool:
    """Whether a call of the module is a call of its class's `forward`, and of nothing else."""
    hooks = (
        module._forward_hooks,
        module._forward_pre_hooks,
        torch_module._global_forward_hooks,
        torch_module._global_forward_pre_hooks,
    )
    return type(module) is kind and not any(hooks) and "forward" not in vars(module)


def _looks(head: TSN | TRN) -> tuple[object, ...]:
    """What decides how a head computes, apart from the numbers in its weights.

    Taken from its layers one by one: the list of its parameters takes longer than their shapes.
    """
    layers = [head.classifier] if isinstance(head, TSN) else linear_layers(head)
    weights = [layer.weight for layer in layers]
    shapes = [weight.shape for weight in weights]
    return (*shapes, weights[0].device, getattr(head, "relu_input", None))


@torch.inference_mode()
def _agree(heads: Sequence[Any]) -> bool:
    """Whether closed forms and heads say the same of random frames, one more for each head."""
    generator = torch.Generator().manual_seed(0)
    frames = torch.randn(1, len(heads), heads[0].feature_dim, generator=generator)
    frames = frames.to(next(heads[0].parameters()).device)
    try:
        game: Game = (
            TSNGame(heads[0], frames, "uniform")
            if isinstance(heads[0], TSN)
            else TRNGame(heads, frames, "uniform")
        )
        for count, head in enumerate(heads, start=1):
            places = torch.arange(count, device=frames.device)[None]
            if not _close(game.outputs(places)[0], head(frames[:, :count].clone())):
                return False
    except RuntimeError:
        # Layers that do not fit the sizes that the head states: its own call will say so.
        return False
    _agreed.update((head, _looks(head)) for head in heads)
    return True


def _close(found: Tensor, expected: Tensor) -> bool:
    difference = (found - expected).abs().max()
    # Heads whose weights are not numbers are refused elsewhere, with a sentence.
    return not bool(difference > HEAD_TOLERANCE * expected.abs().max())
