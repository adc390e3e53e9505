"""The configuration: defaults, sentences for what is wrong, and the files generated from it."""

import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from playfair.config import Config, complete_config
from playfair.config_files import default_yaml, main, schema_json
from playfair.errors import InputError

PROJECT = Path(__file__).parents[2]
FEATURES = {"train": "train.h5", "validation": "validation.h5"}
DRAWN = {"source": "synthetic"}
OF_FEATURES = {
    "dataset": "mine",
    "models": ["tsn"],
    "definitions": {
        "datasets": {"mine": {"source": "features", "features": FEATURES, "labels": "l.json"}},
        "backbones": {"own": {"architecture": "precomputed"}},
        "models": {"tsn": {"head": "tsn", "backbone": "own"}},
    },
}


def test_empty_configuration_gets_all_defaults():
    completed = complete_config({})
    assert completed["dataset"] == "synthetic"
    assert completed["models"] == ["trn", "tsn", "clip"]
    assert completed["n_frames"] == list(range(1, 9))
    assert completed["gulp"]["fps"] == 8.0


def test_default_yaml_holds_the_defaults():
    written = yaml.safe_load(default_yaml())
    assert complete_config(written) == complete_config({})
    assert [key for key in complete_config({}) if key not in written] == []


def test_default_yaml_says_of_a_model_only_what_is_not_default():
    models = yaml.safe_load(default_yaml())["definitions"]["models"]
    assert models == {
        "trn": {
            "head": "trn",
            "backbone": "small",
            "n_scales": 8,
            "training": {"segments": 8, "anywhere_share": 0},
        },
        "tsn": {"head": "tsn", "backbone": "small"},
        "clip": {"head": "clip", "network": "small", "clip_frames": 8, "batch_size": 64},
    }


def test_completing_twice_changes_nothing():
    completed = complete_config({})
    assert complete_config(completed) == completed


def test_generated_files_in_the_project_are_current(monkeypatch):
    monkeypatch.chdir(PROJECT)
    assert main(["--check"]) == 0


def test_drift_of_a_generated_file_is_noticed(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main([]) == 0
    assert main(["--check"]) == 0
    Path("config.yaml").write_text(default_yaml().replace("fps: 8.0", "fps: 9.0"))
    assert main(["--check"]) == 1
    assert "config.yaml differs" in capsys.readouterr().err


def test_values_inside_of_command_line_options_are_read_from_text():
    completed = complete_config(
        {"n_frames": ["4", "8"], "gulp": {"fps": "5", "short_side": "null"}}
    )
    assert completed["n_frames"] == [4, 8]
    assert completed["gulp"]["fps"] == 5.0
    assert completed["gulp"]["short_side"] is None


@pytest.mark.parametrize(
    "model",
    [
        {"head": "custom", "factory": "my_model:make", "arguments": {"dim": 3, "names": ["a"]}},
        {"head": "exported", "file": "model.pt", "outputs": "logits"},
        {"head": "exported", "files": ["1.pt", "2.pt"]},
    ],
)
def test_models_of_the_users_own_obey_the_schema(model):
    model = {**model, "backbone": "small"}
    completed = complete_config({"models": ["a"], "definitions": {"models": {"a": model}}})
    jsonschema.validate(completed, json.loads(schema_json()))
    found = completed["definitions"]["models"]["a"]
    assert {key: found[key] for key in model} == model
    assert found["attribution"]["method"] == "exact"
    assert "training" not in found


def test_every_field_has_a_description():
    schema = json.loads(schema_json())
    sections = [schema, *schema["$defs"].values()]
    for section in sections:
        assert section["additionalProperties"] is False, section["title"]
        for name, field in section["properties"].items():
            assert field.get("description"), f"{section['title']}.{name}"


@pytest.mark.parametrize("name", sorted(path.name for path in (PROJECT / "configs").glob("*.yaml")))
def test_shipped_configurations_obey_the_schema(name):
    config = yaml.safe_load((PROJECT / "configs" / name).read_text())
    completed = complete_config(_merged(yaml.safe_load(default_yaml()), config))
    for whole_or_partial in (completed, config):
        jsonschema.validate(whole_or_partial, json.loads(schema_json()))


@pytest.mark.parametrize(
    "text",
    [
        "definitions: {models: {trn: {attribution: {budgt: 3}}}}",
        "definitions: {models: {tsn: {head: tsn, n_scales: 3}}}",
        "definitions: {models: {trn: {training: {epochs: 0}}}}",
        "definitions: {datasets: {mine: {source: file}}}",
        "training: {epoch: 3}",
    ],
)
def test_the_schema_refuses_wrong_options_in_partial_files(text):
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(yaml.safe_load(text), json.loads(schema_json()))


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        "shards: 4",
        "definitions: {models: {any: {attribution: {budget: 300}}}}",
        "definitions: {backbones: {small: {training: {augmentation: {shift: 0.1}}}}}",
        "definitions: {datasets: {mine: {labels: labels.json}}}",
    ],
)
def test_the_schema_takes_files_that_say_only_what_differs(text):
    jsonschema.validate(yaml.safe_load(text), json.loads(schema_json()))


