"""GPUs that jobs on one machine share out among themselves."""

import signal
import subprocess
import sys

import pytest

CLAIM = """
import sys
from pathlib import Path
from playfair.models.gpu_claims import claim_gpus
count, visible, folder, wanted = sys.argv[1:]
found = claim_gpus(int(count), visible or None, Path(folder), int(wanted))
print(*found, flush=True)
sys.stdin.read()
"""


@pytest.fixture
def claim(tmp_path):
    """Start a process that claims one of some GPUs and lives until the test ends it."""
    processes = []

    def start(count, visible="", wanted=1):
        process = subprocess.Popen(
            [sys.executable, "-c", CLAIM, str(count), visible, str(tmp_path), str(wanted)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        processes.append(process)
        process.indices = [int(index) for index in process.stdout.readline().split()]
        process.index = process.indices[0]
        return process

    yield start
    for process in processes:
        process.kill()
        with process:
            process.wait()


def test_processes_claim_distinct_gpus(claim):
    assert [claim(3).index for _ in range(3)] == [0, 1, 2]


def test_a_gpu_is_known_by_its_physical_name(claim):
    assert claim(2, "5,GPU-8f/1").index == 0
    assert claim(2, "5,GPU-8f/1").index == 1
    assert claim(2, "GPU-8f/1,3").index == 1, "the first was taken under another index"


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL])
def test_a_gpu_is_free_again_however_its_process_ends(claim, end):
    first = claim(2)
    claim(2)
    first.send_signal(end)
    first.wait()
    assert claim(2).index == 0


def test_a_gpu_is_shared_when_all_are_taken(claim):
    claim(2), claim(2)
    late = claim(2)
    assert late.index == late.pid % 2
    expected = f"all 2 GPUs are taken by other jobs: sharing GPU {late.pid % 2}\n"
    assert late.stderr.readline() == expected


def test_a_process_may_claim_several_gpus_as_far_as_they_are_free(claim):
    assert claim(3, wanted=2).indices == [0, 1]
    assert claim(3, wanted=2).indices == [2]
    late = claim(3, wanted=2)
    assert late.indices == [late.pid % 3]
