"""Snakemake's command line in a process forked from one that has imported it.

Half of what a small run takes is the import of Snakemake. So a process of the tests imports it once
and forks a child for every run: the same `main` on the same words, in the folder of the run. Its
scripts are forked, too (`tests.forked_scripts`).
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

if __name__ != "__main__":
    from tests.commands import HANGING_SECONDS
    from tests.forked_scripts import python_for_scripts

_server: subprocess.Popen[str] | None = None


def run_snakemake(words: Sequence[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """Run `python -m snakemake` with these words to its end, and capture what it says."""
    global _server
    if _server is None or _server.poll() is not None:
        command = [sys.executable, str(Path(__file__).resolve())]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        _server = subprocess.Popen(command, text=True, cwd="/", **pipes)
    with tempfile.TemporaryDirectory() as outputs:
        said = [Path(outputs, name) for name in ("stdout", "stderr")]
        request = {
            "words": list(words),
            "folder": str(folder),
            "outputs": list(map(str, said)),
            "environment": dict(os.environ),
            "limit": int(HANGING_SECONDS),
            "python": python_for_scripts(),
        }
        print(json.dumps(request), file=_server.stdin, flush=True)
        status = int(_server.stdout.readline())
        return subprocess.CompletedProcess(
            [sys.executable, "-m", "snakemake", *words],
            os.waitstatus_to_exitcode(status),
            *(path.read_text() for path in said),
        )


def _serve() -> None:
    """Fork a child for every request on stdin, and answer with how it ended, until stdin ends."""
    import snakemake.cli

    snakemake.cli.get_argument_parser()  # imports its plugins
    for line in sys.stdin:
        request = json.loads(line)
        child = os.fork()
        if child == 0:
            _become_snakemake(**request)
            snakemake.cli.main()  # which exits
        print(os.waitpid(child, 0)[1], flush=True)


def _become_snakemake(
    words: list[str],
    folder: str,
    outputs: list[str],
    environment: dict[str, str],
    limit: int,
    python: str,
) -> None:
    """Make this process what `python -m snakemake` is when its `main` begins.

    python: what scripts are run by, as words of a shell.
    """
    import snakemake
    from snakemake.script import PythonScript

    def execute_script(script: PythonScript, fname: str, edit: bool = False) -> None:
        script._execute_cmd(f"{python} {{fname:q}}", fname=fname, is_python_script=True)

    PythonScript.execute_script = execute_script

    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.path[0] = folder
    sys.argv = [str(Path(snakemake.__file__).with_name("__main__.py")), *words]
    files = [os.open(os.devnull, os.O_RDONLY)]
    files += [os.open(path, os.O_WRONLY | os.O_CREAT) for path in outputs]
    for source, target in zip(files, range(3), strict=True):
        os.dup2(source, target)
    signal.alarm(limit)


if __name__ == "__main__":
    _serve()
