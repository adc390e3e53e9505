"""The head: Snakemake, as a user starts it on a login node, submitting to a test's Slurm."""

import re
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from tests.cluster.slurmbox import Slurmbox
from tests.commands import HANGING_SECONDS, mind_interrupts
from tests.workflow.project import TINY

# A test's jobs take seconds: ask after them more often than users should.
QUICK = ("--slurm-init-seconds-before-status-checks", "1", "--latency-wait", "60")


class Head:
    """A running Snakemake that submits to Slurm through the project's profile.

    variables: what it, and its jobs, have more in their environment.
    """

    def __init__(
        self,
        slurm: Slurmbox,
        folder: Path,
        target: str,
        *options: str,
        variables: Mapping[str, str] | None = None,
    ):
        self._output = folder / "head.log"
        command = [sys.executable, "-m", "snakemake", target, *TINY]
        command += ["--workflow-profile", "profiles/slurm", *QUICK, *options]
        with self._output.open("w") as output:
            self._process = subprocess.Popen(
                command,
                cwd=folder,
                env={**slurm.environment, **(variables or {})},
                stdout=output,
                stderr=output,
                preexec_fn=mind_interrupts,
            )

    def send(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    def wait(self) -> int:
        """Wait for its end; return its exit code."""
        return self._process.wait(HANGING_SECONDS)

    @property
    def said(self) -> str:
        return self._output.read_text()

    @property
    def run_id(self) -> str:
        """The name that all Slurm jobs of this head have."""
        found = re.search(r"SLURM run ID: (\S+)", self.said)
        assert found, self.said
        return found[1]

    def __enter__(self) -> "Head":
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(HANGING_SECONDS)
            self._process.kill()
            self._process.wait()


def run_head(
    slurm: Slurmbox,
    folder: Path,
    target: str,
    *options: str,
    variables: Mapping[str, str] | None = None,
) -> Head:
    """Run Snakemake to its end, which has to be a success."""
    with Head(slurm, folder, target, *options, variables=variables) as head:
        assert head.wait() == 0, head.said
    return head
