"""Configurations: damaged YAML, and strange values anywhere in a good one.

A file that is accepted is what Snakemake reads in it, and what is set in it stays as it was set.
"""

import copy

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from snakemake.common.configfile import load_configfile

from playfair.config import complete_config
from playfair.config_files import default_yaml
from playfair.definitions.config_text import read_config_file
from tests.fuzz.damage import damaged, edits
from tests.fuzz.strange import plain, values, words
from tests.fuzz.targets import cases, outcome, saved_examples

GOOD = b"""\
# of my own
dataset: mine
models: [tsn, own]
n_frames: [1, 4, 8]
gulp: {fps: 4.0, short_side: null}
attribution: {method: regression, budget: 512}
collate: {uids: "some clips.csv"}
definitions:
  datasets:
    mine: &lists
      source: files
      train: clips.csv
      validation: clips.csv
      videos: videos
    other: {<<: *lists, extension: .mp4}
  models:
    tsn: {head: tsn, backbone: small, checkpoint: {path: checkpoints/a.pt, url: "https://x.y/a"}}
    own: {head: custom, backbone: small, factory: "a:b", arguments: {c: [1.5, yes, no, text]}}
"""
TARGET = "configuration"


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return tmp_path_factory.mktemp("configuration") / "mine.yaml"


def read(path, content):
    """The configuration as read and as completed, None where it is refused."""
    path.write_bytes(content)

    def both():
        found = read_config_file(path)
        return found, complete_config(found)

    return outcome(TARGET, content, both)


def test_saved_configurations_are_read_or_refused(path):
    assert read(path, GOOD) is not None
    for saved in saved_examples(TARGET):
        read(path, saved.read_bytes())


@given(damage=edits(largest=len(GOOD)), donor=st.sampled_from((GOOD, default_yaml().encode())))
@cases(100)
def test_damaged_configurations_are_read_or_refused(path, damage, donor):
    found = read(path, damaged(GOOD, damage, donor))
    if found is not None and found[0]:
        assert repr(found[0]) == repr(dict(load_configfile(path) or {}))
        assert complete_config(found[1]) == found[1]


def places(config, above=()):
    """The keys of all options, also in lists."""
    parts = config.items() if isinstance(config, dict) else enumerate(config)
    for key, value in parts:
        yield (*above, key)
        if isinstance(value, dict | list):
            yield from places(value, (*above, key))


WHOLE = complete_config(yaml.safe_load(GOOD))
PLACES = list(places(WHOLE))


@given(
    place=st.sampled_from(PLACES),
    value=st.one_of(plain, values()),
    key=st.one_of(st.none(), words, plain),
)
@cases(150)
def test_strange_options_are_refused_or_stay_as_they_are(path, place, value, key):
    config = copy.deepcopy(WHOLE)
    section = config
    for name in place[:-1]:
        section = section[name]
    if key is None or isinstance(section, list):
        section[place[-1]] = value
    else:
        section[key] = section.pop(place[-1])
    content = yaml.safe_dump(config, allow_unicode=True).encode("utf-8", errors="replace")
    found = read(path, content)
    if found is None:
        return
    assert complete_config(found[1]) == found[1]
    if key is None:
        for name in place:
            found = (None, found[1][name])
        assert is_same(found[1], value), (place, found[1], value)


def is_same(found, given):
    """Whether a value means what was given, as text for numbers and null, and in short forms."""
    if found == given and isinstance(found, bool) == isinstance(given, bool):
        return True
    if given is None or given == "null":
        # Where it stands for what follows from other options: a section, or numbers of frames.
        return found is None or isinstance(found, dict | list)
    if isinstance(given, str) and not isinstance(found, str | dict | list):
        return isinstance(found, bool) or float(given.replace("_", "")) == float(found)
    if isinstance(found, list) and isinstance(given, list):
        return len(found) == len(given) and all(map(is_same, found, given))
    if isinstance(found, dict) and isinstance(given, dict):
        return all(is_same(found[name], value) for name, value in given.items())
    if isinstance(found, dict):
        return given in found.values()
    return (found, given) == ("off", False)
