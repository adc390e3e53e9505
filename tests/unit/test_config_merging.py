"""Options at the top that models and backbones share, and files that Snakemake merges."""

from pathlib import Path

import pytest
import yaml
from snakemake.cli import parse_config
from snakemake.common.configfile import load_configfile
from snakemake.utils import update_config

from playfair.attribution.methods.registry import all_options
from playfair.config import complete_config
from playfair.definitions.attribution import FewFramesMethod
from playfair.errors import InputError

PROJECT = Path(__file__).parents[2]


def model_of(config, name="trn"):
    return complete_config(config)["definitions"]["models"][name]


def with_trn(**options):
    model = {"head": "trn", "backbone": "small", **options}
    return {"models": ["trn"], "definitions": {"models": {"trn": model}}}


@pytest.mark.parametrize(
    ("section", "option", "value"),
    [
        ("attribution", "method", "permutation"),
        ("attribution", "interactions", True),
        ("all_frames", "budget", 4096),
        ("training", "epochs", 3),
        ("training", "early_stopping", "loss"),
    ],
)
def test_options_at_the_top_hold_for_every_model_that_sets_no_other(section, option, value):
    config = {section: {option: value}}
    default = complete_config({})["definitions"]["models"]
    for name in ("trn", "tsn"):
        expected = {**default[name], section: {**default[name][section], option: value}}
        assert model_of(config, name) == expected


def test_a_model_overrides_single_options():
    top = {"attribution": {"method": "stratified", "budget": 2048}, "training": {"seed": 3}}
    trn = model_of({**top, **with_trn(attribution={"budget": 512}, training={"epochs": 7})})
    assert (trn["attribution"]["method"], trn["attribution"]["budget"]) == ("stratified", 512)
    assert (trn["training"]["seed"], trn["training"]["epochs"]) == (3, 7)


def test_a_model_gets_back_the_default_that_the_top_changes():
    top = {"attribution": {"method": "stratified"}}
    trn = model_of({**top, **with_trn(attribution={"method": "exact"})})
    assert trn["attribution"]["method"] == "exact"


def test_a_models_own_options_hold_no_others_of_the_top():
    attribution = model_of({"attribution": {"batch_size": 7}})["attribution"]
    assert "batch_size" not in attribution


def test_a_backbone_shares_what_its_training_has_in_common_with_that_of_heads():
    shared = {"seed": 3, "mixed_precision": "auto", "epochs": 99, "batch_size": 9}
    config = {
        "training": shared,
        "definitions": {"backbones": {"small": {"architecture": "small"}}},
    }
    training = complete_config(config)["definitions"]["backbones"]["small"]["training"]
    assert (training["seed"], training["mixed_precision"]) == (3, "auto")
    assert (training["epochs"], training["batch_size"], training["learning_rate"]) == (20, 32, 2e-3)


@pytest.mark.parametrize(
    ("config", "sentence"),
    [
        ({"n_frames": [21]}, "config key attribution.method is 'exact', for at most 20 frames"),
        (
            {"n_frames": [21], **with_trn(attribution={"method": "exact"})},
            "config key definitions.models.trn.attribution.method is 'exact', for at most 20",
        ),
        (
            {"attribution": {"method": "regression", "budget": 9}},
            "config key attribution.budget is 9",
        ),
        (
            with_trn(attribution={"method": "regression", "budget": 9}),
            "config key definitions.models.trn.attribution.budget is 9",
        ),
        ({"all_frames": {"method": "exact"}}, "config key all_frames.method is 'exact'"),
        (
            {"attribution": {"budget": 9}},
            "config key attribution.budget is 9, which the method exact does not take: remove it, "
            "or choose auto or regression or adaptive or permutation or stratified or "
            "constructive as",
        ),
        (
            with_trn(attribution={"method": "regression", "iterations": 3, "budget": 99}),
            "config key definitions.models.trn.attribution.iterations is 3, which the method "
            "regression does not take: remove it, or choose constructive as",
        ),
        (
            {"attribution": {"method": "permutation", "budget": 28}},
            "config key attribution.budget is 28: choose at least 29 for 8 frames",
        ),
        (
            {"all_frames": {"method": "permutation", "budget": 28}},
            "config key all_frames.budget is 28: choose at least 29 for 8 frames",
        ),
    ],
)
def test_a_sentence_names_the_key_that_was_set(config, sentence):
    with pytest.raises(InputError, match=sentence.replace(".", r"\.")):
        complete_config(config)


