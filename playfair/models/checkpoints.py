"""Checkpoints: the weights of a network in a file, with plain attributes beside them.

A checkpoint is a dict with the state dict under "state_dict" (ours, and some released ones) or
"model" (other released ones), or it is the state dict itself (torchvision's, and safetensors). It
is read with weights_only, so that it can run no code; docs/checkpoints.md says what to do about
files that cannot be read so. Those that we write carry a hash of all that they hold, which is
compared when they are read: torch itself notices no changed weight.
"""

import argparse
import hashlib
import io
import re
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

import torch
from torch import Tensor, nn

from playfair.errors import InputError
from playfair.files import written_whole

Network = TypeVar("Network", bound=nn.Module)

STATE_DICT_KEYS = ("state_dict", "model")
HASH = "sha256"
PREFIXES = ("module.", "_orig_mod.", "model.", "backbone.")
"""Of keys: what DataParallel, torch.compile, Lightning and networks with a backbone put there."""
_MOST_PARTS = 50
LAST_LAYER = ("last_linear.weight", "last_linear.bias")
_REFUSED_GLOBAL = re.compile(r"GLOBAL `?([\w.]+)")


def save_checkpoint(path: str | Path, model: nn.Module, **attributes: Any) -> None:
    """Write {"state_dict": weights of `model` on the CPU, **attributes} to `path`.

    Attributes are plain values (numbers, strings, lists, dicts of them), so that the file can be
    read with weights_only. The same weights and attributes give the same bytes.
    """
    for name in ("state_dict", HASH):
        if name in attributes:
            raise InputError(f"An attribute of a checkpoint cannot be called {name!r}.")
    state_dict = {key: value.detach().cpu() for key, value in model.state_dict().items()}
    save_whole(path, {"state_dict": state_dict, **attributes})


def save_whole(path: str | Path, content: Mapping[str, Any]) -> None:
    """Write tensors and plain values, whole or not at all, with the hash of all of them.

    The same ones give the same bytes.
    """
    # Saved to a buffer because torch stores the file's name, here a temporary one, in the file.
    buffer = io.BytesIO()
    torch.save({**content, HASH: content_hash(content)}, buffer)
    with written_whole(path) as temporary:
        temporary.write_bytes(buffer.getbuffer())


def load_whole(path: str | Path) -> dict[str, Any]:
    """What `save_whole` wrote, or another program, on the CPU; without the hash.

    Raises:
        InputError: if the file is missing, no checkpoint, or not what was written.
    """
    content = _load(path)
    expected = content.pop(HASH, None)
    if isinstance(expected, str) and expected != content_hash(content):
        raise InputError(
            f"The checkpoint {path} is damaged (its weights are not those whose hash it states): "
            "delete it, if the workflow has trained it, and run again; else save it again."
        )
    return content


def content_hash(content: Mapping[str, Any]) -> str:
    """SHA-256, in hexadecimal, over tensors, and plain values in dicts, lists and tuples."""
    digest = hashlib.sha256()
    waiting: list[Any] = [content]
    while waiting:
        value = waiting.pop()
        if isinstance(value, Tensor):
            flat = value.detach().cpu().contiguous().reshape(-1)
            digest.update(f"{value.dtype}{tuple(value.shape)}".encode())
            digest.update(flat.view(torch.uint8).numpy().data)
        elif isinstance(value, Mapping):
            digest.update(f"{len(value)}:{list(value)!r}".encode())
            waiting += value.values()
        elif isinstance(value, list | tuple):
            digest.update(f"{type(value).__name__}{len(value)}".encode())
            waiting += value
        else:
            digest.update(f"{value!r},".encode())
    return digest.hexdigest()


def load_state_dict(path: str | Path) -> dict[str, Tensor]:
    """The state dict of a checkpoint, on the CPU.

    A "module." before every key, which DataParallel leaves there, is taken off.
    Raises `InputError` when the file is missing, is no checkpoint, or holds no state dict.
    """
    state_dict = _state_dict(path, load_whole(path))
    while state_dict and all(key.startswith("module.") for key in state_dict):
        state_dict = {key.removeprefix("module."): value for key, value in state_dict.items()}
    return state_dict


def load_weights(model: Network, path: str | Path) -> Network:
    """Put the weights of the checkpoint at `path` into `model`; return it in eval mode.

    Raises `InputError` that names the keys and shapes that do not agree.
    """
    return put_weights(model, load_state_dict(path), f"The checkpoint {path}")


def load_initial_weights(model: Network, path: str | Path) -> Network:
    """As `load_weights`, for weights to train on from: another task's last layer is left out.

    Where `last_linear` has another shape in the file, `model` keeps its own, random one.
    """
    found = _adapted(model, load_state_dict(path), f"The file of weights {path}")
    own = model.state_dict()
    if any(key in found and found[key].shape != own[key].shape for key in own.keys() & LAST_LAYER):
        found |= {key: own[key] for key in LAST_LAYER}
    return put_weights(model, found, f"The file of weights {path}", adapt=False)


