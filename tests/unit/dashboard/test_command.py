import json
import os
import signal
import subprocess
import sys
import urllib.request

import pytest

from playfair.cli import BAD_INPUT, main
from tests.commands import mind_interrupts
from tests.shown_run import UIDS


def start(*arguments):
    """A server at a free port, and its address."""
    process = subprocess.Popen(
        [sys.executable, "-m", "playfair", "serve", *map(str, arguments), "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONWARNINGS": "error"},
        preexec_fn=mind_interrupts,
    )
    line = process.stdout.readline()
    assert " at http://" in line, process.communicate()
    return process, line.split(" at ")[1].split()[0]


def test_serve_prints_the_address_answers_and_ends_with_an_interrupt(shown_run):
    process, address = start(shown_run)
    assert address.startswith("http://127.0.0.1:")
    with urllib.request.urlopen(f"{address}/api/index") as answer:
        assert json.load(answer)["uid"] == UIDS
    process.send_signal(signal.SIGINT)
    assert process.communicate() == ("", "")
    assert process.returncode == 0


def test_serve_loads_no_torch_before_the_first_table(shown_run):
    script = (
        "import sys\nfrom playfair.dashboard import create_app\n"
        f"client = create_app({str(shown_run)!r}).test_client()\n"
        "for path in '/', '/api/index', '/api/video/10000', '/frame/10000/0.jpg':\n"
        "    assert client.get(path).status_code == 200\n"
        "assert 'torch' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


def test_serving_to_others_is_warned_of_and_debug_prints_requests(shown_run):
    process, address = start(shown_run, "--host", "0.0.0.0", "--debug")
    with urllib.request.urlopen(address.replace("0.0.0.0", "127.0.0.1")):
        pass
    process.send_signal(signal.SIGINT)
    said = process.communicate()[1]
    assert "warning: everybody who reaches 0.0.0.0 can see these results" in said
    assert "200 /" in said


def test_a_port_that_is_taken_is_a_sentence(shown_run, capsys):
    process, address = start(shown_run)
    port = address.rpartition(":")[2]
    assert main(["serve", str(shown_run), "--port", port]) == BAD_INPUT
    assert f"nothing can be served at 127.0.0.1, port {port}" in capsys.readouterr().err
    process.send_signal(signal.SIGINT)
    process.communicate()


def test_a_run_without_results_is_a_sentence(tmp_path, capsys):
    assert main(["serve", str(tmp_path)]) == BAD_INPUT
    assert "holds no results" in capsys.readouterr().err


@pytest.mark.parametrize("port", ["-1", "65536", "a", "8_0"])
def test_a_port_is_a_number(port, capsys):
    with pytest.raises(SystemExit):
        main(["serve", "results/synthetic", "--port", port])
    assert "is not a port" in capsys.readouterr().err
