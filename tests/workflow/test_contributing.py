"""CONTRIBUTING.md: what its sections add works as it is written, in a copy of the project."""

import sys

import h5py
import numpy as np
import pandas as pd
import pytest
from PIL import Image

import playfair
from tests.commands import run_command
from tests.workflow.pages import blocks, run_section, write_titled
from tests.workflow.project import copy_run

PAGE = "CONTRIBUTING.md"


def apply_change(text, change):
    """`text` with the lines of a diff block changed: those with a blank or "-" must be in it."""
    lines = change.splitlines()
    old = "\n".join(line[1:] for line in lines if line[0] in " -")
    new = "\n".join(line[1:] for line in lines if line[0] in " +")
    assert text.count(old) == 1, old
    return text.replace(old, new)


def add(section, folder):
    """Add to a copy of the project what a section of the page adds, and run its commands."""
    for change in blocks(PAGE, section, "diff"):
        path, _, lines = change.removeprefix("# ").partition("\n")
        (folder / path).write_text(apply_change((folder / path).read_text(), lines))
    modules = write_titled(blocks(PAGE, section, "python"), folder)
    for check in (["check"], ["format", "--check"]):
        said = run_command([sys.executable, "-m", "ruff", *check, *modules], folder)
        assert said.returncode == 0, said.stdout
    for block in blocks(PAGE, section, "rst"):
        path, _, text = block.removeprefix(".. ").partition("\n")
        (folder / path).write_text(text)
    return run_section(folder, PAGE, section)


@pytest.fixture
def project(tiny_run, tmp_path):
    return copy_run(tiny_run, tmp_path / "project")


def test_a_sampler(project):
    printed = add("A sampler", project)
    assert "(sampled values)" in printed


def test_a_method(project):
    assert "(best_case, unit: probability) of 1 video" in add("A method", project)


def test_a_figure(project):
    add("A figure", project)
    numbers = pd.read_csv(project / "results/tiny/tables/score_by_length.csv")
    assert set(numbers["n_frames"]) == {1, 2, 3}
    with Image.open(project / "results/figures/score_by_length.png") as picture:
        assert picture.size[0] == 1417
    gallery = (project / "results/figures/index.html").read_text(encoding="utf-8")
    assert "How sure are the models?" in gallery
    assert "The mean highest score of the models" in gallery
    assert "| `score_by_length` | How sure are the models? |" in (project / "README.md").read_text()


def test_a_backbone(project):
    add("A backbone", project)
    with h5py.File(project / "results/tiny/features/grid/validation.h5") as file:
        assert file.attrs["architecture"] == "colour_grid"
        assert np.isfinite(file["features"][:]).all()


def test_a_temporal_head(project):
    add("A temporal head", project)
    table = playfair.load(project / "results/tiny/esvs/max_head/3_frames.h5")
    np.testing.assert_allclose(table.prior + table.esv.sum(axis=1), table.scores, atol=1e-5)
