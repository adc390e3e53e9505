"""Commands that tests run and what they wait for, with one limit, against hanging alone."""

import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

HANGING_SECONDS = 3600.0
"""What lasts longer hangs: at least ten times what anything takes on an idle machine of two cores.

A busy machine must not fail a test, so that no test has a limit of its own.
"""


def run_command(
    command: Sequence[str | Path],
    folder: Path | None = None,
    environment: Mapping[str, str] | None = None,
    **options: bool,
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, whatever its exit code, and capture what it says.

    environment: the whole one, that of the tests by default. options: more of `subprocess.run`.
    """
    return subprocess.run(
        command,
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=HANGING_SECONDS,
        check=False,
        **options,
    )


def wait_until(condition: Callable[[], bool], complaint: str | Callable[[], str]) -> None:
    """Wait until a condition holds; raise `TimeoutError` with a complaint if it never does."""
    end = time.monotonic() + HANGING_SECONDS
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(complaint if isinstance(complaint, str) else complaint())
        time.sleep(0.2)


def mind_interrupts() -> None:
    """For `preexec_fn`: what a shell runs in the background ignores interrupts, and so would its
    children."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
