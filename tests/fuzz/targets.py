"""Targets: how many cases each takes, what may come of a case, and what came of them all."""

import multiprocessing
import os
import re
import resource
from collections import Counter
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings

from playfair.errors import InputError
from tests.commands import HANGING_SECONDS

EXAMPLES = Path(__file__).parent / "examples"
TIMES = int(os.environ.get("PLAYFAIR_FUZZ", "0"))
"""How many times the usual cases, with other seeds; 0: the usual ones, always the same."""
LONGEST_SENTENCE = 1000
CPU_SECONDS = 60
"""Of one case: a file of a few kilobytes that takes longer hangs."""
MEMORY_BYTES = 4 << 30
READ = "read"
ALONE = ["tests.fuzz.test_hdf5", "tests.fuzz.test_exported_models"]
"""Modules whose readers are called in processes of their own."""

_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload(ALONE)

counts: Counter[tuple[str, str]] = Counter()
"""Cases by target and outcome: READ, or the sentence without what is of one case only."""


def cases(usual: int) -> settings:
    """The settings of a target's test: decorate it with `@cases(n)` below `@given`.

    `usual` is for `make test`: some ten seconds of CPU for each target.
    """
    return settings(
        max_examples=usual * max(TIMES, 1),
        derandomize=not TIMES,
        database=None,
        deadline=None,
        print_blob=True,
        suppress_health_check=list(HealthCheck),
    )


def saved_examples(target: str) -> list[Path]:
    """Files that were read wrongly once."""
    return sorted(path for path in (EXAMPLES / target).glob("*") if path.name != "failing")


def outcome(target: str, content: bytes, read: Callable[[], Any]) -> Any:
    """What a reader makes of a file with this content; None where it refuses it in one sentence.

    A reader may return text, which is counted as the outcome. Whatever else it raises fails the
    test, and the content is kept as examples/<target>/failing: rename it to what is wrong with it,
    and it is read by every run of the tests from then on.
    """
    try:
        value = read()
        kind = value if isinstance(value, str) else READ
    except InputError as error:
        try:
            value, kind = None, shape_of(str(error))
        except AssertionError:
            _keep(target, content)
            raise
    except BaseException:
        _keep(target, content)
        raise
    counts[target, kind] += 1
    return value


def outcome_alone(target: str, content: bytes, read: Callable[[], object]) -> str:
    """As `outcome`, in a process of its own: for readers whose C libraries may crash or hang.

    read: a function of a module, or a `partial` of one. Its process is forked from one that has
    imported the modules of `ALONE` and nothing else: the tests' own holds far more, all of which
    the kernel would have to make room for, and to give back, for each case.

    Returns:
        READ, or the sentence. More than CPU_SECONDS or MEMORY_BYTES fails the test.
    """
    receiver, sender = _processes.Pipe(duplex=False)
    process = _processes.Process(target=_report, args=(sender, read))
    process.start()
    sender.close()
    try:
        said = receiver.recv() if receiver.poll(HANGING_SECONDS) else "hangs"
    except EOFError:
        said = "ends"
    process.kill()
    process.join()
    receiver.close()

    def tell() -> str:
        if isinstance(said, InputError):
            raise said
        assert said == READ, f"the reader {said} (exit code {process.exitcode})"
        return READ

    return outcome(target, content, tell) or str(said)


def _report(sender: Connection, read: Callable[[], object]) -> None:
    in_use = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (in_use + MEMORY_BYTES,) * 2)
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS,) * 2)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    said: object = READ
    try:
        read()
    except InputError as error:
        said = InputError(str(error))
    except BaseException as error:
        said = f"raises {type(error).__name__}: {error}"
    sender.send(said)
    sender.close()
    os._exit(0)


def shape_of(sentence: str) -> str:
    """A sentence without what it says of one case; it has to be one, and printable."""
    assert sentence.strip() and sentence.isprintable(), repr(sentence)
    assert len(sentence) <= LONGEST_SENTENCE, sentence
    plain = re.sub(r"(?<!\w)'[^']*'|\"[^\"]*\"|/\S+|-?\d[\d.,e+-]*", "*", sentence)
    return plain if len(plain) < 90 else f"{plain[:86]} ..."


def _keep(target: str, content: bytes) -> None:
    path = EXAMPLES / target / "failing"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
