"""A full disk under an output: a sentence that says so, nothing half written, and no harm done."""

import os
import subprocess

import pytest

from tests.workflow.project import TINY, snakemake
from tests.workflow.same_results import differences


@pytest.fixture
def small_disk():
    """Mount an empty disk of some kilobytes over a folder; what it hides comes back at the end."""
    if os.geteuid() != 0:
        pytest.skip("not root, who alone can mount a small disk: run the tests as root")
    mounted = []

    def mount(folder, size):
        option = f"remount,size={size}" if folder in mounted else f"size={size}"
        subprocess.run(["mount", "-t", "tmpfs", "-o", option, "tmpfs", folder], check=True)
        mounted.append(folder)
        # A disk in use: Snakemake removes empty folders of failed jobs, but no disk's root.
        (folder / "other.txt").touch()

    yield mount
    for folder in set(mounted):
        subprocess.run(["umount", "--lazy", folder], check=True)


@pytest.mark.parametrize(
    ("folder", "output"),
    [("results/tiny/features/small", "validation.h5"), ("results/tiny/gulp", "validation")],
)
def test_full_disk_is_named_and_the_next_run_finishes(run, tiny_run, small_disk, folder, output):
    target = f"{folder}/{output}"
    small_disk(run / folder, "100k")
    failed = snakemake(run, *TINY, target=target)
    assert failed.returncode != 0
    assert f"\nerror: no space is left in {folder} to write {output}: make space" in failed.stderr
    assert "Traceback" not in failed.stderr
    assert [path.name for path in (run / folder).iterdir()] == ["other.txt"]

    small_disk(run / folder, "100m")
    finished = snakemake(run, *TINY, target=target)
    assert finished.returncode == 0, finished.stderr
    (run / "made").mkdir()
    subprocess.run(["cp", "-a", run / target, run / "made"], check=True)
    (run / "expected").mkdir()
    subprocess.run(["cp", "-a", tiny_run / target, run / "expected"], check=True)
    assert differences(run / "made", run / "expected") == []