def merged(*files, options=()):
    """What Snakemake makes of config.yaml, --configfile and --config."""
    config = load_configfile(PROJECT / "config.yaml")
    for path in files:
        update_config(config, load_configfile(path))
    update_config(config, parse_config(options))
    return complete_config(config)


def changes(config):
    """The options that differ from the defaults, by their dotted keys."""
    return dict(set(flat(config).items()) - set(flat(complete_config({})).items()))


def flat(value, key=""):
    if not isinstance(value, dict):
        return {key: tuple(value) if isinstance(value, list) else value}
    return {path: v for name in value for path, v in flat(value[name], f"{key}.{name}").items()}


@pytest.fixture
def user_file(tmp_path):
    def write(text):
        path = tmp_path / "mine.yaml"
        path.write_text(text)
        return path

    return write


def test_an_option_at_the_top_may_be_for_some_of_the_models_only():
    shared = {"attribution": {"budget": 4096}}
    assert (
        model_of({**shared, **with_trn(attribution={"method": "regression"})})["attribution"][
            "budget"
        ]
        == 4096
    )


def test_defaults_of_other_methods_are_no_mistake():
    every = {
        name: declared.default
        for name, (declared, _) in all_options().items()
        if name in FewFramesMethod.model_fields
    }
    assert model_of({"attribution": {"method": "stratified", **every}})


def test_a_file_that_overrides_one_nested_option_changes_that_alone(user_file):
    path = user_file("definitions: {models: {trn: {all_frames: {budget: 4096}}}}")
    assert changes(merged(path)) == {".definitions.models.trn.all_frames.budget": 4096}
    path = user_file("figures: {filmstrips: {per_model_wrong: 0}}")
    assert changes(merged(path)) == {".figures.filmstrips.per_model_wrong": 0}


def test_the_command_line_overrides_a_file_option_by_option(user_file):
    path = user_file("attribution: {method: stratified, budget: 4096}\nn_frames: [2, 4]")
    options = ["attribution={budget: 512, tolerance: null}", "n_frames=[4, 8]", "shards=3"]
    assert changes(merged(path, options=options)) == {
        ".attribution.method": "stratified",
        ".attribution.budget": 512,
        ".definitions.models.trn.attribution.method": "stratified",
        ".definitions.models.trn.attribution.budget": 512,
        ".definitions.models.tsn.attribution.method": "stratified",
        ".definitions.models.tsn.attribution.budget": 512,
        ".definitions.models.clip.attribution.method": "stratified",
        ".definitions.models.clip.attribution.budget": 512,
        ".n_frames": (4, 8),
        ".shards.train": 3,
        ".shards.validation": 3,
    }


def test_a_section_whose_options_are_all_commented_out_changes_nothing(user_file):
    text = "training:\n  # epochs: 3\ndefinitions:\n  models:\n    trn:\n      attribution:\n"
    assert changes(merged(user_file(text))) == {}


def test_null_is_no_checkpoint(user_file):
    path = user_file("definitions: {backbones: {small: {checkpoint: null}}}")
    assert changes(merged(path)) == {}


def test_a_configuration_with_every_option_of_every_model_is_still_taken(user_file):
    # As people copied it when config.yaml spelt them all out.
    complete = complete_config({"training": {"epochs": 5}})
    whole_models = {"definitions": complete["definitions"]}
    assert merged(user_file(yaml.safe_dump(whole_models)))["definitions"] == complete["definitions"]


LISTS = {"source": "files", "train": "a.csv", "validation": "b.csv", "videos": "videos"}
MINE = {"dataset": "mine", "definitions": {"datasets": {"mine": LISTS}}}


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ({}, ["trn", "tsn", "clip"]),
        ({"n_frames": [3, 4]}, ["trn", "tsn", "clip"]),
        ({"n_frames": [3, 5]}, ["trn", "tsn"]),
        ({"models": ["tsn"]}, ["tsn"]),
        (MINE, ["trn", "tsn"]),
    ],
)
def test_models_are_the_papers_and_for_the_embedded_clips_a_network_of_whole_clips(
    config, expected
):
    assert complete_config(config)["models"] == expected
    merging = load_configfile(PROJECT / "config.yaml")
    update_config(merging, config)
    assert complete_config(merging)["models"] == expected