def _merged(base, change):
    for key, value in change.items():
        if isinstance(value, dict) and isinstance(base.get(key), dict):
            _merged(base[key], value)
        else:
            base[key] = value
    return base


def assert_one_sentence(config, parts):
    """The configuration is refused in one sentence that holds all of these parts."""
    with pytest.raises(InputError) as caught:
        complete_config(config)
    sentence = str(caught.value)
    assert "\n" not in sentence
    for part in parts:
        assert part in sentence
    return sentence


BAD = {
    "a misspelt option": ({"gulp": {"fsp": 3}}, ["gulp.fsp", "did you mean 'fps'"]),
    "a misspelt option at the top": ({"nframes": [3]}, ["nframes", "did you mean 'n_frames'"]),
    "an option at the top that belongs in a section": (
        {"fps": 3},
        [
            "config key fps is not known",
            "did you mean 'gulp.fps' or 'definitions.datasets.<name>.fps'?",
            "gpus",
        ],
    ),
    "models in two units": (
        {
            "definitions": {
                "models": {
                    "trn": {"head": "trn", "backbone": "small", "attribution": {"score": "logit"}},
                    "tsn": {"head": "tsn", "backbone": "small"},
                }
            }
        },
        ["attribution.score is logit for trn, probability for tsn", "choose one"],
    ),
    "an option of models in attribution": (
        {"attribution": {"relu_input": True}},
        ["attribution.relu_input is", "did you mean 'definitions.models.<name>.relu_input'?"],
    ),
    "an option in the wrong section": (
        {"definitions": {"backbones": {"small": {"batch_size": 3}}}},
        ["small.batch_size is", "did you mean 'features.batch_size' or 'training.batch_size'"],
    ),
    "a section of the top in a backbone": (
        {"definitions": {"backbones": {"small": {"gulp": {"seed": 3}}}}},
        ["definitions.backbones.small.gulp is not known: did you mean 'gulp'? allowed are"],
    ),
    "an option of the top in a model": (
        {
            "definitions": {
                "models": {
                    "trn": {
                        "head": "trn",
                        "backbone": "small",
                        "attribution": {"batch_size": 3},
                    }
                }
            }
        },
        ["trn.attribution.batch_size", "did you mean 'attribution.batch_size'? allowed are"],
    ),
    "a rate below 0": ({"gulp": {"fps": -1.0}}, ["gulp.fps", "-1", "greater than 0"]),
    "a word where a number belongs": ({"gulp": {"fps": "fast"}}, ["gulp.fps", "'fast'", "number"]),
    "a number where a section belongs": ({"gulp": 3}, ["gulp", "3"]),
    "null where a list belongs": ({"n_frames": None}, ["config key n_frames is null: ", "list"]),
    "no frames at all": ({"n_frames": [0]}, ["n_frames.0", "0", "greater than or equal to 1"]),
    "1001 frames": ({"n_frames": [1001]}, ["n_frames.0", "1001", "less than or equal to 1000"]),
    "21 frames, exactly": (
        {"n_frames": [21]},
        ["n_frames", "21", "at most 20", "attribution.method"],
    ),
    "a number of frames twice": ({"n_frames": [2, 2]}, ["n_frames", "repeated"]),
    "a budget too small for the study of samplers": (
        {"figures": {"sampling_error": {"budgets": [10]}}},
        ["figures.sampling_error.budgets", "[10]", "at least 65"],
    ),
    "a model that is not defined": (
        {"models": ["trm"]},
        ["models", "'trm'", "did you mean 'trn'", "tsn"],
    ),
    "a data set that is not defined": (
        {"dataset": "synthetc"},
        ["dataset", "'synthetc'", "did you mean 'synthetic'"],
    ),
    "a data set whose name is a path": ({"dataset": "../etc"}, ["dataset", "'../etc'"]),
    "a device that is none": ({"device": "gpu"}, ["device", "'gpu'", "cuda"]),
    "filmstrips at a number of frames that is not explained": (
        {"figures": {"filmstrips": {"n_frames": 12}}},
        ["figures.filmstrips.n_frames", "12"],
    ),
    "a temporal head that is none": (
        {"definitions": {"models": {"trn": {"head": "trm", "backbone": "small"}}}},
        ["definitions.models.trn", "'trm'", "'trn'"],
    ),
    "a misspelt option of a model": (
        {"definitions": {"models": {"trn": {"head": "trn", "backbone": "b", "n_scale": 2}}}},
        ["definitions.models.trn.n_scale", "did you mean 'n_scales'"],
    ),
    "a model on a backbone that is not defined": (
        {
            "definitions": {"models": {"a": {"head": "tsn", "backbone": "large"}}},
            "models": ["a"],
        },
        ["definitions.models.a.backbone", "'large'", "small"],
    ),
    "a factory that names no function": (
        {"definitions": {"models": {"a": {"head": "custom", "factory": "f", "backbone": "b"}}}},
        ["definitions.models.a.factory", "'f'", "package.module:function"],
    ),
    "an exported model without a file": (
        {"definitions": {"models": {"a": {"head": "exported", "backbone": "small"}}}},
        ["definitions.models.a:", "either file", "or files"],
    ),
    "an exported model with file and files": (
        {
            "definitions": {
                "models": {"a": {"head": "exported", "backbone": "b", "file": "a", "files": ["b"]}}
            }
        },
        ["definitions.models.a:", "give one of the two"],
    ),
    "a data set of files without a validation list": (
        {"definitions": {"datasets": {"mine": {"source": "files", "train": "t.json"}}}},
        ["definitions.datasets.mine.validation", "missing"],
    ),
    "a data set of features whose classes have no names": (
        {"definitions": {"datasets": {"mine": {"source": "features", "features": FEATURES}}}},
        ["a data set of features needs labels", "or train"],
    ),
    "a data set of features for a backbone that is a network": (
        {
            "dataset": "mine",
            "definitions": {
                "datasets": {
                    "mine": {"source": "features", "features": FEATURES, "labels": "l.json"}
                }
            },
        },
        ["definitions.backbones.small.architecture", "'small'", "mine", "precomputed"],
    ),
    "gulp.fps with a data set of features": (
        {**OF_FEATURES, "gulp": {"fps": 4}},
        ["gulp.fps is 4.0", "write definitions.datasets.mine.fps: 4.0"],
    ),
    "gulp.max_failed_share with a data set of features": (
        {**OF_FEATURES, "gulp": {"max_failed_share": 0.5}},
        ["gulp.max_failed_share is 0.5", "write definitions.datasets.mine.max_failed_share"],
    ),
    "frames that are no whole snippets": (
        {"n_frames": [2, 3], "snippet_length": 2},
        ["snippet_length is 2, but n_frames is [2, 3]", "multiples of 2"],
    ),
    "a truth value among numbers": ({"n_frames": [True]}, ["n_frames.0 is 'true'", "integer"]),
    "a truth value for a number": ({"gulp": {"fps": True}}, ["gulp.fps is 'true'", "number"]),
    "a rate that is NaN": ({"gulp": {"fps": float("nan")}}, ["gulp.fps is nan", "finite"]),
    "a rate that is infinite": ({"gulp": {"fps": float("inf")}}, ["gulp.fps is inf", "finite"]),
    "a seed of 20 digits": ({"gulp": {"seed": 10**19}}, ["gulp.seed is 1000", "less than"]),
    "a number of 5000 digits": ({"n_frames": [10**5000]}, ["is a very large number: input"]),
    "a data set called figures": (
        {"dataset": "figures", "definitions": {"datasets": {"figures": DRAWN}}},
        ["definitions.datasets.figures: results/figures is no place for a data set"],
    ),
    "a data set called Logs": (
        {"definitions": {"datasets": {"synthetic": DRAWN, "Logs": DRAWN}}},
        ["definitions.datasets.Logs: results/Logs is no place"],
    ),
    "two data sets whose names differ in letter case": (
        {"definitions": {"datasets": {"synthetic": DRAWN, "Synthetic": DRAWN}}},
        ["datasets.synthetic and definitions.datasets.Synthetic differ in letter case alone"],
    ),
    "a name of 101 letters": (
        {"definitions": {"datasets": {"a" * 101: DRAWN}}},
        ["at most 100 characters"],
    ),
    "a name with a blank": (
        {"definitions": {"datasets": {"my clips": DRAWN}}},
        ["definitions.datasets.my clips is 'my clips': string should match pattern"],
    ),
    "the name no, which YAML reads as false": (
        {"definitions": {"datasets": {False: DRAWN}}},
        ["is false: input should be a valid string"],
    ),
    "a path with braces": (
        {"collate": {"uids": "{mine}.csv"}},
        ["collate.uids: the path '{mine}.csv' has a brace, which Snakemake takes for a wildcard"],
    ),
    "a path with a blank at its end": ({"collate": {"uids": "a.csv "}}, ["begins or ends with"]),
    "a path with a line break": ({"collate": {"uids": "a\nb"}}, [r"'a\nb'", "control character"]),
    "an empty path": ({"collate": {"uids": ""}}, ["collate.uids: the path '' is empty"]),
    "a data set of videos for precomputed features": (
        {"definitions": {"backbones": {"small": {"architecture": "precomputed"}}}},
        ["definitions.backbones.small.architecture", "'precomputed'", "synthetic", "network"],
    ),
}


