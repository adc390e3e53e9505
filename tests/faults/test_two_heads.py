"""Two Snakemakes started at once in one directory: the second says so and harms nothing."""

import signal
import subprocess
import sys

from tests.cluster.slurmbox import wait_until
from tests.workflow.project import TINY, snakemake
from tests.workflow.same_results import differences

FEATURES = "results/tiny/features/small/validation.h5"


def test_second_head_says_that_the_directory_is_locked(run, tiny_run):
    options = (*TINY, "--forcerun", "extract_features")
    command = [sys.executable, "-m", "snakemake", FEATURES, "--cores", "2", *options]
    with (run / "first.log").open("w") as log:
        first = subprocess.Popen(command, cwd=run, stdout=log, stderr=log)
    locks = run / ".snakemake" / "locks"
    try:
        wait_until(lambda: any(locks.glob("*.lock")), 200, "the first took no lock")
        # Held until the second has tried, so that it cannot end before.
        first.send_signal(signal.SIGSTOP)
        second = snakemake(run, *options, target=FEATURES)
        first.send_signal(signal.SIGCONT)
        assert first.wait(timeout=300) == 0, (run / "first.log").read_text()
    finally:
        first.kill()
        first.wait()
    assert second.returncode != 0
    assert (
        "Error: Directory cannot be locked. Please make sure that no other Snakemake process"
        in (second.stderr)
    )
    assert "Traceback" not in second.stderr
    assert differences(run / "results", tiny_run / "results") == []
