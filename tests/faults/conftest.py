"""A finished tiny run to do harm to."""

import pytest

from tests.workflow.project import copy_run


@pytest.fixture
def run(tiny_run, tmp_path):
    return copy_run(tiny_run, tmp_path / "project")
