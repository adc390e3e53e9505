"""How the processes of a job end: with it, whatever ends it, and wherever they are."""

import signal
import subprocess
import sys

import psutil
import pytest

from tests.commands import HANGING_SECONDS, run_command, wait_until

STUCK = """
import os, signal, sys
import numpy as np
from playfair import processes
from playfair.files import written_whole
from playfair.logs import log_to

def stick(*_, **__):
    # As C code does that never comes back to Python, once its number is told.
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGALRM])
    os.write(1, b"%d\\n" % os.getpid())
    while True:
        signal.pause()
"""
POOL = """
with processes.process_pool(2) as pool:
    list(pool.map(stick, range(8)))
"""
DECODER_ALONE = """
from playfair.data.video.watch import Watch
Watch(os.path.dirname(sys.argv[1]), 1e6).end_of("v", "v.mp4", stick)
"""
LOADERS = """
from types import SimpleNamespace
import torch
from playfair.models.backbones.extraction import extract_features
backbone = torch.nn.Identity()
backbone.crop = stick
reader = SimpleNamespace(lengths={"a": 1, "b": 1}, frames=lambda *_: [])
list(extract_features(backbone, reader, ["a", "b"], decoders=2, progress=False))
"""
WAYS = {"pool": (POOL, 2), "decoder alone": (DECODER_ALONE, 1), "loaders": (LOADERS, 2)}


def started(code, log):
    return subprocess.Popen(
        [sys.executable, "-uc", code, log],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def lives(process):
    """Whether it runs: one that nobody has waited for does not."""
    try:
        return psutil.Process(process).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def wait_until_gone(processes):
    wait_until(lambda: not any(map(lives, processes)), f"one of {processes} lives on")


@pytest.mark.parametrize("platform", ["linux", "another"])
@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM])
@pytest.mark.parametrize("way", WAYS)
def test_no_process_outlives_its_job(tmp_path, way, end, platform):
    code, count = WAYS[way]
    begin = f"sys.platform = {platform!r}\nlog_to(sys.argv[1])\n"
    job = started(STUCK + begin + code, str(tmp_path / "job.log"))
    stuck = [int(job.stdout.readline()) for _ in range(count)]
    assert all(map(lives, stuck))
    job.send_signal(end)
    job.communicate(None, HANGING_SECONDS)
    assert job.returncode == {signal.SIGTERM: 143, signal.SIGKILL: -9}[end]
    wait_until_gone(stuck)
    assert [path.name for path in tmp_path.iterdir() if path.suffix] == ["job.log"]


def test_a_job_ends_with_the_process_that_started_it(tmp_path):
    job = STUCK + "log_to(sys.argv[1])\nwith written_whole(sys.argv[1] + '.h5') as half:\n"
    job += "    half.mkdir()\n    stick()\n"
    head = started(
        f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {job!r}, sys.argv[1]])",
        str(tmp_path / "job.log"),
    )
    stuck = int(head.stdout.readline())
    head.kill()
    head.wait()
    wait_until_gone([stuck])
    assert [path.name for path in tmp_path.iterdir()] == ["job.log"]


BUSY = '''
import torch
processes.GRACE_SECONDS = 0.1

program = torch.jit.CompilationUnit("""
def endless(number: Tensor):
    print("busy")
    while bool(number >= 0):
        number = number * 1
    return number
""")

log_to(sys.argv[1])
with written_whole(sys.argv[1] + ".h5") as half, processes.process_pool(1) as pool:
    half.mkdir()
    pool.submit(stick)
    program.endless(torch.zeros(1))
'''


def test_a_job_that_torch_keeps_busy_ends_when_it_is_asked_to(tmp_path):
    log = tmp_path / "job.log"
    job = started(STUCK + BUSY, str(log))
    told = {job.stdout.readline().strip() for _ in range(2)}
    assert "busy" in told
    stuck = int(*(told - {"busy"}))
    job.terminate()
    job.communicate(None, HANGING_SECONDS)
    assert job.returncode == 143
    wait_until_gone([stuck])
    assert list(tmp_path.iterdir()) == [log]
    assert log.read_text().splitlines()[1:] == [
        "ended from outside: cancelled, preempted or out of time; it was busy"
    ]


def test_an_error_beside_a_pool_does_not_wait_for_its_work(tmp_path):
    code = STUCK + POOL.replace("list(pool.map(stick, range(8)))", "pool.submit(stick); 1 / 0")
    done = run_command([sys.executable, "-c", code])
    assert "ZeroDivisionError" in done.stderr
