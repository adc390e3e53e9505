"""Processes of one job: those that work side by side, and how all of them end with it."""

import ctypes
import faulthandler
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any

from playfair.files import remove_unfinished

GRACE_SECONDS = 3.0
"""How long a job that is asked to end may take to do so by itself."""
_ENDED = "ended from outside: cancelled, preempted or out of time"
_WATCH_SECONDS = 1.0
_PR_SET_PDEATHSIG = 1


@contextmanager
def process_pool(
    workers: int, prepare: Callable[..., None] | None = None, *arguments: Any
) -> Iterator[ProcessPoolExecutor]:
    """A pool of forked processes, each of which first calls `prepare` with `arguments`.

    They end with the process that makes them, however that ends, and at once if the block is left
    by an exception. Other ways to start a process run the caller's main script again, which a job's
    script is not made for.
    """
    pool = ProcessPoolExecutor(
        workers,
        multiprocessing.get_context("fork"),
        _begin,
        (os.getpid(), prepare, arguments),
    )
    try:
        yield pool
    except BaseException:
        # None once the pool has broken. There is no public way to end what runs.
        for process in list((pool._processes or {}).values()):
            process.kill()
        pool.shutdown(cancel_futures=True)
        raise
    pool.shutdown()


def _begin(parent: int, prepare: Callable[..., None] | None, arguments: tuple[Any, ...]) -> None:
    belong_to(parent)
    if prepare is not None:
        prepare(*arguments)


def run_alone(work: Callable[[], object]) -> int:
    """Do work that may crash in a forked process, whose results and exceptions are lost.

    Returns:
        0 if it comes to an end; what it ends the process with; -n where signal n does.
    """
    process = multiprocessing.get_context("fork").Process(target=_do, args=(os.getpid(), work))
    process.start()
    process.join()
    return process.exitcode or 0


def _do(parent: int, work: Callable[[], object]) -> None:
    belong_to(parent)
    # What crashes is told in a sentence by the one who asked.
    faulthandler.disable()
    with suppress(Exception):
        work()
    # Nothing of the parent, such as its open files, is to be tidied up here.
    os._exit(0)


def belong_to(parent: int) -> None:
    """Make a forked process end with its parent, and at once by a SIGTERM.

    An interrupt from the keyboard, which reaches all of them, is the parent's to attend to.
    """
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with(parent, signal.SIGKILL)


def end_with(parent: int, number: signal.Signals) -> None:
    """Send this process a signal as soon as its parent is not `parent` any more."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, number)
        if os.getppid() != parent:
            os.kill(os.getpid(), number)
    else:
        threading.Thread(target=_watch, args=(parent, number), daemon=True).start()


def _watch(parent: int, number: signal.Signals) -> None:
    while os.getppid() == parent:
        time.sleep(_WATCH_SECONDS)
    os.kill(os.getpid(), number)


def end_when_asked() -> None:
    """Let a SIGTERM end this process the way an error does: what is half written is removed.

    A scheduler that cancels a job sends one; so does the system, where it can, when the process
    that started this one has gone. Python attends to a signal between two of its own steps only:
    while a call into a library such as torch lasts, a thread ends the process.
    """
    receiver, sender = os.pipe()
    os.set_blocking(sender, False)
    signal.set_wakeup_fd(sender, warn_on_full_buffer=False)
    signal.signal(signal.SIGTERM, _end)
    threading.Thread(target=_end_while_busy, args=(receiver,), daemon=True).start()
    end_with(os.getppid(), signal.SIGTERM)


def _end(number: int, _: FrameType | None) -> None:
    signal.signal(number, signal.SIG_IGN)
    print(_ENDED, file=sys.stderr)
    sys.exit(128 + number)


def _end_while_busy(receiver: int) -> None:
    while signal.SIGTERM not in os.read(receiver, 64):
        pass
    time.sleep(GRACE_SECONDS)
    for child in multiprocessing.active_children():
        child.kill()
        child.join()
    remove_unfinished()
    print(f"{_ENDED}; it was busy", file=sys.stderr)
    sys.stderr.flush()
    os._exit(128 + signal.SIGTERM)
