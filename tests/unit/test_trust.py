"""Folders of results are data: no function is imported because a file names it."""

import argparse
import json
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
import yaml

from playfair.cli import main
from playfair.errors import InputError
from playfair.files import file_hash
from playfair.provenance import module_hash
from playfair.runs import Run
from playfair.trust import Trust, add_trust_options, trust_of
from tests.unit.data.drawn_clips import write_clips
from tests.unit.finished_run import FEATURE_DIM, write_model, write_run
from tests.unit.results import edited

CODE = """
from pathlib import Path

import torch

Path("imported").touch()


def make(scale=1.0, files=()):
    Path("made").write_text(" ".join(files))
    return lambda features: torch.full((len(features), 2), 0.5)


def other():
    Path("other").touch()
"""
SHELL = ("subprocess:getoutput", "os:system", "builtins:exec", "own_head:other", "os.path:exists")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A run whose model `own` is made by own_head:make, in the working directory."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delitem(sys.modules, "own_head", raising=False)
    (tmp_path / "own_head.py").write_text(CODE)
    write_clips(tmp_path / "clips", {"clip": 6})
    folder = write_run(tmp_path / "results/own", [])
    write_custom(folder)
    return folder


def write_custom(folder, factory="own_head:make", **options):
    options = {"arguments": {}, "files": [], "outputs": None, **options}
    options = {"head": "custom", "factory": factory, **options}
    if factory.startswith("own_head"):
        options["code_hash"] = module_hash("own_head")
    write_model(folder, "own", [1, 2], **options)
    with edited(folder / "collated/own.h5") as file:
        existing = [path for path in options["files"] if not Path(path).is_absolute()]
        attributes = file["2"].attrs
        attributes["checkpoint"] = [f"../../{path}" for path in existing]
        attributes["checkpoint_hash"] = [file_hash(path) for path in existing]


def configure(tmp_path, **options):
    model = {"head": "custom", "backbone": "small", "factory": "own_head:make", **options}
    path = tmp_path / "config.yaml"
    path.write_text(yaml.safe_dump({"definitions": {"models": {"own": model}}}))
    return path


def explain(*arguments):
    return main(["explain", "clips/clip.webm", "--run", "results/own", *map(str, arguments)])


@pytest.mark.parametrize("factory", SHELL)
def test_what_a_file_names_is_neither_imported_nor_called(
    folder, tmp_path, capsys, refused, factory
):
    write_custom(folder, factory, arguments={"cmd": "touch made"})
    assert explain() == 2
    said = capsys.readouterr().err
    assert f"by the Python function '{factory}', and a file is no reason to call it" in said
    assert "--trust-factory" in said
    assert said.count("\n") == 1
    if factory == "os:system":
        refused("The command explain", said, "a run that names a function to call")
    assert not {"imported", "made", "other"} & {path.name for path in tmp_path.iterdir()}
    assert "own_head" not in sys.modules


@pytest.mark.parametrize(
    "trusted",
    ["own_head:other", "own_head", "own_head:mak", "own_head:make ", "own_head.make", "*", ""],
)
def test_only_the_very_name_is_trusted(folder, tmp_path, trusted):
    assert explain("--trust-factory", trusted) == 2
    assert not (tmp_path / "imported").exists()


def test_the_named_function_is_called(folder, tmp_path):
    assert explain("--trust-factory", "os:system", "--trust-factory", "own_head:make") == 0
    assert (tmp_path / "made").exists()


