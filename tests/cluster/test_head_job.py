"""The head as a Slurm job of its own, as docs/cluster.md describes it."""

import re
import sys

from tests.cluster.head import QUICK
from tests.commands import wait_until
from tests.workflow.project import PROJECT, TINY, copy_run
from tests.workflow.same_results import same_content

PRIORS = "results/tiny/class_priors.csv"


def test_head_runs_as_a_job(slurm, tiny_run, tmp_path):
    run = copy_run(tiny_run, tmp_path / "project")
    page = (PROJECT / "docs/cluster.md").read_text().replace("\\\n", " ")
    (line,) = re.findall(r"^    sbatch (.*) --wrap ", page, re.M)
    head = (sys.executable, "-m", "snakemake", PRIORS, *TINY, *QUICK)
    command = " ".join((*head, "--workflow-profile profiles/slurm --forcerun compute_class_priors"))
    places = ("--parsable", f"--chdir={run}", f"--output={run}/head.log")
    job = slurm.run("sbatch", *line.split(), *places, "--wrap", f"exec {command}").strip()
    wait_until(lambda: job not in slurm.run("squeue", "-h", "-o", "%i").split(), "no end")
    said = (run / "head.log").read_text()
    assert "1 of 1 steps (100%) done" in said, said
    assert same_content(run / PRIORS, tiny_run / PRIORS)
    assert {head["JobState"] for head in slurm.jobs("head")} == {"COMPLETED"}
