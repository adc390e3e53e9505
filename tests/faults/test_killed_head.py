"""A Snakemake that is killed takes its jobs and their processes with it, and loses nothing else."""

import subprocess
import sys

import psutil
import pytest

from tests.commands import wait_until
from tests.workflow.project import TINY, snakemake
from tests.workflow.same_results import differences

STUCK = """
import pathlib, signal
import {module} as module
def stick(*_, **__):
    pathlib.Path("stuck").touch()
    while True:
        signal.pause()
module.{name} = stick
"""


def processes_in(folder):
    """The processes that work in a folder."""
    for process in psutil.process_iter():
        try:
            if process.cwd() == str(folder) and process.status() != psutil.STATUS_ZOMBIE:
                yield process
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue


@pytest.mark.parametrize(
    ("rule", "module", "name", "processes"),
    [
        # Snakemake, the job, and one that decodes.
        ("gulp_videos", "playfair.data.video.gulp", "decode_video", 3),
        ("extract_features", "playfair.data.video.gulp", "GulpReader.frames", 2),
    ],
)
def test_killed_head_leaves_no_process(run, tiny_run, rule, module, name, processes):
    script = run / f"scripts/{rule}.py"
    text = script.read_text()
    begin = text.index("log_to(snakemake")
    script.write_text(text[:begin] + STUCK.format(module=module, name=name) + text[begin:])
    target = "results/tiny/features/small/validation.h5"
    command = [sys.executable, "-m", "snakemake", target, "--cores", "2", *TINY]
    with (run / "first.log").open("w") as log:
        head = subprocess.Popen([*command, "--forcerun", rule], cwd=run, stdout=log, stderr=log)
        wait_until((run / "stuck").exists, lambda: (run / "first.log").read_text())
        assert len(list(processes_in(run))) >= processes
        head.kill()
        head.wait()
    wait_until(lambda: not list(processes_in(run)), lambda: str(list(processes_in(run))))
    assert not list((run / "results").rglob(".*partial*"))
    script.write_text(text)
    assert snakemake(run, *TINY, "--unlock", target=target).returncode == 0
    again = snakemake(run, *TINY, "--rerun-incomplete", target=target)
    assert again.returncode == 0, again.stderr
    features = "results/tiny/features"
    assert differences(run / features, tiny_run / features) == []
