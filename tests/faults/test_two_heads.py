"""Two Snakemakes started at once in one directory: the second says so and harms nothing."""

import subprocess
import sys

from tests.commands import HANGING_SECONDS, wait_until
from tests.workflow.project import TINY, held, snakemake
from tests.workflow.same_results import differences

FEATURES = "results/tiny/features/small/validation.h5"


def test_second_head_says_that_the_directory_is_locked(run, tiny_run):
    options = (*TINY, "--forcerun", "extract_features")
    command = [sys.executable, "-m", "snakemake", FEATURES, "--cores", "2", *options]
    locks = run / ".snakemake" / "locks"
    with (run / "first.log").open("w") as log, held(run, "extract_features"):
        first = subprocess.Popen(command, cwd=run, stdout=log, stderr=log)
        wait_until(lambda: any(locks.glob("*.lock")), "the first took no lock")
        second = snakemake(run, *options, target=FEATURES)
    assert first.wait(HANGING_SECONDS) == 0, (run / "first.log").read_text()
    assert second.returncode != 0
    assert (
        "Error: Directory cannot be locked. Please make sure that no other Snakemake process"
        in (second.stderr)
    )
    assert "Traceback" not in second.stderr
    assert differences(run / "results", tiny_run / "results") == []
