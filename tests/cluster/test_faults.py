"""What goes wrong on a cluster costs time, but no result: the end is that of an undisturbed run."""

import re
import signal

import pytest

from tests.cluster.head import Head, run_head
from tests.commands import wait_until
from tests.workflow.project import TINY, copy_run, held, snakemake
from tests.workflow.same_results import partial_files, same_content

PRIORS = "results/tiny/class_priors.csv"
FEATURES = "results/tiny/shards/features/small/validation/1-of-1.h5"
ESVS = "results/tiny/shards/esvs/tsn/1_frames/1-of-1.h5"
REMAKE_PRIORS = ("--forcerun", "compute_class_priors")
REMAKE_FEATURES = ("--forcerun", "extract_features")


@pytest.fixture
def run(tiny_run, tmp_path):
    return copy_run(tiny_run, tmp_path / "project")


@pytest.fixture
def assert_whole(run, tiny_run):
    """A check that an output is what it is in the undisturbed run, with nothing beside it."""

    def check(path):
        assert same_content(run / path, tiny_run / path)
        assert partial_files(run / "results") == []

    return check


def ended(slurm, job):
    return lambda: job not in slurm.run("squeue", "-h", "-o", "%i").split()


def memory(job):
    return int(re.search(r"mem=(\d+)M", job["TRES"])[1])


def test_job_killed_by_scancel_runs_again_with_more_of_everything(slurm, run, assert_whole):
    log = run / "results/tiny/logs/extract_features/small/validation/1-of-1.log"
    log.unlink()
    with (
        held(run, "extract_features") as let_go,
        Head(slurm, run, FEATURES, *REMAKE_FEATURES) as head,
    ):
        job = slurm.wait_for_running("extract_features")
        wait_until(log.exists, "the script did not begin")
        slurm.run("scancel", job)
        let_go()
        assert head.wait() == 0, head.said
    first, second = slurm.jobs(head.run_id)
    assert (first["JobId"], first["JobState"]) == (job, "CANCELLED")
    assert second["JobState"] == "COMPLETED"
    assert memory(second) == 2 * memory(first)
    assert "ended from outside: cancelled" in head.said
    assert_whole(FEATURES)


def test_job_out_of_memory_passes_with_more(slurm, run, assert_whole):
    little_first = "extract_features:mem_mb=300 if attempt == 1 else 4000"
    head = run_head(slurm, run, FEATURES, *REMAKE_FEATURES, "--set-resources", little_first)
    first, second = slurm.jobs(head.run_id)
    assert first["JobState"] in ("FAILED", "OUT_OF_MEMORY")
    assert (memory(first), memory(second)) == (300, 4000)
    assert second["JobState"] == "COMPLETED"
    (slurms_log,) = (run / "results/logs/slurm").rglob(f"{first['JobId']}.log")
    assert "exceeded memory limit" in slurms_log.read_text()
    assert str(slurms_log) in head.said
    assert_whole(FEATURES)


def test_interrupted_head_cancels_its_jobs_and_the_next_run_finishes(slurm, run, assert_whole):
    with (
        held(run, "compute_class_priors"),
        Head(slurm, run, PRIORS, *REMAKE_PRIORS) as head,
    ):
        job = slurm.wait_for_running("compute_class_priors")
        head.send(signal.SIGINT)
        assert head.wait() != 0
    wait_until(ended(slurm, job), "the job outlived its head")
    (interrupted,) = slurm.jobs(head.run_id)
    assert interrupted["JobState"] == "CANCELLED"
    run_head(slurm, run, PRIORS)
    assert_whole(PRIORS)


def test_after_a_killed_head_the_next_does_only_what_is_missing(slurm, run, assert_whole):
    (run / ESVS).unlink()
    with held(run, "compute_esvs"), Head(slurm, run, ESVS, *REMAKE_PRIORS) as killed:
        slurm.wait_for_running("compute_esvs")
        killed.send(signal.SIGKILL)
        killed.wait()
        (left_behind,) = slurm.run("squeue", "-h", "-o", "%j").split()
        assert left_behind == killed.run_id
        slurm.run("scancel", "--name", killed.run_id)
        wait_until(lambda: not slurm.run("squeue", "-h"), "jobs outlived scancel")

    with Head(slurm, run, ESVS) as refused:
        assert refused.wait() != 0
    assert "cannot be locked" in refused.said
    assert "--unlock" in refused.said
    assert "Traceback" not in refused.said

    assert snakemake(run, *TINY, "--unlock", target=ESVS).returncode == 0
    head = run_head(slurm, run, ESVS)
    comments = [job["Comment"] for job in slurm.jobs(head.run_id)]
    assert comments == ["rule_compute_esvs_wildcards_tiny_tsn_1_1-of-1"]
    assert_whole(PRIORS)
    assert_whole(ESVS)


def test_job_on_a_node_that_goes_down_runs_elsewhere(slurm, run, assert_whole):
    log = run / "results/tiny/logs/compute_class_priors.log"
    log.unlink()
    with (
        held(run, "compute_class_priors") as let_go,
        Head(slurm, run, PRIORS, *REMAKE_PRIORS) as head,
    ):
        job = slurm.wait_for_running("compute_class_priors")
        # Slurm calls a job running before its node has begun it: such a one fails by itself.
        wait_until(log.exists, "the script did not begin")
        (before,) = slurm.jobs(head.run_id)
        try:
            slurm.crash_node(before["NodeList"], job)
            # Slurm would hold a job that it puts back into the queue for two minutes.
            slurm.run("scontrol", "update", f"JobId={job}", "StartTime=now")
            let_go()
            assert head.wait() == 0, head.said
        finally:
            slurm.repair_node(before["NodeList"])
    (after,) = slurm.jobs(head.run_id)
    assert (before["JobId"], after["JobId"], after["JobState"], after["Restarts"]) == (
        job,
        job,
        "COMPLETED",
        "1",
    )
    assert {before["NodeList"], after["NodeList"]} == {"n1", "n2"}
    assert_whole(PRIORS)
