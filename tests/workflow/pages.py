"""Commands taken from a page of the documentation, and run as a reader would run them."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

from tests.workflow.project import PROJECT


def bash_blocks(page: str, section: str) -> list[str]:
    """The fenced bash blocks of a section ("## <section>") of a page such as docs/your-own.md."""
    text = (PROJECT / page).read_text(encoding="utf-8")
    sections = re.split(r"^## (.+)$", text, flags=re.M)
    by_title = dict(zip(sections[1::2], sections[2::2], strict=True))
    assert section in by_title, f"{page} has the sections {list(by_title)}, not {section!r}"
    blocks = re.findall(r"^```bash\n(.*?)^```$", by_title[section], flags=re.M | re.S)
    assert blocks, f"the section {section!r} of {page} has no fenced bash block"
    return blocks


def run_section(folder: Path, page: str, section: str, timeout: int = 600) -> str:
    """Run the bash blocks of a section one after the other in a copy of the project.

    Commands are those of this environment, and of the copy. Returns what was printed.
    """
    environment = {
        **os.environ,
        "PATH": f"{_console_scripts(folder)}:{Path(sys.executable).parent}:{os.environ['PATH']}",
        "PYTHONPATH": str(folder),
    }
    printed = ""
    for block in bash_blocks(page, section):
        run = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", block],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        assert run.returncode == 0, f"{block}\n{run.stdout}\n{run.stderr}"
        printed += run.stdout
    return printed


def _console_scripts(folder: Path) -> Path:
    """The programs that pyproject.toml declares, as an installation of the copy would make them."""
    with open(folder / "pyproject.toml", "rb") as file:
        scripts = tomllib.load(file)["project"]["scripts"]
    programs = folder / ".programs"
    programs.mkdir(exist_ok=True)
    for name, entry in scripts.items():
        module, function = entry.split(":")
        program = programs / name
        program.write_text(
            f"#!{sys.executable}\nimport sys\nfrom {module} import {function}\n"
            f"sys.exit({function}())\n"
        )
        program.chmod(0o755)
    return programs
