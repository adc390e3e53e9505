"""Models exported to TorchScript files, whose loading runs no Python code.

Why TorchScript, though torch calls it deprecated: `torch.export.load`, for .pt2 files, unpickles
without restriction, evaluates expressions and guards as Python code, and calls functions by name
(torch 2.14; its documentation warns of untrusted files), and it fixes the number of frames of a
recurrent model. A TorchScript archive is read by torch's own restricted unpickler, in C++, which
builds tensors, numbers, strings and TorchScript objects only, and its code runs in an interpreter
that knows torch's operators and no Python. Few of these operators reach files (torch.save,
from_file) or other processes; a program that names one of them, or spells a name in a way that
could hide one, is refused before anything of it runs. What is left to a program is to be wrong, to
be slow and to take memory.

The archive is looked through with the reader by which torch loads it, since another reader can see
other entries: torch finds them whatever the case of their letters. docs/security.md says the rest.
"""

import re
import resource
import signal
import warnings
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from playfair.errors import InputError, printable
from playfair.processes import run_alone

FORBIDDEN = re.compile(
    r"\b(?:save|from_file|load_tensor|rpc_\w+|torch\.classes)\b"
    r"|\bops\b(?!\.(?:aten|prim|torchvision)\b)"
    r'|\bgetattr\b(?!\(\w+(?:\.\w+)*, "[^"\\\n]*"\))',
    re.ASCII,
)
"""Operators that reach files or other processes, wherever they are named, operators from elsewhere,
and what could spell them otherwise: any getattr but those that torch writes, getattr(self, "0")."""

FOREIGN_CLASS = re.compile(rb"torch[.\n]classes")
"""An object of a class in C++, as a pickle names it."""

NAME = re.compile(r"(?!.*\.\.)[\w.+-]+(?:/[\w.+-]+)*", re.ASCII)
MOST_CODE_BYTES = 1 << 26
"""Of all programs of an archive; torch compresses these, and nothing else."""

MOST_LETTERS = 300
"""Of torch's own words in a sentence."""
LOADING_SECONDS = 600
"""Of a processor; a program may do something when it is loaded, for ever."""


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
        with torch.jit.optimized_execution(False):  # type: ignore[attr-defined]
            output: Tensor = self.program(features)
        return output


def load_exported(path: str | Path) -> ExportedHead:
    """The model in a TorchScript file, on the CPU and in eval mode.

    Raises:
        InputError: if there is no such file, if it is no TorchScript archive, or if its program
            names an operator that reaches beyond the model.
    """
    if not Path(path).is_file():
        raise InputError(f"The exported model {path} does not exist: expected a TorchScript file")
    try:
        _check_program(path)
        _check_loading(path)
        program = _load(path)
    except InputError:
        raise
    # A dozen kinds, for files that were made to mislead.
    except Exception as error:
        raise InputError(
            f"The exported model {path} cannot be loaded ({_last_line(error)}): export it "
            f"again with this version of torch, {torch.__version__}"
        ) from error
    return ExportedHead(program).eval()


def _load(path: str | Path) -> nn.Module:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", category=FutureWarning, message=".*deprecated")
        program: nn.Module = torch.jit.load(str(path), map_location="cpu")
    return program


def _check_loading(path: str | Path) -> None:
    """Load the model in a process of its own, which a program may crash that nests too deeply."""
    code = run_alone(partial(_load_within_limits, path))
    if code:
        raise InputError(
            f"The exported model {path} ends the process that loads it "
            f"({signal.Signals(-code).name if code < 0 else code}): export it again with this "
            f"version of torch, {torch.__version__}"
        )


def _load_within_limits(path: str | Path) -> None:
    for limit, most in ((resource.RLIMIT_CPU, LOADING_SECONDS), (resource.RLIMIT_CORE, 0)):
        allowed = resource.getrlimit(limit)[1]
        if allowed == resource.RLIM_INFINITY or allowed > most:
            resource.setrlimit(limit, (most, allowed))
    _load(path)


def _check_program(path: str | Path) -> None:
    """Refuse what is no TorchScript archive, and programs that could reach beyond the model."""
    archive, names = _archive(path)
    code = [name for name in names if name.lower().endswith(".py")]
    if not any(name.lower().startswith("code/") for name in code):
        raise InputError(
            f"The exported model {path} is not a TorchScript file: write it with torch.jit.save "
            "(.pt2 files of torch.export are not read, because reading them can run any code)"
        )
    _check_entries(path, archive, names)
    for name in code:
        found = FORBIDDEN.search(archive.get_record(name).decode("utf-8", errors="replace"))
        if found:
            raise InputError(
                f"The exported model {path} is refused, because its program ({name}) uses "
                f"{found[0]!r}, which could reach files or other processes: export it without"
            )
    for name in names:
        if name.lower().endswith("pkl") and FOREIGN_CLASS.search(archive.get_record(name)):
            raise InputError(
                f"The exported model {path} is refused, because it holds an object of a class of "
                f"torch.classes ({name}), which could reach beyond the model: export it without"
            )


def _archive(path: str | Path) -> tuple[Any, list[str]]:
    """Torch's own reader of an archive, and the names of its entries; none if it is no archive."""
    with open(path, "rb") as file:
        if file.read(4) != b"PK\x03\x04":
            return None, []
    try:
        archive = torch._C.PyTorchFileReader(str(path))
        return archive, archive.get_all_records()
    except RuntimeError:
        return None, []


def _check_entries(path: str | Path, archive: Any, names: Sequence[str]) -> None:
    """Refuse entries that torch could look up in two ways, and those that unpack to very much."""
    seen: set[str] = set()
    code_bytes = other_bytes = 0
    for name in names:
        # Torch cuts a name off at a zero byte, and where it is very long, when it lists it.
        if not NAME.fullmatch(name) or not archive.has_record(name):
            raise InputError(
                f"The exported model {path} is refused, because of the name of its entry {name!r}: "
                "write it with torch.jit.save"
            )
        if name.lower() in seen:
            raise InputError(
                f"The exported model {path} is refused, because it holds the entry {name!r} twice "
                "(letter case does not count): write it with torch.jit.save"
            )
        seen.add(name.lower())
        size = archive.get_record_size(name)
        if name.lower().endswith((".py", ".debug_pkl")):
            code_bytes += size
        else:
            other_bytes += size
    most = {"programs": (code_bytes, MOST_CODE_BYTES), "data": (other_bytes, _size(path))}
    for what, (found, allowed) in most.items():
        if found > allowed:
            raise InputError(
                f"The exported model {path} is refused, because its {what} would unpack to {found} "
                f"bytes, expected at most {allowed}: write it with torch.jit.save"
            )


def _size(path: str | Path) -> int:
    return Path(path).stat().st_size


def _last_line(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return printable(lines[-1])[:MOST_LETTERS] if lines else type(error).__name__
