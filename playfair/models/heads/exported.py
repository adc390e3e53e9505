"""Models exported to TorchScript files, whose loading runs no Python code.

Why TorchScript, though torch calls it deprecated: `torch.export.load`, for .pt2 files, unpickles
without restriction, evaluates expressions and guards as Python code, and calls functions by name
(torch 2.14; its documentation warns of untrusted files), and it fixes the number of frames of a
recurrent model. A TorchScript archive is read by torch's own restricted unpickler, in C++, which
builds tensors, numbers, strings and TorchScript objects only, and its code runs in an interpreter
that knows torch's operators and no Python. Few of these operators reach files (torch.save,
from_file) or other processes; a program that names one of them is refused before anything of it
runs. What is left to a program is to be wrong, to be slow and to take memory.
"""

import re
import warnings
import zipfile
from pathlib import Path

import torch
from torch import Tensor, nn

from playfair.errors import InputError

FORBIDDEN = re.compile(
    r"\b(?:save|from_file|load_tensor|rpc_\w+|torch\.classes)\b"
    r"|\bops\b(?!\.(?:aten|prim|torchvision)\b)"
    r"|\bgetattr\([^)\n]*\\"
)
"""Operators that reach files or other processes, wherever they are named, and what could hide them:
operators from elsewhere, and names that are written with escapes."""


class ExportedHead(nn.Module):
    """A TorchScript program, run as it is at every call.

    Torch would otherwise watch the first calls and rewrite the program for those that follow, whose
    results could then differ in their last bits.
    """

    def __init__(self, program: nn.Module) -> None:
        super().__init__()
        self.program = program

    def forward(self, features: Tensor) -> Tensor:
        """Features (N, k, D) -> (N, C)."""
        with torch.jit.optimized_execution(False):
            return self.program(features)


def load_exported(path: str | Path) -> ExportedHead:
    """The model in a TorchScript file, on the CPU and in eval mode.

    Raises:
        InputError: if there is no such file, if it is no TorchScript archive, or if its program
            names an operator that reaches beyond the model.
    """
    if not Path(path).is_file():
        raise InputError(f"The exported model {path} does not exist: expected a TorchScript file")
    _check_program(path)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", category=FutureWarning, message=".*deprecated")
        try:
            program = torch.jit.load(str(path), map_location="cpu")
        except RuntimeError as error:
            raise InputError(
                f"The exported model {path} cannot be loaded ({_last_line(error)}): export it "
                f"again with this version of torch, {torch.__version__}"
            ) from error
    return ExportedHead(program).eval()


def _check_program(path: str | Path) -> None:
    """Refuse what is no TorchScript archive, and programs that could reach beyond the model."""
    code: dict[str, str] = {}
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            code = {
                name: archive.read(name).decode("utf-8", errors="replace")
                for name in archive.namelist()
                if "/code/" in name and name.endswith(".py")
            }
    if not code:
        raise InputError(
            f"The exported model {path} is not a TorchScript file: write it with torch.jit.save "
            "(.pt2 files of torch.export are not read, because reading them can run any code)"
        )
    for name, text in code.items():
        found = FORBIDDEN.search(text)
        if found:
            raise InputError(
                f"The exported model {path} is refused, because its program ({name}) uses "
                f"{found[0]!r}, which could reach files or other processes: export it without"
            )


def _last_line(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[-1] if lines else type(error).__name__