@pytest.mark.parametrize(("config", "parts"), BAD.values(), ids=BAD)
def test_bad_configuration_gets_one_sentence(config, parts, refused):
    refused("Configuration", assert_one_sentence(config, parts))


@pytest.mark.parametrize("path", ["videos.{x}", "a}", " a", "a\t"])
@pytest.mark.parametrize(
    "definitions",
    [
        lambda path: {"datasets": {"mine": {"source": "files", **lists(path)}}},
        lambda path: {"datasets": {"mine": of_features(features={**FEATURES, "train": path})}},
        lambda path: {"datasets": {"mine": of_features(labels=path)}},
        lambda path: {"datasets": {"mine": of_features(ground_truth=path)}},
        lambda path: {"backbones": {"small": {"checkpoint": path}}},
        lambda path: {"backbones": {"small": {"training": {"initial_checkpoint": path}}}},
        lambda path: {"models": {"a": {"head": "exported", "backbone": "small", "file": path}}},
        lambda path: {"models": {"a": {"head": "exported", "backbone": "small", "files": [path]}}},
    ],
)
def test_no_path_has_braces_or_blanks_around_it(definitions, path):
    assert_one_sentence({"definitions": definitions(path)}, ["the path", repr(path)])


def lists(videos):
    return {"train": "t.csv", "validation": "v.csv", "videos": videos}