def test_the_function_of_the_configuration_is_called(folder, tmp_path):
    assert explain("--configfile", configure(tmp_path)) == 0
    assert (tmp_path / "made").exists()


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"factory": "os:system"}, "with the factory 'os:system', but .* is 'own_head:make'"),
        ({"arguments": {"scale": 2.0}}, r"with the arguments {'scale': 2.0}, but .* is {}"),
        ({"files": ["/etc/passwd"]}, r"with the files \['/etc/passwd'\], but .* is \[\]"),
        ({"outputs": "logits"}, "with the outputs 'logits', but .* is None"),
    ],
)
def test_a_file_that_says_otherwise_than_the_configuration_is_refused(
    folder, tmp_path, said, message
):
    write_custom(folder, **said)
    options = argparse.Namespace(configfile=configure(tmp_path), trust_factory=[])
    with pytest.raises(InputError, match=rf"own\.h5 was made {message}"):
        Run(folder, trust_of(options)).model("own")
    assert not (tmp_path / "imported").exists()


def test_files_are_those_of_the_configuration(folder, tmp_path):
    """The results may name others, with their hashes."""
    (tmp_path / "own.pt").write_bytes(b"own")
    (folder / "evil.pt").write_bytes(b"evil")
    write_custom(folder, files=["own.pt"])
    config = configure(tmp_path, files=["own.pt"])
    with edited(folder / "collated/own.h5") as file:
        file["2"].attrs["checkpoint"] = ["evil.pt"]
        file["2"].attrs["checkpoint_hash"] = [file_hash(folder / "evil.pt")]
    assert explain("--configfile", config) == 2
    assert not (tmp_path / "made").exists()
    with edited(folder / "collated/own.h5") as file:
        file["2"].attrs["checkpoint_hash"] = [file_hash(tmp_path / "own.pt")]
    assert explain("--configfile", config) == 0
    assert (tmp_path / "made").read_text() == "own.pt"


BACKBONE = """
from pathlib import Path

from playfair.models.backbones.small_cnn import SmallCNN

Path("imported").touch()


def make(feature_dim):
    return SmallCNN(feature_dim)
"""


def write_backbone(folder, tmp_path, monkeypatch, factory="own_net:make", **attributes):
    """The features of the run, made by a function of the user's."""
    (tmp_path / "own_net.py").write_text(BACKBONE)
    monkeypatch.delitem(sys.modules, "own_net", raising=False)
    with edited(folder / "features/small/validation.h5") as file:
        file.attrs["architecture"] = "custom"
        file.attrs["factory"] = factory
        file.attrs["arguments"] = json.dumps({"feature_dim": FEATURE_DIM})
        file.attrs["code_hash"] = module_hash("own_net")
        file.attrs.update(attributes)
    write_model(folder, "tsn", [1])


def test_a_backbone_that_names_a_function_is_not_made(folder, tmp_path, monkeypatch):
    write_backbone(folder, tmp_path, monkeypatch, "os:system")
    with pytest.raises(InputError, match=r"validation\.h5 was made by the .* 'os:system'"):
        Run(folder).model("tsn")
    write_backbone(folder, tmp_path, monkeypatch)
    assert explain("--model", "tsn") == 2
    assert not (tmp_path / "imported").exists()


def test_a_backbone_that_the_user_names_is_made(folder, tmp_path, monkeypatch):
    write_backbone(folder, tmp_path, monkeypatch)
    assert explain("--model", "tsn", "--trust-factory", "own_net:make") == 0
    assert (tmp_path / "imported").exists()
    own = {"architecture": "custom", "factory": "own_net:make"}
    config = tmp_path / "config.yaml"
    for arguments, status in (({"feature_dim": FEATURE_DIM}, 0), ({"feature_dim": 9}, 2)):
        backbones = {"small": {**own, "arguments": arguments}}
        config.write_text(yaml.safe_dump({"definitions": {"backbones": backbones}}))
        assert explain("--model", "tsn", "--configfile", config) == status


