"""What a job writes to its log."""

import io
import subprocess
import sys

from playfair.logs import Tee


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


def run(code, log):
    return subprocess.run(
        [sys.executable, "-c", code, str(log)], capture_output=True, text=True, check=False
    )


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
    assert log.read_text() == "error: video 7 is empty\n"


def test_other_errors_keep_their_traceback(tmp_path):
    log = tmp_path / "job.log"
    job = run("import sys; from playfair.logs import log_to; log_to(sys.argv[1]); 1 / 0", log)
    assert job.returncode == 1
    assert "ZeroDivisionError" in log.read_text()
    assert "Traceback" in log.read_text()