def of_features(**options):
    return {"source": "features", "features": FEATURES, "labels": "l.json", **options}


def test_truth_values_stay_where_they_belong():
    completed = complete_config({"gulp": {"shuffle": True}, "training": {"mixed_precision": False}})
    assert completed["gulp"]["shuffle"] is True
    assert completed["training"]["mixed_precision"] == "off"


def test_configurations_of_ones_own_are_checked_before_a_run(tmp_path, capsys):
    (tmp_path / "a.yaml").write_text("gulp: {fps: 4.0}\n")
    (tmp_path / "b.yaml").write_text("gulp: {chunk_size: 3}\nmodels: [tsn]\n")
    assert main([str(tmp_path / "a.yaml"), str(tmp_path / "b.yaml")]) == 0
    (tmp_path / "c.yaml").write_text("gulp:\n  fsp: 3\n")
    assert main([str(tmp_path / "a.yaml"), str(tmp_path / "c.yaml")]) == 1
    assert capsys.readouterr().err.startswith("error: config key gulp.fsp is not known")


def test_a_data_set_of_features_has_a_rate_of_its_own():
    datasets = {"mine": {**OF_FEATURES["definitions"]["datasets"]["mine"], "fps": 4}}
    definitions = {**OF_FEATURES["definitions"], "datasets": datasets}
    completed = complete_config({**OF_FEATURES, "definitions": definitions, "gulp": {"fps": 12}})
    assert completed["definitions"]["datasets"]["mine"]["fps"] == 4
    assert complete_config(completed) == completed


