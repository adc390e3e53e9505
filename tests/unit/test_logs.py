"""What a job writes to its log."""

import io
import os
import re
import socket
import sys

from playfair.logs import Tee
from tests.commands import run_command


def test_log_keeps_the_last_state_of_a_progress_bar():
    terminal, log = io.StringIO(), io.StringIO()
    tee = Tee(terminal, log)
    for text in ("\r 10%|#", "\r 50%|###", "\r100%|######", "\n", "do", "ne\n"):
        tee.write(text)
    assert log.getvalue() == "100%|######\ndone\n"
    assert "\r 50%|###" in terminal.getvalue()


def test_log_holds_no_control_characters():
    log = io.StringIO()
    Tee(io.StringIO(), log).write("\x1b[A\r 5%\x1b[A\rbar\x07 \n")
    assert log.getvalue() == "bar\n"


def run(code, log, **environment):
    command = [sys.executable, "-c", code, str(log)]
    return run_command(command, environment=os.environ | environment)


def test_input_error_ends_a_job_with_its_sentence(tmp_path):
    log = tmp_path / "logs" / "job.log"
    code = """
import sys
from playfair.errors import InputError
from playfair.logs import log_to
log_to(sys.argv[1])
raise InputError("video 7 is empty")
"""
    job = run(code, log)
    assert job.returncode == 1
    assert job.stderr == "error: video 7 is empty\n"
    assert log.read_text().splitlines()[1:] == ["error: video 7 is empty"]


def test_other_errors_keep_their_traceback(tmp_path):
    log = tmp_path / "job.log"
    job = run("import sys; from playfair.logs import log_to; log_to(sys.argv[1]); 1 / 0", log)
    assert job.returncode == 1
    assert "ZeroDivisionError" in log.read_text()
    assert "Traceback" in log.read_text()


START = "import sys; from playfair.logs import log_to; log_to(sys.argv[1])"


def test_log_begins_with_the_place_of_a_job_on_a_cluster(tmp_path):
    log = tmp_path / "job.log"
    job = run(START, log, SLURM_JOB_ID="12", SLURMD_NODENAME="g1", CUDA_VISIBLE_DEVICES="1")
    assert log.read_text() == "job 12 on g1, GPU 1\n"
    assert job.stderr == ""


def test_log_begins_with_the_process_of_a_local_job(tmp_path):
    log = tmp_path / "job.log"
    run(START, log, SLURM_JOB_ID="", SLURMD_NODENAME="", CUDA_VISIBLE_DEVICES="")
    assert re.fullmatch(rf"process \d+ on {socket.gethostname()}\n", log.read_text())


CANCELLED = """
import os, signal, sys
from playfair.files import written_whole
from playfair.logs import log_to
from playfair.processes import process_pool

def work_for_ever(begun):
    os.write(begun, b".")
    signal.pause()

log_to(sys.argv[1])
all_begun, begun = os.pipe()
with written_whole(sys.argv[1] + ".h5") as temporary, process_pool(2) as pool:
    temporary.write_text("half")
    working = [pool.submit(work_for_ever, begun) for _ in range(8)]
    for _ in range(2):
        os.read(all_begun, 1)
    # As a scheduler does it: all processes of the job at once.
    os.killpg(0, signal.SIGTERM)
    working[0].result()
"""


def test_cancelled_job_leaves_nothing_half_written(tmp_path):
    log = tmp_path / "job.log"
    job = run_command([sys.executable, "-c", CANCELLED, log], start_new_session=True)
    assert job.returncode == 128 + 15
    assert list(tmp_path.iterdir()) == [log]
    assert log.read_text().splitlines()[1:2] == [
        "ended from outside: cancelled, preempted or out of time"
    ]
