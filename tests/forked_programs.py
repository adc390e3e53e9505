"""Programs in processes forked from one that has imported what takes seconds to import.

Most of what a small run takes is the import of Snakemake, once, and of torch, in every job. So two
processes of the tests import them once and fork a child for every start: of `snakemake`, and of the
scripts that it starts. A child is what the program would be, with the same words, in the same
folder and environment, with the same open files. A small client takes its place among the children
of what started it, ends as it ends, and takes it along where it is killed itself.
"""

import atexit
import fcntl
import gc
import json
import logging
import multiprocessing.util
import os
import runpy
import selectors
import shlex
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Literal, NoReturn

CLIENT = Path(__file__).resolve().with_name("program_client.py")

Program = Literal["python", "snakemake"]

_SNAKEMAKE_IMPORTS = ("h5py", "nbformat", "smart_open", "snakemake.cli")
_SCRIPTS_IMPORT = (
    "captum.attr",
    "fontTools.subset",
    "h5py",
    "matplotlib.backends.backend_agg",
    "matplotlib.backends.backend_pdf",
    "seaborn",
    "snakemake.logging",
    "torchvision",
    "transformers.modeling_utils",
)

# All processes of a pytest-xdist share what the first of them has set, and its servers end with it.
_OWNER = "PLAYFAIR_TESTS_PROCESS"
_FOLDER = "PLAYFAIR_TESTS_FOLDER"
if __name__ != "__main__" and _OWNER not in os.environ:
    _folder = tempfile.TemporaryDirectory(prefix="playfair")
    os.environ |= {_OWNER: str(os.getpid()), _FOLDER: _folder.name}


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Until the block ends, a path is that of one process of the tests."""
    with open(f"{path}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def shared_by_tests(name: str) -> Iterator[Path]:
    """A path that all processes of the tests share, for one of them at a time."""
    path = Path(os.environ[_FOLDER], name)
    with locked(path):
        yield path


def forked(program: Program) -> list[str]:
    """The words of a command that stand for `snakemake`, or for `python` before a script or -m."""
    with shared_by_tests(program) as address:
        command = [sys.executable, __file__, program, os.environ[_OWNER], str(address)]
        if program == "snakemake":
            command += [shlex.join(forked("python"))]
        if not address.exists():
            # A program has the PYTHONPATH of who starts it.
            environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
            pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE}
            server = subprocess.Popen(command, cwd="/", env=environment, **pipes)
            server.stdout.readline()  # it listens
    # -I and -S: the client starts at once, without what is installed.
    return [sys.executable, "-I", "-S", str(CLIENT), str(address)]


def forking_environment(folder: Path) -> dict[str, str]:
    """Variables by which every `python -m snakemake` is a forked one, however deep it is started.

    folder: where a module is written that Python imports whenever it starts.
    """
    words = forked("snakemake")
    (folder / "sitecustomize.py").write_text(
        "import os, sys\n"
        'if sys.orig_argv[1:3] == ["-m", "snakemake"]:\n'
        f"    os.execv({words[0]!r}, [*{words!r}, *sys.orig_argv[3:]])\n"
    )
    return {"PYTHONPATH": str(folder)}


def _import_for_scripts() -> None:
    for module in _SCRIPTS_IMPORT:
        import_module(module)


def _import_snakemake() -> None:
    for module in _SNAKEMAKE_IMPORTS:
        import_module(module)
    sys.modules["snakemake.cli"].get_argument_parser()  # imports its plugins


def _run_python(words: list[str]) -> None:
    if words[0] == "-m":
        sys.path[0] = str(Path.cwd())
        sys.argv = words[1:]
        runpy.run_module(words[1], run_name="__main__", alter_sys=True)
    else:
        sys.path[0] = str(Path(words[0]).parent)
        sys.argv = words
        runpy.run_path(words[0], run_name="__main__")


def _run_snakemake(words: list[str], python: str) -> None:
    """python: what scripts are run by, as words of a shell."""
    import snakemake.cli
    from snakemake.script import PythonScript

    def execute_script(script: PythonScript, fname: str, edit: bool = False) -> None:
        script._execute_cmd(f"{python} {{fname:q}}", fname=fname, is_python_script=True)

    PythonScript.execute_script = execute_script
    sys.path[0] = str(Path.cwd())
    sys.argv = [str(Path(snakemake.__file__).with_name("__main__.py")), *words]
    snakemake.cli.main()


@dataclass(frozen=True)
class _Running:
    """A program, by its number and a descriptor that is ready when it ends, and its client."""

    number: int
    ended: int
    client: socket.socket


def _serve(
    owner: int, address: str, prepare: Callable[[], None], run: Callable[[list[str]], None]
) -> None:
    """Fork a child for every client, until the process `owner` ends."""
    owner_ends = os.pidfd_open(owner)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    listener.bind(address)
    listener.listen(64)
    print("listening", flush=True)
    prepare()
    _forget_exits()
    gc.freeze()  # A child's collector leaves alone what it shares with this process.
    selector = selectors.DefaultSelector()
    selector.register(owner_ends, selectors.EVENT_READ)
    selector.register(listener, selectors.EVENT_READ)
    while (ready := selector.select()[0][0]).fileobj != owner_ends:
        running: _Running | None = ready.data
        if running is None:
            client = listener.accept()[0]
            message, files, *_ = socket.recv_fds(client, 2**20, 3)
            number = os.fork()
            if number == 0:
                client.close()
                _run(message, files, selector, run)
            for file in files:
                os.close(file)
            running = _Running(number, os.pidfd_open(number), client)
            selector.register(running.ended, selectors.EVENT_READ, running)
            selector.register(client, selectors.EVENT_READ, running)
        elif ready.fileobj == running.ended:
            status = os.waitpid(running.number, 0)[1]
            selector.unregister(running.ended)
            os.close(running.ended)
            with suppress(KeyError, OSError):  # where the client has ended before
                selector.unregister(running.client)
                running.client.send(str(status).encode())
            running.client.close()
        else:  # A client that ends takes its program along.
            os.kill(running.number, signal.SIGTERM)
            selector.unregister(running.client)


def _run(
    message: bytes,
    files: list[int],
    server: selectors.BaseSelector,
    run: Callable[[list[str]], None],
) -> NoReturn:
    """Be the program that a client asks for, without what the server has open."""
    for key in list(server.get_map().values()):
        os.close(key.fileobj.detach() if isinstance(key.fileobj, socket.socket) else key.fd)
    server.close()
    words = _take_place(files=files, **json.loads(message))
    try:
        run(words)
    except SystemExit as end:
        if not isinstance(end.code, int | None):
            raise
        _end(end.code or 0)
    _end(0)


def _forget_exits() -> None:
    """Leave to programs what they do themselves at their end, and not what imports would do.

    That goes through all that was ever imported: half of the time that a fork takes. There is no
    public way to forget finalizers; those that a program makes register themselves anew, as its
    temporary folders do.
    """
    atexit._clear()
    weakref.finalize._registry.clear()  # type: ignore[attr-defined]
    weakref.finalize._registered_with_atexit = False  # type: ignore[attr-defined]
    atexit.register(logging.shutdown)
    atexit.register(multiprocessing.util._exit_function)


def _end(code: int) -> NoReturn:
    """End this process as the interpreter would, but for the seconds in which it empties modules.

    It would give back memory page by page, and have the pages that it shares copied for that.
    """
    threading._shutdown()
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _take_place(
    files: list[int], words: list[str], folder: str, environment: dict[str, str]
) -> list[str]:
    """Make this process what the client's would be; returns the program's words."""
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    if paths := environment.get("PYTHONPATH"):
        sys.path[1:1] = [str(Path(path).absolute()) for path in paths.split(os.pathsep)]
    for source, target in zip(files, range(3), strict=True):
        os.dup2(source, target)
        os.close(source)
    sys.stdin = os.fdopen(0)
    return words


if __name__ == "__main__":
    program, owner, address, *python = sys.argv[1:]
    if program == "snakemake":
        _serve(int(owner), address, _import_snakemake, lambda words: _run_snakemake(words, *python))
    else:
        _serve(int(owner), address, _import_for_scripts, _run_python)