@pytest.mark.parametrize(
    ("attributes", "message"),
    [
        ({"code_hash": "of what it was before"}, "the Python module own_net has changed since"),
        ({"arguments": "[]"}, "arguments is no JSON object"),
        ({"factory": ["own_net:make", "os:system"]}, "its attribute factory is not one text"),
    ],
)
def test_odd_words_on_a_backbone_get_one_sentence(
    folder, tmp_path, monkeypatch, attributes, message
):
    write_backbone(folder, tmp_path, monkeypatch, **attributes)
    with pytest.raises(InputError, match=message):
        Run(folder, Trust(frozenset({"own_net:make"}))).model("tsn")
    assert not (tmp_path / "imported").exists()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "cannot be read .*No such file"),
        (b"\xff\xfe", "cannot be read"),
        (b"a: [", "line 1, is not valid YAML"),
        (b"dataset: own", "has no definitions"),
        (b"definitions: {models: 3}", "has no definitions"),
        (b"!!python/object/apply:os.system ['touch ran']", "line 1, is not valid YAML"),
    ],
)
def test_configurations_that_say_nothing_get_one_sentence(tmp_path, text, message):
    path = tmp_path / "config.yaml"
    if text is not None:
        path.write_bytes(text)
    parser = argparse.ArgumentParser()
    add_trust_options(parser)
    with pytest.raises(InputError, match=message) as caught:
        trust_of(parser.parse_args(["--configfile", str(path)]))
    assert "\n" not in str(caught.value)


HOSTILE = {
    "model_options": [
        ("[" * 100_000, "is no JSON object"),
        ("[]", "is no JSON object"),
        (np.arange(3), "is no JSON object"),
        ({"head": "none"}, "not as in a configuration"),
        ({"head": "trn", "hidden_dim": 10**12}, "hidden_dim.* less than or equal to 8192"),
        ({"head": "trn", "n_scales": 10**9}, "n_scales.* less than or equal to 20"),
        ({"backbone": "../../.."}, "backbone.* should match pattern"),
        ({"attribution": "os:system"}, "names no method"),
        ({"evil": 1}, "evil.* extra inputs are not permitted"),
    ],
    "checkpoint": [(3, "checkpoint is not text"), (["a", "b"], "2 checkpoints and 1 hashes")],
    "checkpoint_hash": [(["a", "b"], "1 checkpoints and 2 hashes")],
}


@pytest.mark.parametrize(
    ("name", "value", "message"), [(name, *case) for name in HOSTILE for case in HOSTILE[name]]
)
def test_odd_attributes_of_results_get_one_sentence(folder, name, value, message):
    write_model(folder, "tsn", [1])
    with edited(folder / "collated/tsn.h5") as file:
        if isinstance(value, dict):
            value = json.dumps({**json.loads(file["1"].attrs[name]), **value})
        if isinstance(value, str) and len(value) > 60_000:
            value = value[:60_000]
        file["1"].attrs[name] = value
    with pytest.raises(InputError, match=message) as caught:
        Run(folder).model("tsn")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("decoding", json.dumps({"fps": 1e9, "short_side": None}), "fps.* less than or equal"),
        ("decoding", json.dumps({"fps": 8.0, "short_side": 10**9}), "short_side.* less than or"),
        ("decoding", "null", "decoding is no JSON object"),
        ("batch_size", 10**9, "batch_size.* less than or equal to 4096"),
        ("batch_size", "many", "batch_size.* valid integer"),
        ("architecture", "torchvision/../../evil", "architecture.* should match pattern"),
    ],
)
def test_odd_attributes_of_features_get_one_sentence(folder, tmp_path, name, value, message):
    with edited(folder / "features/small/validation.h5") as file:
        file.attrs[name] = value
    with pytest.raises(InputError, match=message):
        Run(folder).view(tmp_path / "clips/clip.webm", "small", torch.device("cpu"))


def test_groups_that_are_no_numbers_of_frames_are_passed_by(folder):
    write_model(folder, "tsn", [1])
    with edited(folder / "collated/tsn.h5") as file:
        for name in ("007", "٣", "9" * 5000, "0"):
            file.create_group(name)
    assert Run(folder).model("tsn").n_frames == [1]
