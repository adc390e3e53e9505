"""The device that networks run on."""

import torch

from playfair.errors import InputError


def resolve_device(device: str | torch.device = "auto") -> torch.device:
    """The torch device of that name; "auto" is the GPU if there is one, and the CPU otherwise.

    Raises `InputError` for a name that torch does not know and for a GPU that is not there.
    """
    if device == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        resolved = torch.device(device)
    except RuntimeError as error:
        raise InputError(
            f"Unknown device {device!r}: expected 'auto', 'cpu', 'cuda' or 'cuda:<number>'."
        ) from error
    if resolved.type == "cuda" and (resolved.index or 0) >= torch.cuda.device_count():
        raise InputError(
            f"The device {device!r} is not available here "
            f"({torch.cuda.device_count()} GPUs found): choose 'auto' or 'cpu'."
        )
    return resolved
