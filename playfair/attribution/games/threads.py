"""How many threads small work takes.

Threads that share work of a few milliseconds wait for each other again and again, and where other
processes keep the cores busy they wait for long: one thread alone is then several times faster, and
on idle cores hardly slower.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import torch

SMALL_WORK = 2**19
"""Numbers (class scores of subsets) that one thread computes alone: some five milliseconds."""


@contextmanager
def threads_for(score_count: int) -> Iterator[None]:
    """One thread for the block if it computes few scores; the number of before afterwards."""
    threads = torch.get_num_threads()
    if threads == 1 or score_count > SMALL_WORK:
        yield
        return
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)
