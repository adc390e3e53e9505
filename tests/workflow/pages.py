"""The fenced blocks of a documentation page, for tests that run what the page says."""

import os
import shlex
import sys
import tomllib
from pathlib import Path

from tests.commands import run_command
from tests.forked_programs import forked
from tests.workflow.project import PROJECT


def blocks(page: str | Path, section: str | None, language: str) -> list[str]:
    """The blocks of a language in a section of a page, in order, each ending in a newline.

    page: a path in the project. section: the words of a heading, of any level; it ends at the next
    heading of its own level or above; None: the whole page. Raises `KeyError` if there is no such
    heading.
    """
    found: list[str] = []
    level = 0
    fence: str | None = None
    lines: list[str] = []
    for line in (PROJECT / page).read_text(encoding="utf-8").splitlines():
        if fence is not None:
            if line == "```":
                if (level or section is None) and fence == language:
                    found.append("".join(f"{text}\n" for text in lines))
                fence = None
            else:
                lines.append(line)
        elif line.startswith("```"):
            fence, lines = line[3:], []
        elif line.startswith("#"):
            marks, _, words = line.partition(" ")
            if level and len(marks) <= level:
                return found
            if not level and words == section:
                level = len(marks)
    if not level and section is not None:
        raise KeyError(f"{page} has no section {section!r}")
    return found


def write_titled(texts: list[str], folder: Path) -> list[Path]:
    """Write blocks whose first line names their file, such as `# my_model.py`, into a folder."""
    paths = [folder / text.splitlines()[0].removeprefix("# ") for text in texts]
    for path, text in zip(paths, texts, strict=True):
        path.write_text(text, encoding="utf-8")
    return paths


def run_section(folder: Path, page: str | Path, section: str, target: str | None = None) -> str:
    """Write the Python and yaml files of a section into a folder, and run its bash blocks there.

    Commands are those of this environment, and of the folder, a copy of the project for most.
    target: files that a test looks at, which are made instead of all figures. Returns what was
    printed.
    """
    for language in ("python", "yaml"):
        write_titled(blocks(page, section, language), folder)
    commands = blocks(page, section, "bash")
    assert commands, f"the section {section!r} of {page} has no bash block"
    if target:
        commands = [command.replace(" results/figures", f" {target}") for command in commands]
    path = [_console_scripts(folder), Path(sys.executable).parent, os.environ["PATH"]]
    environment = {
        **os.environ,
        "PATH": os.pathsep.join(map(str, path)),
        "PYTHONPATH": str(folder),
    }
    run = run_command(["bash", "-euo", "pipefail", "-c", "".join(commands)], folder, environment)
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout


def _console_scripts(folder: Path) -> Path:
    """The programs that pyproject.toml declares, as an installation would make them, `python` and
    `snakemake`; all of them forked."""
    with open(PROJECT / "pyproject.toml", "rb") as file:
        scripts = tomllib.load(file)["project"]["scripts"]
    programs = folder / ".programs"
    programs.mkdir(exist_ok=True)
    commands = {"python": forked("python"), "snakemake": forked("snakemake")}
    for name, entry in scripts.items():
        module, function = entry.split(":")
        script = programs / f"{name}_script"
        script.write_text(f"import sys\nfrom {module} import {function}\nsys.exit({function}())\n")
        commands[name] = [*forked("python"), str(script)]
    for name, words in commands.items():
        (programs / name).write_text(f'#!/bin/sh\nexec {shlex.join(words)} "$@"\n')
        (programs / name).chmod(0o755)
    return programs
