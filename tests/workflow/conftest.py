"""One run of the whole tiny workflow from scratch, shared by all tests of the workflow."""

import pytest

from tests.workflow.own_videos import write_own_videos
from tests.workflow.pages import run_section
from tests.workflow.project import TINY, copy_project, snakemake


@pytest.fixture(scope="session")
def tiny_run(tmp_path_factory):
    """A copy of the project with the finished tiny run in it; not to be changed."""
    folder = copy_project(tmp_path_factory.mktemp("tiny") / "project")
    run = snakemake(folder, *TINY)
    assert run.returncode == 0, run.stdout + run.stderr
    (folder / "run.log").write_text(run.stderr)
    return folder


@pytest.fixture(scope="session")
def custom_run(tmp_path_factory):
    """A copy of the project that has explained someone's own videos, as the page says; not to be
    changed."""
    folder = copy_project(tmp_path_factory.mktemp("custom") / "project")
    write_own_videos(folder / "datasets/mine", unlabelled=["odd", "vfr"])
    run_section(folder, "docs/your-own.md", "Your own videos")
    return folder
