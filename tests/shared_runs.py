"""Finished runs that tests share, also between the processes that run them side by side."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.forked_programs import locked

PROJECT_NAME = "my pröject"
"""Runs lie in a folder as people have them, with a space and more than ASCII in its name."""


def made_once(
    tmp_path_factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]
) -> Path:
    """The folder `name`/`PROJECT_NAME`, which `make` makes where the first test asks for it.

    The other processes of pytest-xdist wait for the one that makes it. Raises `RuntimeError` in
    those if it failed.
    """
    base = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        base = base.parent
    folder = base / name
    with locked(folder):
        if not (folder / "made").exists():
            if folder.exists():
                raise RuntimeError(f"another process of the tests failed to make the run {name!r}")
            folder.mkdir()
            make(folder / PROJECT_NAME)
            (folder / "made").touch()
    return folder / PROJECT_NAME
