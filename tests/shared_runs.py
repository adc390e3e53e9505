"""Finished runs that tests share, also between the processes that run them side by side."""

import fcntl
import os
from collections.abc import Callable
from pathlib import Path

import pytest


def made_once(
    tmp_path_factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]
) -> Path:
    """The folder `name`/project, which `make` makes where the first test asks for it.

    The other processes of pytest-xdist wait for the one that makes it. Raises `RuntimeError` in
    those if it failed.
    """
    base = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        base = base.parent
    folder = base / name
    with open(base / f"{name}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "made").exists():
            if folder.exists():
                raise RuntimeError(f"another process of the tests failed to make the run {name!r}")
            folder.mkdir()
            make(folder / "project")
            (folder / "made").touch()
    return folder / "project"
