"""Copies of the project in which Snakemake runs on the tiny configuration."""

import fcntl
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from playfair.figures.catalogue import read_catalogue
from tests.commands import run_command
from tests.forked_programs import forked, shared_by_tests

PROJECT = Path(__file__).parents[2]
NOT_COPIED = shutil.ignore_patterns(
    *(".git", ".venv", ".snakemake", "results", "datasets", "tests", ".*_cache"),
    *(".hypothesis", "__pycache__", "node_modules"),
)
TINY = ("--configfile", "configs/tiny.yaml")
KNOWN_SOURCES = ".snakemake/playfair_sources.json"
OF_OTHER_DATASETS = {"list_classes", "import_features", "judge_imports", "download_checkpoint"}
"""Rules for data sets that are lists without classes, or features, and for released models."""
OF_THE_DASHBOARD = {"export_dashboard"}
ON_REQUEST = {"average_outputs", "bound_frame_sets", "write_jpegs"}
"""Rules for a prior that is not the default, and for files that no figure needs."""
OF_CLIP_NETWORKS = {
    "check_clip_frame_order",
    "check_masking",
    "compute_clip_esvs",
    "plot_masking_check",
    "train_clip_network",
}
"""Rules for networks of whole clips."""
OF_FURTHER_METHODS = {
    "compute_clip_method_esvs",
    "compute_method_esvs",
    "gather_method_esvs",
}
"""Rules for ESVs by methods beside a model's own."""


def scripts_of_rules():
    """The script of every rule that has one, by the rule's name."""
    found = {f"plot_{figure}": "plot_figure" for figure in read_catalogue()}
    for path in PROJECT.glob("rules/*.smk"):
        for rule in re.split(r"^rule ", path.read_text(), flags=re.M)[1:]:
            if script := re.search(r'"\.\./scripts/(\w+)\.py"', rule):
                found[rule.partition(":")[0]] = script[1]
    for path in PROJECT.glob("rules/*.smk"):
        for rule, other in re.findall(r"^use rule (\w+) as (\w+)", path.read_text(), re.M):
            found[other] = found[rule]
    return found


def copy_project(folder: Path) -> Path:
    """The project's files, without results, in a folder of its own.

    What is known of its sources comes along: a first start would read all of them, for a second.
    """
    shutil.copytree(PROJECT, folder, ignore=NOT_COPIED)
    (folder / "results").mkdir()
    known = folder / KNOWN_SOURCES
    known.parent.mkdir()
    with shared_by_tests("starting") as starting:
        if not starting.exists():
            shutil.copytree(folder, starting)
            planned_jobs(starting)
        shutil.copyfile(starting / KNOWN_SOURCES, known)
    return folder


def sample_little(folder: Path) -> None:
    """Make a copy's default profile sample and compare little, whatever command is run there."""
    study = (
        "{budgets: [192], repetitions: 1, reference_budget: 2000, approximation: {n_frames: [4]}}"
    )
    comparison = "{methods: [], timed_clips: 2}"
    with (folder / "profiles/default/config.yaml").open("a") as profile:
        profile.write(
            f'config: ["figures={{sampling_error: {study}}}", "all_frames={{budget: 256}}", '
            f'"comparison={comparison}"]\n'
        )


def copy_run(run: Path, folder: Path) -> Path:
    """A finished run as it is, times of files and Snakemake's records included."""
    subprocess.run(["cp", "-a", run, folder], check=True)
    return folder


def copy_to_plan(run: Path, folder: Path) -> Path:
    """The sources of a finished run, with links to what it made: for dry runs, which make nothing.

    Most of a copy are results, and a file costs more than its bytes.
    """
    shutil.copytree(run, folder, ignore=NOT_COPIED)
    for made in ("datasets", "results"):
        (folder / made).symlink_to(run / made)
    records = folder / ".snakemake"
    records.mkdir()
    (records / "metadata").symlink_to(run / ".snakemake/metadata")
    shutil.copyfile(run / KNOWN_SOURCES, folder / KNOWN_SOURCES)
    return folder


def results_of(dataset: str, *paths: str) -> str:
    """Files of a data set's results, as a target."""
    return " ".join(f"results/{dataset}/{path}" for path in paths)


def snakemake(folder: Path, *options: str, target: str = "results/figures"):
    """Run Snakemake for a target, or several with spaces between them, and capture what it says."""
    # Options such as --config take all words that follow: targets come first.
    words = [*forked("snakemake"), *target.split(), "--cores", "2", *options]
    return run_command(words, folder)


@contextmanager
def held(folder: Path, rule: str) -> Iterator[Callable[[], None]]:
    """Keep jobs of a rule at their beginning, after their logs were opened, until the block ends.

    Yields a function that lets them go before. What a test does to a job that runs then never comes
    too late, however slow the test is.
    """
    lock, script = folder / f"{rule}.lock", folder / f"scripts/{rule}.py"
    wait = f"import fcntl\nfcntl.flock(open({str(lock)!r}), fcntl.LOCK_SH)\n"
    before, log_to, after = script.read_text().partition("log_to(snakemake.log[0])\n")
    assert log_to, script
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        script.write_text(before + log_to + wait + after)
        yield lambda: fcntl.flock(file, fcntl.LOCK_UN)


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
