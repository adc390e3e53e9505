"""Processes that work side by side for one job."""

import multiprocessing
from concurrent.futures import ProcessPoolExecutor


def process_pool(workers: int) -> ProcessPoolExecutor:
    """A pool of forked processes.

    Other ways to start a process run the caller's main script again, which a job's script is not
    made for.
    """
    return ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("fork"))