def put_weights(
    model: Network, found: Mapping[str, Tensor], source: str, adapt: bool = True
) -> Network:
    """Put a state dict into `model`, which comes back in eval mode.

    A network with a method `adapt_state_dict` first gives foreign keys its own names. The counters
    of batch normalisation (`num_batches_tracked`), which old files lack, matter in no result.

    Args:
        source: how the error begins, for example "The checkpoint head.pt".

    Raises:
        InputError: keys or shapes that do not agree, with both, or weights that are no finite
            numbers.
    """
    found = _adapted(model, found, source) if adapt else dict(found)
    expected = model.state_dict()
    for key, value in expected.items():
        if key.endswith("num_batches_tracked"):
            found.setdefault(key, value)
    _check_keys(found, expected, source, type(model).__name__)
    for key, value in found.items():
        if value.shape != expected[key].shape:
            raise InputError(
                f"{source} holds {key} of shape {tuple(value.shape)}, but the network "
                f"{type(model).__name__} expects {tuple(expected[key].shape)}."
            )
    check_finite_weights(found, source)
    # Keeps the versions of the layers' formats, which some torchvision networks insist on.
    expected.update(found)
    model.load_state_dict(expected)
    return model.eval()


def check_finite_weights(weights: Mapping[str, Tensor], source: str) -> None:
    """Raise `InputError`, which begins with `source`, if a weight is NaN or infinite."""
    for key, value in weights.items():
        bad = value.numel() - int(torch.isfinite(value).sum())
        if bad:
            raise InputError(
                f"{source} holds {key} with {bad} of {value.numel()} weights that are NaN or "
                "infinite: save it again from a training that has not diverged."
            )


def _adapted(model: nn.Module, found: Mapping[str, Tensor], source: str) -> dict[str, Tensor]:
    """The weights under the network's own keys: all, or those below a prefix where these fit."""
    adapt = getattr(model, "adapt_state_dict", dict)
    needed = {key for key in model.state_dict() if not key.endswith("num_batches_tracked")}
    for part in islice(_parts(found), _MOST_PARTS):
        with suppress(InputError):
            adapted = dict(adapt(dict(part)))
            if needed <= adapted.keys():
                return adapted
    try:
        return dict(adapt(dict(found)))
    except InputError as error:
        raise InputError(f"{source} does not fit: {error}") from error


def _parts(found: Mapping[str, Tensor]) -> Iterator[Mapping[str, Tensor]]:
    """The weights themselves, then those below each of `PREFIXES`, and below several of them."""
    waiting = deque([found])
    while waiting:
        part = waiting.popleft()
        yield part
        for prefix in PREFIXES:
            below = {
                key.removeprefix(prefix): value
                for key, value in part.items()
                if key.startswith(prefix)
            }
            if below:
                waiting.append(below)


def _check_keys(
    found: Mapping[str, Tensor], expected: Mapping[str, Tensor], source: str, network: str
) -> None:
    differences = []
    for problem, keys, weights in (
        ("lacks", [key for key in expected if key not in found], expected),
        ("has the unexpected", [key for key in found if key not in expected], found),
    ):
        if keys:
            first = ", ".join(f"{key} {tuple(weights[key].shape)}" for key in keys[:2])
            more = f" ... ({len(keys)} in all)" if len(keys) > 2 else ""
            differences.append(f"{problem} weights {first}{more}")
    if differences:
        raise InputError(
            f"{source} is not one of the network {network}: it {' and '.join(differences)}."
        )


def _load(path: str | Path) -> dict[str, Any]:
    try:
        if Path(path).suffix == ".safetensors":
            return _load_safetensors(path)
        # Scripts save their arguments beside the weights: a bag of values, which runs nothing.
        with torch.serialization.safe_globals([argparse.Namespace]):
            checkpoint = torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError as error:
        raise InputError(f"The checkpoint {path} does not exist.") from error
    except InputError:
        raise
    # A dozen kinds, of torch, zipfile and pickle, for files that mislead them.
    except Exception as error:
        raise InputError(_refusal(path, str(error))) from error
    if not isinstance(checkpoint, dict):
        raise InputError(
            f"The checkpoint {path} holds a {type(checkpoint).__name__}, expected a dict with "
            f"'state_dict' or 'model'."
        )
    return checkpoint


def _load_safetensors(path: str | Path) -> dict[str, Any]:
    # Comes with the extra `transformers`.
    try:
        from safetensors.torch import load_file
    except ImportError as error:
        raise InputError(
            f"The checkpoint {path} needs the package safetensors: install playfair[transformers]"
        ) from error
    return dict(load_file(path))


def _refusal(path: str | Path, reason: str) -> str:
    refused = _REFUSED_GLOBAL.search(reason)
    if refused:
        return (
            f"The checkpoint {path} cannot be read safely, since it holds "
            f"{refused.group(1)} where only tensors and plain values are allowed: convert it in "
            f"isolation, as docs/checkpoints.md says."
        )
    if Path(path).is_file():
        with Path(path).open("rb") as file:
            if file.read(512).lstrip().startswith(b"<"):
                return (
                    f"The checkpoint {path} is a web page, not weights: "
                    f"look at it, the link that it came from may be dead."
                )
    return (
        f"The checkpoint {path} is not a file of weights that can be read safely (it may be "
        f"cut short): save it with playfair.models.checkpoints.save_checkpoint or torch.save."
    )


def _is_state_dict(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(entry, Tensor) for entry in value.values())


def _state_dict(path: str | Path, checkpoint: dict[str, Any]) -> dict[str, Tensor]:
    for state_dict in (*(checkpoint.get(key) for key in STATE_DICT_KEYS), checkpoint):
        if state_dict is not None and _is_state_dict(state_dict):
            return dict(state_dict)
    found = ", ".join(str(key) for key in list(checkpoint)[:5]) or "nothing"
    raise InputError(
        f"The checkpoint {path} holds no weights under 'state_dict' or 'model'; found {found}."
    )
