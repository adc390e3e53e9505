"""Shared by all tests: a finished tiny run, and what is left out where something is missing.

In CI (PLAYFAIR_CI=1) a skip counts as a failure. Tests marked `gpu` are not skipped where there is
no GPU but left out.
"""

import gc
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.shared_runs import made_once
from tests.workflow.project import TINY, copy_project, snakemake

pytest_plugins = ["tests.refusals"]

# Hypothesis fails what takes longer than it likes: a busy machine would fail tests.
settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")


LONGEST_FIRST = ("cluster", "workflow", "faults", "fuzz", "browser", "processes")
"""Folders of tests; after them come those of single modules."""


def _place_of_folder(path: Path) -> int:
    places = (place for place, folder in enumerate(LONGEST_FIRST) if folder in path.parts)
    return next(places, len(LONGEST_FIRST))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    report = yield
    if report.skipped and os.environ.get("PLAYFAIR_CI") == "1":
        report.outcome = "failed"
        report.longrepr = f"skipped in CI, where nothing may be missing: {report.longrepr}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[object]:
    # What is imported stays: to look for garbage in it, then and later, takes a tenth of the time.
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    # What takes minutes first, so that nothing is left to wait for at the end; files stay whole.
    items.sort(key=lambda item: _place_of_folder(item.path))
    on_gpu = [item for item in items if item.get_closest_marker("gpu")]
    if not on_gpu:
        return
    import torch  # takes seconds, which most runs can do without

    if not torch.cuda.is_available():
        config.hook.pytest_deselected(items=on_gpu)
        items[:] = [item for item in items if item not in on_gpu]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name what is missing here, once and by what it takes to have it."""
    reasons = Counter(
        report.longrepr[2].removeprefix("Skipped: ")
        for report in terminalreporter.stats.get("skipped", [])
    )
    if reasons:
        terminalreporter.section("skipped here")
    for reason, count in reasons.items():
        terminalreporter.line(f"{count} tests: {reason}")


@pytest.fixture(scope="session")
def tiny_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project with the finished tiny run in it; not to be changed."""

    def make(folder: Path) -> None:
        copy_project(folder)
        run = snakemake(folder, *TINY)
        assert run.returncode == 0, run.stdout + run.stderr
        (folder / "run.log").write_text(run.stderr)

    return made_once(tmp_path_factory, "tiny", make)


@pytest.fixture(scope="session")
def shown_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """results/shown of a small run with hostile names, for the dashboard; not to be changed."""
    # Here, because torch takes seconds to load, which most runs can do without.
    from tests.shown_run import write_shown_run

    return made_once(tmp_path_factory, "shown", write_shown_run) / "results/shown"
