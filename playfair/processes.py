"""Processes that work side by side for one job."""

import multiprocessing
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from typing import Any


def process_pool(
    workers: int, prepare: Callable[..., None] | None = None, *arguments: Any
) -> ProcessPoolExecutor:
    """A pool of forked processes, each of which first calls `prepare` with `arguments`.

    Other ways to start a process run the caller's main script again, which a job's script is not
    made for.
    """
    return ProcessPoolExecutor(
        workers,
        mp_context=multiprocessing.get_context("fork"),
        initializer=prepare,
        initargs=arguments,
    )
