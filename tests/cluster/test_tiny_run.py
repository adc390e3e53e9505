"""The whole tiny workflow through the Slurm profile: GPUs where they belong, the same results."""

import json
import re

import pytest

from tests.cluster.head import run_head
from tests.forked_programs import forking_environment
from tests.shared_runs import made_once
from tests.workflow.project import copy_project
from tests.workflow.same_results import differences
from tests.workflow.test_profiles import rules_that_run_a_network
from tests.workflow.test_tiny_run import rules_in_the_workflow

RULES = rules_in_the_workflow()


@pytest.fixture(scope="module")
def folder(slurm, tmp_path_factory):
    """A run of the whole workflow on a Slurm, with what became of its jobs in jobs.json.

    A job starts Snakemake twice and a script: all of them forked, or it would take ten minutes.
    """

    def make(folder):
        forking = forking_environment(tmp_path_factory.mktemp("forking"))
        head = run_head(slurm, copy_project(folder), "results/figures", variables=forking)
        (folder / "jobs.json").write_text(json.dumps(slurm.jobs(head.run_id)))

    return made_once(tmp_path_factory, "slurm", make)


@pytest.fixture
def jobs(folder):
    """All Slurm jobs of a run of the whole workflow."""
    return json.loads((folder / "jobs.json").read_text())


def first_lines(folder, rule):
    """Where the jobs of a rule ran, by the first lines of their logs."""
    logs = [path for path in folder.glob(f"results/**/{rule}*") if "logs" in path.parts]
    files = [path for log in logs for path in ([log] if log.is_file() else log.rglob("*.log"))]
    assert files, rule
    return [path.read_text().splitlines()[0] for path in files]


def test_every_job_succeeds_at_once(jobs):
    assert {job["JobState"] for job in jobs} == {"COMPLETED"}
    assert {job["Restarts"] for job in jobs} == {"0"}


def test_network_rules_ran_on_the_gpu_partition_with_a_device(jobs, folder):
    partition = {job["JobId"]: job["Partition"] for job in jobs}
    devices = set()
    for rule in rules_that_run_a_network() & RULES:
        for line in first_lines(folder, rule):
            found = re.fullmatch(r"job (\d+) on g1, GPU ([01])", line)
            assert found, (rule, line)
            assert partition[found[1]] == "gpu"
            devices.add(found[2])
    assert devices == {"0", "1"}
    asked = {(job["Partition"], job.get("TresPerJob")) for job in jobs}
    assert asked == {("gpu", "gres:gpu:1"), ("cpu", None)}


def test_other_rules_ran_on_the_cpu_partition_without_a_device(jobs, folder):
    partition = {job["JobId"]: job["Partition"] for job in jobs}
    for rule in RULES - rules_that_run_a_network():
        for line in first_lines(folder, rule):
            found = re.fullmatch(r"job (\d+) on n[12]", line)
            assert found, (rule, line)
            assert partition[found[1]] == "cpu"


def test_small_jobs_share_a_slurm_job(jobs):
    comments = [job["Comment"] for job in jobs]
    assert sum("plot_" in comment for comment in comments) == 1
    assert sum("list_too_short_videos" in comment for comment in comments) == 1


def test_results_equal_those_of_one_machine(jobs, folder, tiny_run):
    assert differences(tiny_run / "results", folder / "results") == []
