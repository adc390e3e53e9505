"""Processes that work side by side for one job."""

import multiprocessing
import signal
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from typing import Any


def process_pool(
    workers: int, prepare: Callable[..., None] | None = None, *arguments: Any
) -> ProcessPoolExecutor:
    """A pool of forked processes, each of which first calls `prepare` with `arguments`.

    A SIGTERM ends them at once.

    Other ways to start a process run the caller's main script again, which a job's script is not
    made for.
    """
    return ProcessPoolExecutor(
        workers,
        multiprocessing.get_context("fork"),
        _begin,
        (prepare, arguments),
    )


def _begin(prepare: Callable[..., None] | None, arguments: tuple[Any, ...]) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if prepare is not None:
        prepare(*arguments)
