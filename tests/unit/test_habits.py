"""Habits that tools keep: the hooks before a commit, and what runs after a push."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

PROJECT = Path(__file__).parents[2]
HOOKS = ".pre-commit-config.yaml"


def hooks():
    repositories = yaml.safe_load((PROJECT / HOOKS).read_text())["repos"]
    return [
        (repository["repo"], hook) for repository in repositories for hook in repository["hooks"]
    ]


def test_hooks_use_the_environment_and_download_nothing():
    for repository, hook in hooks():
        assert (repository, hook["language"]) == ("local", "system")
        assert hook["entry"].startswith(".venv/bin/")


def test_hooks_check_what_make_lint_checks():
    """But for types and Snakemake's own lint, which take longer than one waits for a commit."""
    lint = (PROJECT / "Makefile").read_text().partition("\nlint:")[2].partition("\n\n")[0]
    checks = re.findall(r"\$\(BIN\)/(\S+(?: -m \S+| check| format)?)", lint)
    entries = " ".join(hook["entry"] for _, hook in hooks())
    assert [check for check in checks if check not in ("mypy", "snakemake")]
    for check in checks:
        assert check in ("mypy", "snakemake") or f".venv/bin/{check}" in entries, check


@pytest.fixture
def repository(tmp_path):
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    shutil.copy(PROJECT / HOOKS, tmp_path)
    shutil.copy(PROJECT / "pyproject.toml", tmp_path)
    (tmp_path / ".venv").symlink_to(sys.prefix)
    return tmp_path


def run_hooks(repository, name, text):
    (repository / name).write_text(text)
    subprocess.run(["git", "add", name], cwd=repository, check=True)
    return subprocess.run(
        [sys.executable, "-m", "pre_commit", "run", "--files", name],
        cwd=repository,
        env={"PATH": "/usr/bin:/bin", "HOME": str(repository), "SKIP": "config-drift,docs-drift"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("module.py", "VALUE = 1\n", "import os\n"),
        ("other.py", "VALUE = 1\n", "VALUE=1\n"),
        ("Snakefile", 'rule all:\n    input:\n        "a",\n', 'rule all:\n  input: "a"\n'),
    ],
)
def test_hooks_let_good_files_pass_and_stop_others(repository, name, good, bad):
    passed = run_hooks(repository, name, good)
    assert passed.returncode == 0, passed.stdout + passed.stderr
    stopped = run_hooks(repository, name, bad)
    assert stopped.returncode == 1, stopped.stdout + stopped.stderr


def steps_of_ci():
    return re.search(r"set -- (setup .*)", (PROJECT / ".ci/run").read_text())[1].split()


def test_github_runs_every_step_of_ci_by_pinned_actions():
    workflow = yaml.safe_load((PROJECT / ".github/workflows/ci.yaml").read_text())
    steps = workflow["jobs"]["run"]["steps"]
    assert [step["run"] for step in steps if "run" in step] == [
        f".ci/run {step}" for step in ["check-page", *steps_of_ci()]
    ]
    for step in steps:
        assert "run" in step or re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", step["uses"])


def test_ci_runs_the_steps_that_are_named(tmp_path):
    shutil.copytree(PROJECT / ".ci", tmp_path / ".ci")
    programs = tmp_path / "programs"
    programs.mkdir()
    for name in ("make", "dpkg", "npm"):
        (programs / name).write_text(f"#!/bin/sh\necho {name} $1 >> {tmp_path}/said\n")
        (programs / name).chmod(0o755)
    environment = {"PATH": f"{programs}:/usr/bin:/bin"}
    for arguments in ([], ["lint"]):
        subprocess.run([tmp_path / ".ci/run", *arguments], env=environment, check=True)
    made = [line for line in (tmp_path / "said").read_text().splitlines() if "make" in line]
    made.remove("make check-page")
    assert made == [f"make {step}" for step in [*steps_of_ci(), "lint"]]
