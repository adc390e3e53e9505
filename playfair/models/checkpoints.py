"""Checkpoints: the weights of a network in a file, with plain attributes beside them.

A checkpoint is a dict with the state dict under "state_dict" (ours, and some released ones) or
"model" (other released ones). It is read with weights_only, so that it can run no code.
"""

import io
import pickle
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from playfair.errors import InputError
from playfair.files import written_whole

STATE_DICT_KEYS = ("state_dict", "model")


def save_checkpoint(path: str | Path, model: nn.Module, **attributes: Any) -> None:
    """Write {"state_dict": weights of `model` on the CPU, **attributes} to `path`.

    Attributes are plain values (numbers, strings, lists, dicts of them), so that the file can be
    read with weights_only. The same weights and attributes give the same bytes.
    """
    if "state_dict" in attributes:
        raise InputError("An attribute of a checkpoint cannot be called 'state_dict'.")
    state_dict = {key: value.detach().cpu() for key, value in model.state_dict().items()}
    # Saved to a buffer because torch stores the file's name, here a temporary one, in the file.
    buffer = io.BytesIO()
    torch.save({"state_dict": state_dict, **attributes}, buffer)
    with written_whole(path) as temporary:
        temporary.write_bytes(buffer.getvalue())


def load_state_dict(path: str | Path) -> dict[str, Tensor]:
    """The state dict of a checkpoint, on the CPU.

    Raises `InputError` when the file is missing, is no checkpoint, or holds no state dict.
    """
    return _state_dict(path, _load(path))


def load_attributes(path: str | Path) -> dict[str, Any]:
    """What a checkpoint holds beside its state dict."""
    checkpoint = _load(path)
    _state_dict(path, checkpoint)
    return {key: value for key, value in checkpoint.items() if key not in STATE_DICT_KEYS}


def load_weights(model: nn.Module, path: str | Path) -> nn.Module:
    """Put the weights of the checkpoint at `path` into `model`; return it in eval mode.

    Raises `InputError` that names the keys or the two shapes that do not agree.
    """
    found = load_state_dict(path)
    expected = model.state_dict()
    for problem, keys in (
        ("lacks", [key for key in expected if key not in found]),
        ("has the unexpected", [key for key in found if key not in expected]),
    ):
        if keys:
            raise InputError(
                f"The checkpoint {path} {problem} weights {', '.join(keys[:3])}"
                f"{' ...' if len(keys) > 3 else ''} ({len(keys)} in all) for the network "
                f"{type(model).__name__}: is it the checkpoint of another one?"
            )
    for key, value in found.items():
        if value.shape != expected[key].shape:
            raise InputError(
                f"The checkpoint {path} holds {key} of shape {tuple(value.shape)}, but the network "
                f"{type(model).__name__} expects {tuple(expected[key].shape)}."
            )
    model.load_state_dict(found)
    return model.eval()


def _load(path: str | Path) -> dict[str, Any]:
    try:
        checkpoint = torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError as error:
        raise InputError(f"The checkpoint {path} does not exist.") from error
    except (RuntimeError, EOFError, OSError, pickle.UnpicklingError) as error:
        raise InputError(
            f"The checkpoint {path} is not a file of weights that can be read safely: "
            f"save it with playfair.models.checkpoints.save_checkpoint or torch.save of tensors."
        ) from error
    if not isinstance(checkpoint, dict):
        raise InputError(
            f"The checkpoint {path} holds a {type(checkpoint).__name__}, expected a dict with "
            f"'state_dict' or 'model'."
        )
    return checkpoint


def _state_dict(path: str | Path, checkpoint: dict[str, Any]) -> dict[str, Tensor]:
    for key in STATE_DICT_KEYS:
        state_dict = checkpoint.get(key)
        if isinstance(state_dict, dict) and all(
            isinstance(value, Tensor) for value in state_dict.values()
        ):
            return dict(state_dict)
    found = ", ".join(str(key) for key in list(checkpoint)[:5]) or "nothing"
    raise InputError(
        f"The checkpoint {path} holds no weights under 'state_dict' or 'model'; found {found}."
    )
