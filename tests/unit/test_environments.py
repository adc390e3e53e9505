"""Everything that is imported is declared, and the environments hold the versions of the lock."""

import ast
import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
import yaml

import playfair

PROJECT = Path(__file__).parents[2]
CONDA_NAMES = {"pytorch": "torch"}
ENVIRONMENTS = sorted(path.stem for path in (PROJECT / "envs").glob("*.yaml"))


REQUIREMENT = re.compile(r"([\w.-]+)==([\w.+]+)(?: ; (.*?))?((?: --hash=sha256:[0-9a-f]{64})+)")


def locked():
    """Name, version, marker and hashes of every line of the lock."""
    text = (PROJECT / "requirements.lock").read_text().replace(" \\\n   ", "")
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    found = [REQUIREMENT.fullmatch(line) for line in lines]
    unlocked = [line for line, match in zip(lines, found, strict=True) if match is None]
    assert unlocked == [], "run make lock"
    return [match.groups(default="") for match in found]


def locked_versions():
    """Version by name for Python 3.11, the Python of the environments."""
    return {
        name: version
        for name, version, marker, _ in locked()
        if "python_full_version >= '3.12'" not in marker
    }


def pinned(environment):
    for dependency in environment["dependencies"]:
        if isinstance(dependency, dict):
            yield from (entry.split("==") for entry in dependency["pip"])
        elif dependency != "pip":
            yield dependency.split("=")


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_environment_agrees_with_the_lock(name):
    versions = locked_versions()
    environment = yaml.safe_load((PROJECT / "envs" / f"{name}.yaml").read_text())
    assert environment["channels"] == ["conda-forge", "nodefaults"]
    for package, version in pinned(environment):
        expected = "3.11" if package == "python" else versions[CONDA_NAMES.get(package, package)]
        assert version == expected, package


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_post_deployment_agrees_with_the_lock(name):
    text = (PROJECT / "envs" / f"{name}.post-deploy.sh").read_text()
    assert f"--no-deps gulpio2=={locked_versions()['gulpio2']}\n" in text


def test_lock_leaves_pillow_simd_out_and_names_no_host():
    markers = [marker for name, _, marker, _ in locked() if name == "pillow-simd"]
    assert markers in ([], ["sys_platform == 'never'"])
    assert "://" not in (PROJECT / "requirements.lock").read_text()


def test_set_up_installs_what_the_lock_has_hashes_of_and_builds_with_nothing_else():
    text = (PROJECT / "Makefile").read_text()
    [install] = re.findall(r"^INSTALL := (.*)", text, re.MULTILINE)
    assert "--no-deps" in install.split()
    tool, lock, own = re.findall(r"^\t\$\(INSTALL\) (.*)", text, re.MULTILINE)
    [lines] = re.findall(r"--require-hashes -r <\((.*)\)", tool)
    chosen = subprocess.run(lines, shell=True, cwd=PROJECT, capture_output=True, text=True).stdout
    names = re.findall(r"^[\w-]+==", chosen, re.MULTILINE)
    assert names == ["setuptools=="] and "--hash=sha256:" in chosen
    assert {"--require-hashes", "--no-build-isolation", "requirements.lock"} <= set(lock.split())
    # pip takes no project in place where it requires hashes.
    assert {"--no-build-isolation", "-e", "."} <= set(own.split())


def test_container_installs_the_whole_lock_and_runs_as_a_user():
    text = (PROJECT / "envs" / "Dockerfile").read_text()
    lines = text.replace("\\\n", " ").splitlines()
    steps = [line.split(maxsplit=1) for line in lines if line and not line.startswith("#")]
    assert {name for name, _ in steps} == {"FROM", "COPY", "RUN", "USER"}
    base = next(value for name, value in steps if name == "FROM")
    assert base == "python:3.11-slim", "the Python of the environments"
    install = next(value for _, value in steps if "pip install" in value)
    assert {"--no-deps", "--require-hashes"} <= set(install.split())
    assert "--requirement /tmp/requirements.lock" in install
    assert ["COPY", "requirements.lock /tmp/requirements.lock"] in steps
    assert steps[-1] == ["USER", "playfair"]
    assert "x264 and x265, which are under the GPL" in text
    assert not re.search(r"(?i)password|secret|token|://\S+@", text)


def imported_by(*folders):
    """The packages that the Python files of these folders import, by distribution name."""
    names = set()
    for path in (path for folder in folders for path in (PROJECT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, ast.Import):
                names |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                names.add((node.module or "").partition(".")[0])
    distributions = packages_distributions()
    return {
        re.sub(r"[-_.]+", "-", distributions[name][0]).lower()
        for name in names - sys.stdlib_module_names
        if name in distributions and name != "playfair"
    }


def declared(*extras):
    """The distributions that pyproject.toml names, for all or for these extras."""
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
    lists = [project["dependencies"], *(project["optional-dependencies"][name] for name in extras)]
    return {re.match(r"[\w.-]+", entry)[0].lower() for entries in lists for entry in entries}


def test_what_the_library_and_the_scripts_import_is_declared():
    assert imported_by("playfair") <= declared("dashboard", "transformers")
    assert imported_by("scripts") <= declared("workflow")


def test_what_tests_and_benchmarks_import_is_declared():
    assert imported_by("tests", "benchmarks") <= declared(
        "workflow", "transformers", "dashboard", "dev"
    )


def test_the_version_is_written_once():
    citation = yaml.safe_load((PROJECT / "CITATION.cff").read_text())
    assert citation["version"] == playfair.__version__
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())
    assert project["project"]["dynamic"] == ["version"]
    assert project["tool"]["setuptools"]["dynamic"]["version"] == {"attr": "playfair.__version__"}
    headings = re.findall(r"^## (\S+)", (PROJECT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert playfair.__version__ in headings
