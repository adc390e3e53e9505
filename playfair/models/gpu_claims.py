"""How jobs on one machine share its GPUs: each claims one by a lock that ends with the job."""

import fcntl
import os
import re
import sys
from pathlib import Path

_locks: list[int] = []


def claim_gpus(count: int, visible: str | None, folder: Path, wanted: int = 1) -> list[int]:
    """The indices of GPUs that no other process has claimed, locked until this process ends.

    The lock is on a file of this user in `folder`, named by the physical device; the system
    releases it however the process ends. There may be fewer than wanted. When all are claimed, one
    is shared, chosen by the number of the process, and standard error says so.

    Args:
        count: of the visible GPUs. visible: CUDA_VISIBLE_DEVICES, None where it is not set.
    """
    names = visible.split(",") if visible else [str(index) for index in range(count)]
    claimed: list[int] = []
    for index, name in enumerate(names[:count]):
        plain_name = re.sub(r"[^\w-]", "_", name.strip())
        if len(claimed) < wanted and _lock(
            folder / f"playfair-{os.getuid()}-gpu-{plain_name}.lock"
        ):
            claimed.append(index)
    if claimed:
        return claimed
    shared = os.getpid() % count
    print(f"all {count} GPUs are taken by other jobs: sharing GPU {names[shared]}", file=sys.stderr)
    return [shared]


def _lock(path: Path) -> bool:
    """Lock a file, made if needed, for the rest of the process, unless another one holds it."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return False
    _locks.append(descriptor)
    return True
