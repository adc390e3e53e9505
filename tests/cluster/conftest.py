"""One throw-away Slurm for all tests of this folder."""

import pytest

from tests.cluster.slurmbox import Slurmbox, missing_requirement


@pytest.fixture(scope="session")
def slurm():
    """A running Slurm, stopped at the end whatever happens."""
    reason = missing_requirement()
    if reason:
        pytest.skip(reason)
    box = Slurmbox()
    try:
        box.start()
        yield box
    finally:
        box.stop()
