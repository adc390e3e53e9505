"""Scripts of rules in processes forked from one that has imported what takes seconds to import.

Most of what a small job takes is the import of torch. So a process of the tests imports it once and
forks a child for every script that Snakemake starts: the same script with the same words, in the
same folder and environment, with the same open files. A small client takes the script's place among
Snakemake's children, ends as the script ends, and takes it along where it is killed itself.
"""

import json
import os
import runpy
import select
import shlex
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

CLIENT = Path(__file__).resolve().with_name("script_client.py")

_server: subprocess.Popen[str] | None = None
_folder = tempfile.TemporaryDirectory(prefix="playfair")


def python_for_scripts() -> str:
    """What stands for `python` in the command of a script, as words of a shell."""
    global _server
    address = f"{_folder.name}/scripts"
    if _server is None or _server.poll() is not None:
        Path(address).unlink(missing_ok=True)
        command = [sys.executable, __file__, address]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        _server = subprocess.Popen(command, text=True, cwd="/", **pipes)
        _server.stdout.readline()  # it listens
    # -I and -S: the client starts at once, without what is installed.
    return shlex.join([sys.executable, "-I", "-S", str(CLIENT), address])


def _serve(address: str) -> None:
    """Fork a child for every client, until stdin ends."""
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    listener.bind(address)
    listener.listen(64)
    print("listening", flush=True)
    import h5py  # noqa: F401
    import matplotlib.backends.backend_agg  # noqa: F401
    import pandas as pd  # noqa: F401
    import torch  # noqa: F401

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # of those that wait for scripts
    while listener in select.select([sys.stdin, listener], [], [])[0]:
        connection = listener.accept()[0]
        if os.fork() == 0:
            listener.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            message, files, *_ = socket.recv_fds(connection, 2**20, 3)
            if script := os.fork():
                _wait_for(script, connection)
            connection.close()
            _become_script(files=files, **json.loads(message))
        connection.close()


def _wait_for(script: int, connection: socket.socket) -> None:
    """Tell the client how the script ended; end the script where the client ends first."""
    ended = os.pidfd_open(script)
    if ended not in select.select([ended, connection], [], [])[0]:
        os.kill(script, signal.SIGTERM)
    connection.send(str(os.waitpid(script, 0)[1]).encode())
    os._exit(0)


def _become_script(
    files: list[int], words: list[str], folder: str, environment: dict[str, str]
) -> None:
    """Make this process what `python SCRIPT` is, to its end."""
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    for source, target in zip(files, range(3), strict=True):
        os.dup2(source, target)
        os.close(source)
    sys.stdin = os.fdopen(0)
    sys.path[0] = str(Path(words[0]).parent)
    sys.argv = words
    runpy.run_path(words[0], run_name="__main__")
    sys.exit()


if __name__ == "__main__":
    _serve(sys.argv[1])
