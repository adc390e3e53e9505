"""What a job says: to the terminal as it is, and to its log without control characters."""

import os
import socket
import sys
from pathlib import Path
from types import TracebackType
from typing import TextIO

from playfair.errors import InputError
from playfair.processes import end_when_asked


class Tee:
    """A text stream that writes to a terminal and to a log file.

    Of a progress bar, which redraws its line after a carriage return, the log keeps the last state.
    """

    encoding = "utf-8"

    def __init__(self, terminal: TextIO, log: TextIO):
        self._terminal = terminal
        self._log = log
        self._line = ""

    def write(self, text: str) -> int:
        self._terminal.write(text)
        *lines, self._line = (self._line + text).split("\n")
        for line in lines:
            self._log.write(_last_state(line) + "\n")
        return len(text)

    def flush(self) -> None:
        self._terminal.flush()
        self._log.flush()

    def isatty(self) -> bool:
        return self._terminal.isatty()

    def fileno(self) -> int:
        return self._terminal.fileno()


def _last_state(line: str) -> str:
    states = [state for state in line.split("\r") if state.strip()]
    text = states[-1].replace("\x1b[A", "") if states else ""
    return "".join(character for character in text if character.isprintable()).rstrip()


def log_to(path: str | Path) -> None:
    """Send standard error to the terminal and to a log at `path`, for the rest of the process.

    The log's first line says where the job runs. An :class:`InputError` that nobody catches ends
    the process with its sentence, not a traceback. A SIGTERM leaves nothing half written
    (`playfair.processes.end_when_asked`).
    """
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    log = Path(path).open("w", encoding="utf-8", buffering=1)
    log.write(f"{_whereabouts()}\n")
    sys.stderr = Tee(sys.stderr, log)
    sys.excepthook = _print_sentence
    end_when_asked()


def _whereabouts() -> str:
    job = os.environ.get("SLURM_JOB_ID")
    node = os.environ.get("SLURMD_NODENAME") or socket.gethostname()
    gpus = os.environ.get("CUDA_VISIBLE_DEVICES")
    return (
        (f"job {job}" if job else f"process {os.getpid()}")
        + f" on {node}"
        + (f", GPU {gpus}" if gpus else "")
    )


def _print_sentence(
    kind: type[BaseException], error: BaseException, traceback: TracebackType | None
) -> None:
    if issubclass(kind, InputError):
        print(f"error: {error}", file=sys.stderr)
    else:
        sys.__excepthook__(kind, error, traceback)
