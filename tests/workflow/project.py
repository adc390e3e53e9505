"""Copies of the project in which Snakemake runs on the tiny configuration."""

import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

PROJECT = Path(__file__).parents[2]
NOT_COPIED = shutil.ignore_patterns(
    ".git", ".venv", ".snakemake", "results", "datasets", "tests", ".*_cache", "__pycache__"
)
TINY = ("--configfile", "configs/tiny.yaml")
OF_OTHER_DATASETS = {"list_classes", "import_features", "judge_imports", "download_checkpoint"}
"""Rules for data sets that are lists without classes, or features, and for released models."""


def copy_project(folder: Path) -> Path:
    """The project's files, without results, in a folder of its own."""
    shutil.copytree(PROJECT, folder, ignore=NOT_COPIED)
    (folder / "results").mkdir()
    return folder


def copy_run(run: Path, folder: Path) -> Path:
    """A finished run as it is, times of files and Snakemake's records included."""
    subprocess.run(["cp", "-a", run, folder], check=True)
    return folder


def snakemake(folder: Path, *options: str, target: str = "results/figures", timeout: int = 900):
    """Run Snakemake for a target, or several with spaces between them, and capture what it says."""
    # Options such as --config take all words that follow: targets come first.
    command = [sys.executable, "-m", "snakemake", *target.split(), "--cores", "2", *options]
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=timeout, check=False
    )


def planned_jobs(
    folder: Path,
    *options: str,
    configuration: Sequence[str] = TINY,
    target: str = "results/figures",
) -> dict[str, int]:
    """How many jobs of every rule a run would start, by dry run."""
    dry_run = snakemake(folder, "-n", *configuration, *options, target=target)
    output = dry_run.stdout + dry_run.stderr
    assert dry_run.returncode == 0, output
    if "Nothing to be done" in output:
        return {}
    table = output[output.index("Job stats:") :]
    counts = {rule: int(count) for rule, count in re.findall(r"^(\w+) +(\d+)$", table, re.M)}
    counts.pop("total")
    return counts