def backbone(checkpoint):
    return {"definitions": {"backbones": {"small": {"checkpoint": checkpoint}}}}


def trn(**options):
    model = {"head": "trn", "backbone": "small", **options}
    return {"models": ["trn"], "definitions": {"models": {"trn": model}}}


def test_path_alone_stands_for_a_checkpoint():
    completed = complete_config(backbone("weights/small.pth"))
    expected = {"path": "weights/small.pth", "url": None, "sha256": None}
    assert completed["definitions"]["backbones"]["small"]["checkpoint"] == expected
    assert complete_config(completed) == completed


def test_path_alone_obeys_the_schema():
    schema = json.loads(schema_json())
    jsonschema.validate(backbone("weights/small.pth"), schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(backbone(3), schema)


BAD_CHECKPOINTS = {
    "a url without a path": (
        backbone({"url": "https://host/a.pth"}),
        ["backbones.small.checkpoint.path", "missing"],
    ),
    "a misspelt option of a checkpoint": (
        backbone({"path": "a", "sha": "0"}),
        ["small.checkpoint.sha", "did you mean 'sha256'"],
    ),
    "a hash that is too short": (
        backbone({"path": "a", "sha256": "0f"}),
        ["small.checkpoint.sha256", "64 hexadecimal"],
    ),
    "a checkpoint that is a directory": (
        backbone({"path": "checkpoints/"}),
        ["small.checkpoint.path", "'checkpoints/'"],
    ),
    "a url that is no address": (
        backbone({"path": "checkpoints/a", "url": "a"}),
        ["small.checkpoint.url", "'a'"],
    ),
    "a download to another folder": (
        backbone({"path": "mine/a.pth", "url": "https://host/a.pth"}),
        ["small.checkpoint.path", "'mine/a.pth'", "write checkpoints/a.pth"],
    ),
    "a download that leads out of its folder": (
        backbone({"path": "checkpoints/../a.pth", "url": "https://host/a.pth"}),
        ["small.checkpoint.path", "write checkpoints/a.pth"],
    ),
    "two checkpoints for eight scales": (
        trn(checkpoints=["a", "b"]),
        ["models.trn.checkpoints", "2 files", "n_scales is 8"],
    ),
    "weights and a checkpoint": (
        {
            "definitions": {
                "backbones": {
                    "small": {
                        "architecture": "torchvision/resnet18",
                        "feature_dim": 512,
                        "weights": "DEFAULT",
                        "checkpoint": "a",
                    }
                }
            }
        },
        ["backbones.small.weights and", "small.checkpoint are both given"],
    ),
    "a checkpoint and checkpoints": (
        trn(checkpoint="c", checkpoints=["a"], n_scales=1),
        ["models.trn.checkpoint and", "models.trn.checkpoints are both given"],
    ),
    "one file with two hashes": (
        trn(checkpoints=["a", {"path": "a", "sha256": "0" * 64}], n_scales=2),
        ["models.trn.checkpoints.0", "models.trn.checkpoints.1", "the file a", "same url"],
    ),
    "a hash that is none, of one of several": (
        trn(checkpoints=["a", {"path": "b", "sha256": "x"}], n_scales=2),
        ["models.trn.checkpoints.1.sha256", "'x'"],
    ),
}


@pytest.mark.parametrize(("config", "parts"), BAD_CHECKPOINTS.values(), ids=BAD_CHECKPOINTS)
def test_bad_checkpoint_gets_one_sentence(config, parts, refused):
    refused("Configuration", assert_one_sentence(config, parts))


def test_bounds_of_the_schema_are_those_of_the_models():
    schema = Config.model_json_schema()
    bounds = schema["$defs"]["Gulp"]["properties"]["max_failed_share"]
    assert (bounds["minimum"], bounds["maximum"]) == (0, 1)
