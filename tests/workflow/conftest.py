"""A run on videos such as a user has, shared by the tests that need one."""

import pytest

from tests.shared_runs import made_once
from tests.workflow.own_videos import write_own_videos
from tests.workflow.pages import run_section
from tests.workflow.project import copy_project, sample_little


@pytest.fixture(scope="session")
def custom_run(tmp_path_factory):
    """A copy of the project that has explained someone's own videos, as the page says; not to be
    changed."""

    def make(folder):
        sample_little(copy_project(folder))
        write_own_videos(folder / "datasets/mine", unlabelled=["odd", "vfr"])
        run_section(folder, "docs/your-own.md", "Your own videos")

    return made_once(tmp_path_factory, "custom", make)
