"""Processes that work side by side for one job."""

import multiprocessing
import signal
from concurrent.futures import ProcessPoolExecutor


def process_pool(workers: int) -> ProcessPoolExecutor:
    """A pool of forked processes, which a SIGTERM ends at once.

    Other ways to start a process run the caller's main script again, which a job's script is not
    made for.
    """
    return ProcessPoolExecutor(
        workers,
        multiprocessing.get_context("fork"),
        signal.signal,
        (signal.SIGTERM, signal.SIG_DFL),
    )
