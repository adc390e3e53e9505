"""The device that networks run on."""

import os
import tempfile
from functools import cache
from pathlib import Path

import torch

from playfair.errors import InputError
from playfair.models.gpu_claims import claim_gpus


def resolve_device(device: str | torch.device = "auto") -> torch.device:
    """The torch device of that name; "auto" is a GPU if there is one, and the CPU otherwise.

    "auto" and "cuda" take a GPU that no other process of this user has taken in this way, and keep
    it until the process ends; see :mod:`playfair.models.gpu_claims`.

    Raises `InputError` for a name that torch does not know and for a GPU that is not there.
    """
    if device == "auto" and not torch.cuda.is_available():
        return torch.device("cpu")
    try:
        resolved = torch.device("cuda" if device == "auto" else device)
    except RuntimeError as error:
        raise InputError(
            f"Unknown device {device!r}: expected 'auto', 'cpu', 'cuda' or 'cuda:<number>'."
        ) from error
    if resolved.type == "cuda" and (resolved.index or 0) >= torch.cuda.device_count():
        raise InputError(
            f"The device {device!r} is not available here "
            f"({torch.cuda.device_count()} GPUs found): choose 'auto' or 'cpu'."
        )
    if resolved.type == "cuda" and resolved.index is None:
        return torch.device("cuda", _claimed_gpus(torch.cuda.device_count(), 1)[0])
    return resolved


def resolve_devices(device: str = "auto", gpus: int = 1) -> list[torch.device]:
    """Devices for work that several can share: as `resolve_device`, but up to `gpus` GPUs.

    A device that is named by its number stays alone.
    """
    if device not in ("auto", "cuda") or not torch.cuda.is_available():
        return [resolve_device(device)]
    claimed = _claimed_gpus(torch.cuda.device_count(), max(gpus, 1))
    return [torch.device("cuda", index) for index in claimed]


@cache
def _claimed_gpus(count: int, wanted: int) -> list[int]:
    """The GPUs of this process, of `count`, claimed at the first call."""
    if count <= wanted and "SLURM_JOB_ID" in os.environ:
        # Slurm has chosen, and may call every job's first device 0.
        return list(range(count))
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    return claim_gpus(count, visible, Path(tempfile.gettempdir()), wanted)
