"""The page of all options."""

import re

import pytest

from playfair.config import complete_config
from playfair.config_reference import reference_page


@pytest.fixture(scope="module")
def chapters():
    """The rows of the page's tables, as cells, by chapter."""
    _, *parts = re.split(r"^##+ `?(.*?)`?$", reference_page(), flags=re.MULTILINE)
    return {
        title: {
            cells[0].strip("`"): cells[1:]
            for line in text.splitlines()
            if line.startswith("| `") and len(cells := line.strip("| ").split(" | ")) == 4
        }
        for title, text in zip(parts[::2], parts[1::2], strict=True)
    }


def flat(value, key=""):
    if not isinstance(value, dict):
        return {key: value}
    return {path: v for name in value for path, v in flat(value[name], f"{key}.{name}").items()}


def test_every_option_at_the_top_has_a_row_in_its_section(chapters):
    for name, value in complete_config({}).items():
        if name == "definitions":
            continue
        if not isinstance(value, dict):
            assert name in chapters["The run"]
        else:
            # Things with names of the user's have no defaults.
            options = [option for option in chapters[name] if "<name>" not in option]
            assert options == [path[1:] for path in flat(value)]


def test_a_row_says_what_is_allowed_and_the_default(chapters):
    assert chapters["gulp"]["short_side"][:2] == ["integer, 8 to 4,096 or `null`", "`256`"]
    assert chapters["gulp"]["fps"][:2] == ["number, over 0, at most 240", "`8.0`"]
    assert chapters["head: trn"]["head"][:2] == ["`trn`", "(to be given)"]
    assert chapters["head: trn"]["checkpoint"][0] == "[checkpoint](#checkpoints) or text or `null`"


def test_a_definition_lists_of_shared_sections_only_what_is_its_own(chapters):
    trn = [option for option in chapters["head: trn"] if "." in option]
    assert trn == ["training.dropout", "training.anywhere_share", "training.segments"]
    assert chapters["head: trn"]["attribution"][1] == "as [attribution](#attribution)"
    backbone = chapters["definitions.backbones.<name>"]
    assert backbone["training.epochs"][1] == "`20`"
    assert "training.seed" not in backbone
    assert "training.augmentation.shift" in backbone


def test_all_kinds_of_definitions_are_there(chapters):
    for kind in ("source: synthetic", "source: files", "source: features", "head: tsn"):
        assert kind in chapters
    assert "factory" in chapters["head: custom"]
    assert "features.train" in chapters["source: features"]
    assert "sha256" in chapters["Checkpoints"]


def test_placeholders_are_not_read_as_tags():
    assert not re.search(r"^\|.*[^\\]<\w", reference_page(), flags=re.MULTILINE)
