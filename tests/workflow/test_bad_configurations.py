"""Configurations that cannot be meant stop every command, dry runs included, with one sentence."""

import re

import pytest

from tests.workflow.project import TINY, copy_project, planned_jobs, snakemake

MINE = """
dataset: mine
definitions:
  datasets:
    mine: {source: files, train: t.csv, validation: v.csv, videos: videos}
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    return copy_project(tmp_path_factory.mktemp("bad") / "project")


def sentence(folder, mine, text):
    """What a dry run says of the tiny configuration with more in the file `mine`."""
    mine.write_text(text)
    run = snakemake(folder, "-n", *TINY, str(mine))
    assert run.returncode != 0
    assert "Traceback" not in run.stderr
    (said,) = set(re.findall(r"^error: (.*)", run.stderr, re.M))
    return said


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("gulp:\n  fps: 4\n  fps: 8\n", "mine.yaml has the key 'fps' twice .* lines 2 and 3"),
        (MINE.replace("mine", "figures"), "results/figures is no place for a data set"),
        ("n_frames: [true]\n", r"n_frames.0 is 'true'"),
        ("collate: {uids: 'a{b}.csv'}\n", "has a brace, which Snakemake takes for a wildcard"),
        ("collate: {uids: mine.csv}\n", "'mine.csv' of the config key collate.uids is not there"),
        (MINE, "'t.csv' of the config key definitions.datasets.mine.train is not there"),
    ],
)
def test_a_dry_run_says_what_is_wrong_in_one_sentence(project, tmp_path, text, expected):
    assert re.search(expected, sentence(project, tmp_path / "mine.yaml", text))


def test_a_broken_default_configuration_is_named(tmp_path):
    folder = copy_project(tmp_path / "project")
    with (folder / "config.yaml").open("a") as file:
        file.write("gulp: [\n")
    run = snakemake(folder, "-n")
    assert run.returncode != 0
    line = (folder / "config.yaml").read_text().count("\n") + 1
    assert f"error: config.yaml, line {line}, is not valid YAML" in run.stderr


def test_a_project_in_a_folder_with_braces_is_told_to_move(tmp_path):
    folder = copy_project(tmp_path / "mine{1}")
    run = snakemake(folder, "-n", *TINY)
    assert run.returncode != 0
    assert f"error: the project lies in {folder}: rename the folder" in run.stderr
    assert "Traceback" not in run.stderr


HEAD = "definitions: {{models: {{tsn: {{head: tsn, backbone: small, checkpoint: {}}}}}}}\n"


def test_what_is_configured_and_missing_is_named_though_results_exist(tiny_run, tmp_path):
    assert planned_jobs(tiny_run) == {}
    for text, expected in (
        ("collate: {uids: mine.csv}\n", "'mine.csv' of the config key collate.uids"),
        (
            HEAD.format("results/tiny/checkpoints/mine/head.pt"),
            "'results/tiny/checkpoints/mine/head.pt' of the config key definitions.models.tsn",
        ),
    ):
        assert expected in sentence(tiny_run, tmp_path / "mine.yaml", text)


def test_a_head_that_a_rule_makes_is_made(project, tmp_path):
    head = HEAD.format("results/synthetic/checkpoints/trn/head_1_frames.pt")
    (tmp_path / "mine.yaml").write_text(head)
    jobs = planned_jobs(project, configuration=(*TINY, str(tmp_path / "mine.yaml")))
    assert jobs["train_backbone"] == 2
