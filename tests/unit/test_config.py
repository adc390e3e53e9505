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
    assert completed["models"] == ["trn", "tsn"]
    assert completed["n_frames"] == list(range(1, 9))
    assert completed["gulp"]["fps"] == 8.0


def test_default_yaml_holds_the_defaults():
    written = yaml.safe_load(default_yaml())
    assert complete_config(written) == complete_config({})
    assert [key for key in complete_config({}) if key not in written] == []


def test_default_yaml_says_of_a_model_only_what_is_not_default():
    models = yaml.safe_load(default_yaml())["definitions"]["models"]
    assert models == {
        "trn": {"head": "trn", "backbone": "small", "n_scales": 8},
        "tsn": {"head": "tsn", "backbone": "small"},
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


@pytest.mark.parametrize("name", ["tiny.yaml", "ssv2.yaml", "custom.yaml"])
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


@pytest.mark.parametrize(
    ("config", "parts"),
    [
        ({"gulp": {"fsp": 3}}, ["gulp.fsp", "did you mean 'fps'"]),
        ({"nframes": [3]}, ["nframes", "did you mean 'n_frames'"]),
        (
            {"fps": 3},
            [
                "config key fps is not known",
                "did you mean 'gulp.fps' or 'definitions.datasets.<name>.fps'?",
                "gpus",
            ],
        ),
        (
            {"attribution": {"relu_input": True}},
            ["attribution.relu_input is", "did you mean 'definitions.models.<name>.relu_input'?"],
        ),
        (
            {"definitions": {"backbones": {"small": {"batch_size": 3}}}},
            ["small.batch_size is", "did you mean 'features.batch_size' or 'training.batch_size'"],
        ),
        (
            {"definitions": {"backbones": {"small": {"gulp": {"seed": 3}}}}},
            ["definitions.backbones.small.gulp is not known: did you mean 'gulp'? allowed are"],
        ),
        (
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
        ({"gulp": {"fps": -1.0}}, ["gulp.fps", "-1", "greater than 0"]),
        ({"gulp": {"fps": "fast"}}, ["gulp.fps", "'fast'", "number"]),
        ({"gulp": 3}, ["gulp", "3"]),
        ({"n_frames": None}, ["config key n_frames is null: ", "list"]),
        ({"n_frames": [0]}, ["n_frames.0", "0", "greater than or equal to 1"]),
        ({"n_frames": [1001]}, ["n_frames.0", "1001", "less than or equal to 1000"]),
        ({"n_frames": [21]}, ["n_frames", "21", "at most 20", "attribution.method"]),
        ({"n_frames": [2, 2]}, ["n_frames", "repeated"]),
        (
            {"figures": {"sampling_error": {"budgets": [10]}}},
            ["figures.sampling_error.budgets", "[10]", "at least 73"],
        ),
        ({"models": ["trm"]}, ["models", "'trm'", "did you mean 'trn'", "tsn"]),
        ({"dataset": "synthetc"}, ["dataset", "'synthetc'", "did you mean 'synthetic'"]),
        ({"dataset": "../etc"}, ["dataset", "'../etc'"]),
        ({"device": "gpu"}, ["device", "'gpu'", "cuda"]),
        ({"figures": {"filmstrips": {"n_frames": 12}}}, ["figures.filmstrips.n_frames", "12"]),
        (
            {"definitions": {"models": {"trn": {"head": "trm", "backbone": "small"}}}},
            ["definitions.models.trn", "'trm'", "'trn'"],
        ),
        (
            {"definitions": {"models": {"trn": {"head": "trn", "backbone": "b", "n_scale": 2}}}},
            ["definitions.models.trn.n_scale", "did you mean 'n_scales'"],
        ),
        (
            {
                "definitions": {"models": {"a": {"head": "tsn", "backbone": "large"}}},
                "models": ["a"],
            },
            ["definitions.models.a.backbone", "'large'", "small"],
        ),
        (
            {"definitions": {"models": {"a": {"head": "custom", "factory": "f", "backbone": "b"}}}},
            ["definitions.models.a.factory", "'f'", "package.module:function"],
        ),
        (
            {"definitions": {"models": {"a": {"head": "exported", "backbone": "small"}}}},
            ["definitions.models.a:", "either file", "or files"],
        ),
        (
            {
                "definitions": {
                    "models": {
                        "a": {"head": "exported", "backbone": "b", "file": "a", "files": ["b"]}
                    }
                }
            },
            ["definitions.models.a:", "give one of the two"],
        ),
        (
            {"definitions": {"datasets": {"mine": {"source": "files", "train": "t.json"}}}},
            ["definitions.datasets.mine.validation", "missing"],
        ),
        (
            {"definitions": {"datasets": {"mine": {"source": "features", "features": FEATURES}}}},
            ["a data set of features needs labels", "or train"],
        ),
        (
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
        (
            {**OF_FEATURES, "gulp": {"fps": 4}},
            ["gulp.fps is 4.0", "write definitions.datasets.mine.fps: 4.0"],
        ),
        (
            {**OF_FEATURES, "gulp": {"max_failed_share": 0.5}},
            ["gulp.max_failed_share is 0.5", "write definitions.datasets.mine.max_failed_share"],
        ),
        (
            {"definitions": {"backbones": {"small": {"architecture": "precomputed"}}}},
            ["definitions.backbones.small.architecture", "'precomputed'", "synthetic", "network"],
        ),
    ],
)
def test_bad_configuration_gets_one_sentence(config, parts):
    assert_one_sentence(config, parts)


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


@pytest.mark.parametrize(
    ("config", "parts"),
    [
        (backbone({"url": "https://host/a.pth"}), ["backbones.small.checkpoint.path", "missing"]),
        (backbone({"path": "a", "sha": "0"}), ["small.checkpoint.sha", "did you mean 'sha256'"]),
        (backbone({"path": "a", "sha256": "0f"}), ["small.checkpoint.sha256", "64 hexadecimal"]),
        (backbone({"path": "checkpoints/"}), ["small.checkpoint.path", "'checkpoints/'"]),
        (backbone({"path": "checkpoints/a", "url": "a"}), ["small.checkpoint.url", "'a'"]),
        (
            backbone({"path": "mine/a.pth", "url": "https://host/a.pth"}),
            ["small.checkpoint.path", "'mine/a.pth'", "write checkpoints/a.pth"],
        ),
        (
            backbone({"path": "checkpoints/../a.pth", "url": "https://host/a.pth"}),
            ["small.checkpoint.path", "write checkpoints/a.pth"],
        ),
        (trn(checkpoints=["a", "b"]), ["models.trn.checkpoints", "2 files", "n_scales is 8"]),
        (
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
        (
            trn(checkpoint="c", checkpoints=["a"], n_scales=1),
            ["models.trn.checkpoint and", "models.trn.checkpoints are both given"],
        ),
        (
            trn(checkpoints=["a", {"path": "a", "sha256": "0" * 64}], n_scales=2),
            ["models.trn.checkpoints.0", "models.trn.checkpoints.1", "the file a", "same url"],
        ),
        (
            trn(checkpoints=["a", {"path": "b", "sha256": "x"}], n_scales=2),
            ["models.trn.checkpoints.1.sha256", "'x'"],
        ),
    ],
)
def test_bad_checkpoint_gets_one_sentence(config, parts):
    assert_one_sentence(config, parts)


def test_bounds_of_the_schema_are_those_of_the_models():
    schema = Config.model_json_schema()
    bounds = schema["$defs"]["Gulp"]["properties"]["max_failed_share"]
    assert (bounds["minimum"], bounds["maximum"]) == (0, 1)
