"""The page on training: its configuration, commands and code work as they are written there."""

import re
import shlex

import pytest
import yaml
from snakemake.utils import update_config

from playfair.config import complete_config
from playfair.definitions.training import (
    AugmentationSection,
    BackboneTraining,
    TRNTraining,
    TSNTraining,
)
from tests.workflow.pages import blocks
from tests.workflow.project import PROJECT, copy_project, snakemake

PATH = "docs/training.md"
PAGE = (PROJECT / PATH).read_text()


@pytest.mark.parametrize(
    ("command", "backbones", "heads"),
    list(zip(re.findall(r"^snakemake (.*)$", PAGE, re.M), (2, 2), (8, 0), strict=True)),
)
def test_commands_plan_the_trainings_that_the_page_names(tmp_path, command, backbones, heads):
    folder = copy_project(tmp_path / "project")
    (folder / "training.yaml").write_text(blocks(PATH, None, "yaml")[0])
    target, *options = shlex.split(command.removeprefix("--cores all "))
    dry_run = snakemake(folder, "-n", *options, target=target)
    assert dry_run.returncode == 0, dry_run.stderr
    planned = dict(re.findall(r"^(train_\w+) +(\d+)$", dry_run.stdout + dry_run.stderr, re.M))
    assert int(planned["train_backbone"]) == backbones
    assert int(planned.get("train_single_scale_head", 0)) == heads


def test_the_table_names_all_options_with_their_defaults():
    rows = dict(re.findall(r"^\| `(.+?)` \| (.+?) \|", PAGE, re.M))
    augmentation = AugmentationSection().model_dump()
    options = {f"augmentation.{name}": value for name, value in augmentation.items()}
    for section in (TRNTraining(), TSNTraining(), BackboneTraining()):
        options |= section.model_dump(exclude={"augmentation"})
    assert rows.keys() == options.keys()
    for name, value in options.items():
        first = re.split("[ ,]", rows[name])[0].strip("`")
        assert yaml.safe_load(first) == (False if value == "off" else value), name


def test_the_configuration_trains_as_the_page_says():
    config = yaml.safe_load((PROJECT / "config.yaml").read_text())
    update_config(config, yaml.safe_load(blocks(PATH, None, "yaml")[0]))
    definitions = complete_config(config)["definitions"]
    parts = [
        definitions["backbones"]["tuned"],
        *(definitions["models"][name] for name in ("trn", "tsn")),
    ]
    assert [part["training"]["mixed_precision"] for part in parts] == ["auto"] * 3
    assert [part["training"]["epochs"] for part in parts] == [30, 60, 40]


def test_the_code_runs_as_it_is_written():
    names = {}
    for block in blocks(PATH, None, "python"):
        exec(block, names)
    assert names["trained"].log["kept"].any()
    assert names["trained"].head.n_frames == 4
