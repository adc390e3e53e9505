"""Checkpoints: both released forms, clear errors, nothing that runs code."""

import argparse
import pickle
import re
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from playfair.errors import InputError
from playfair.models.backbones.architectures import build_backbone
from playfair.models.checkpoints import (
    content_hash,
    load_initial_weights,
    load_state_dict,
    load_weights,
    save_checkpoint,
)
from playfair.models.heads.tsn_trn import TRN, TSN
from tests.commands import run_command


@pytest.fixture
def head():
    torch.manual_seed(1)
    return TRN(2, 6, 5, 3)


def test_weights_and_attributes_come_back(tmp_path, head):
    path = tmp_path / "head.pt"
    save_checkpoint(path, head, architecture="trn", n_frames=2, classes=["a", "b", "c"])
    other = load_weights(TRN(2, 6, 5, 3), path)
    assert not other.training
    for key, value in head.state_dict().items():
        assert torch.equal(other.state_dict()[key], value)
    checkpoint = torch.load(path, weights_only=True)
    attributes = {"architecture": "trn", "n_frames": 2, "classes": ["a", "b", "c"]}
    assert len(checkpoint.pop("sha256")) == 64
    assert checkpoint == {"state_dict": checkpoint["state_dict"], **attributes}


def test_the_same_weights_give_the_same_bytes(tmp_path, head):
    for name in ("one.pt", "another_name.pt"):
        save_checkpoint(tmp_path / name, head, n_frames=2)
    assert (tmp_path / "one.pt").read_bytes() == (tmp_path / "another_name.pt").read_bytes()


@pytest.mark.parametrize("key", ["state_dict", "model"])
def test_both_released_forms_are_read(tmp_path, head, key):
    torch.save({key: head.state_dict(), "epoch": 3}, tmp_path / "released.pth")
    assert set(load_state_dict(tmp_path / "released.pth")) == set(head.state_dict())


def test_a_wrong_shape_is_an_error_that_names_both(tmp_path, head, refused):
    save_checkpoint(tmp_path / "head.pt", head)
    with pytest.raises(
        InputError, match=r"model\.1\.weight of shape \(5, 12\).*\(5, 18\)"
    ) as caught:
        load_weights(TRN(3, 6, 5, 3), tmp_path / "head.pt")
    refused("Checkpoints and exported models", caught.value, "weights of another shape")


def test_another_network_is_an_error_that_names_the_keys(tmp_path, head, refused):
    save_checkpoint(tmp_path / "head.pt", head)
    with pytest.raises(InputError, match=r"lacks weights classifier\.weight") as caught:
        load_weights(TSN(6, 3), tmp_path / "head.pt")
    refused("Checkpoints and exported models", caught.value, "weights of another network")
    with pytest.raises(InputError, match=r"unexpected weights model\.1\.weight \(5, 12\)"):
        load_weights(TSN(6, 3), tmp_path / "head.pt")
    torch.save({"model": {**head.state_dict(), "extra": torch.zeros(1)}}, tmp_path / "more.pt")
    with pytest.raises(InputError, match=r"it has the unexpected weights extra \(1,\)\.$"):
        load_weights(TRN(2, 6, 5, 3), tmp_path / "more.pt")


def test_a_bare_state_dict_is_read(tmp_path, head):
    torch.save(head.state_dict(), tmp_path / "bare.pth")
    loaded = load_weights(TRN(2, 6, 5, 3), tmp_path / "bare.pth")
    assert torch.equal(loaded.model[1].weight, head.model[1].weight)


def test_the_prefix_of_parallel_training_is_taken_off_where_all_keys_have_it(tmp_path, head):
    prefixed = {f"module.{key}": value for key, value in head.state_dict().items()}
    torch.save({"state_dict": prefixed}, tmp_path / "parallel.pth")
    assert set(load_state_dict(tmp_path / "parallel.pth")) == set(head.state_dict())
    torch.save({"state_dict": {**prefixed, "x": torch.zeros(1)}}, tmp_path / "mixed.pth")
    assert set(load_state_dict(tmp_path / "mixed.pth")) == {*prefixed, "x"}


@pytest.mark.parametrize(
    "prefix", ["_orig_mod.", "model.", "backbone.", "module._orig_mod.", "model.backbone."]
)
def test_weights_below_a_usual_prefix_are_found_beside_others(tmp_path, prefix):
    network = build_backbone("small", 5)
    weights = {f"{prefix}{key}": value for key, value in network.state_dict().items()}
    torch.save({"state_dict": {**weights, "head.weight": torch.ones(2)}}, tmp_path / "all.pth")
    loaded = load_weights(build_backbone("small", 5), tmp_path / "all.pth")
    assert torch.equal(loaded.last_linear.weight, network.last_linear.weight)


def test_other_weights_below_a_prefix_are_named_as_they_are(tmp_path, head):
    weights = {f"model.{key}": value for key, value in head.state_dict().items()}
    torch.save(weights, tmp_path / "head.pth")
    with pytest.raises(InputError, match=r"unexpected weights model\.model\.1"):
        load_weights(TSN(6, 3), tmp_path / "head.pth")
    many = {"module." * number + "x": torch.ones(1) for number in range(1, 300)}
    torch.save(many, tmp_path / "many.pth")
    with pytest.raises(InputError, match="is not one of the network TSN"):
        load_weights(TSN(6, 3), tmp_path / "many.pth")


def test_safetensors_are_read(tmp_path, head):
    save_file(head.state_dict(), tmp_path / "head.safetensors")
    loaded = load_weights(TRN(2, 6, 5, 3), tmp_path / "head.safetensors")
    assert torch.equal(loaded.model[1].weight, head.model[1].weight)
    whole = (tmp_path / "head.safetensors").read_bytes()
    (tmp_path / "head.safetensors").write_bytes(whole[:-8])
    with pytest.raises(InputError, match="cut short"):
        load_weights(TRN(2, 6, 5, 3), tmp_path / "head.safetensors")
    with pytest.raises(InputError, match="does not exist"):
        load_weights(TRN(2, 6, 5, 3), tmp_path / "none.safetensors")


def test_a_network_of_the_original_trn_code_gives_its_parts(tmp_path):
    head, backbone = TRN(2, 6, 5, 3, relu_input=True), build_backbone("bninception", 6)
    parts = {f"base_model.{key}": value for key, value in backbone.state_dict().items()}
    parts["new_fc.weight"] = parts.pop("base_model.last_linear.weight")
    parts["new_fc.bias"] = parts.pop("base_model.last_linear.bias")
    for layer in (1, 3):
        for kind in ("weight", "bias"):
            weights = getattr(head.model[layer], kind).detach()
            parts[f"consensus.classifier.{layer}.{kind}"] = weights
    path = tmp_path / "TRN_something_RGB_best.pth.tar"
    torch.save({"epoch": 9, "state_dict": {f"module.{k}": v for k, v in parts.items()}}, path)
    loaded = load_weights(TRN(2, 6, 5, 3, relu_input=True), path)
    features = torch.randn(4, 2, 6)
    assert torch.equal(loaded(features), head.eval()(features))
    found = load_weights(build_backbone("bninception", 6), path).state_dict()
    assert all(torch.equal(found[key], value) for key, value in backbone.state_dict().items())
    with pytest.raises(InputError, match="set relu_input to true"):
        load_weights(TRN(2, 6, 5, 3), path)


def test_weights_to_start_from_may_lack_the_last_layer_of_the_task(tmp_path):
    start, model = build_backbone("small", 7), build_backbone("small", 5)
    save_checkpoint(tmp_path / "start.pt", start)
    own = model.last_linear.weight.clone()
    load_initial_weights(model, tmp_path / "start.pt")
    assert torch.equal(model.layers[0].weight, start.layers[0].weight)
    assert torch.equal(model.last_linear.weight, own)
    same = load_initial_weights(build_backbone("small", 7), tmp_path / "start.pt")
    assert torch.equal(same.last_linear.weight, start.last_linear.weight)


def test_a_missing_file_and_one_that_is_no_checkpoint_are_named(tmp_path, refused):
    with pytest.raises(InputError, match="does not exist") as caught:
        load_state_dict(tmp_path / "head.pt")
    refused("Checkpoints and exported models", caught.value, "weights that are not there")
    (tmp_path / "empty.pt").write_bytes(b"")
    (tmp_path / "text.pt").write_text("no weights here")
    for name in ("empty.pt", "text.pt"):
        with pytest.raises(InputError, match=name):
            load_state_dict(tmp_path / name)


class Intruder:
    def __reduce__(self):
        return (print, ("this must not run",))


def test_a_file_that_would_run_code_is_refused(tmp_path, refused, capsys):
    torch.save({"state_dict": {}, "attribute": Intruder()}, tmp_path / "bad.pt")
    (tmp_path / "plain.pt").write_bytes(pickle.dumps(Intruder(), protocol=2))
    for name in ("bad.pt", "plain.pt"):
        with pytest.raises(InputError, match="read safely") as caught:
            load_state_dict(tmp_path / name)
    refused("Checkpoints and exported models", caught.value, "a pickle that would run a function")
    assert "must not run" not in capsys.readouterr().out


def test_arguments_beside_the_weights_are_passed_over(tmp_path, head):
    arguments = argparse.Namespace(lr=0.01, schedule=[1, 2])
    torch.save({"model": head.state_dict(), "args": arguments}, tmp_path / "training.pth")
    assert set(load_state_dict(tmp_path / "training.pth")) == set(head.state_dict())
    arguments.more = Intruder()
    torch.save({"model": head.state_dict(), "args": arguments}, tmp_path / "training.pth")
    with pytest.raises(InputError, match="read safely"):
        load_state_dict(tmp_path / "training.pth")


def test_a_refusal_names_what_was_refused_and_the_way_out(tmp_path, head):
    checkpoint = {"model": head.state_dict(), "args": Path("somewhere")}
    torch.save(checkpoint, tmp_path / "training.pth")
    torch.save(checkpoint, tmp_path / "old.pth", _use_new_zipfile_serialization=False)
    for name in ("training.pth", "old.pth"):
        with pytest.raises(
            InputError,
            match=rf"{name} cannot be read safely.*pathlib\.\w*Path.*docs/checkpoints",
        ):
            load_state_dict(tmp_path / name)


def test_the_documented_conversion_leaves_a_file_that_is_read(tmp_path, head, monkeypatch):
    page = (Path(__file__).parents[3] / "docs" / "checkpoints.md").read_text()
    (code,) = re.findall(r"python -c '\n(.*?)'\n", page, re.DOTALL)
    monkeypatch.chdir(tmp_path)
    torch.save({"model": head.state_dict(), "folder": Path("somewhere")}, "refused.pth")
    converted = run_command([sys.executable, "-c", code])
    assert converted.returncode == 0, converted.stderr
    loaded = load_weights(TRN(2, 6, 5, 3), "converted.pth")
    assert torch.equal(loaded.model[1].weight, head.model[1].weight)


def test_the_files_of_older_torch_are_read(tmp_path, head):
    torch.save(
        {"model": head.state_dict()}, tmp_path / "old.pth", _use_new_zipfile_serialization=False
    )
    assert set(load_state_dict(tmp_path / "old.pth")) == set(head.state_dict())


def test_a_web_page_in_place_of_weights_is_recognised(tmp_path, refused):
    (tmp_path / "page.pth").write_text("\n<!DOCTYPE html><title>File deleted</title>")
    with pytest.raises(InputError, match=r"page\.pth is a web page") as caught:
        load_state_dict(tmp_path / "page.pth")
    refused("Checkpoints and exported models", caught.value, "a web page in place of weights")


def test_a_file_cut_short_is_an_error_that_says_so(tmp_path, head, refused):
    save_checkpoint(tmp_path / "head.pt", head)
    whole = (tmp_path / "head.pt").read_bytes()
    (tmp_path / "cut.pt").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InputError, match=r"cut\.pt is not a file of weights.*cut short") as caught:
        load_state_dict(tmp_path / "cut.pt")
    refused("Checkpoints and exported models", caught.value, "weights that break off")


def test_files_without_weights_are_rejected(tmp_path, head, refused):
    torch.save([1, 2], tmp_path / "list.pt")
    torch.save({"weights": 0}, tmp_path / "other.pt")
    torch.save({"model": {"layer": "text"}}, tmp_path / "text.pt")
    for name, message in (("list.pt", "list"), ("other.pt", "weights"), ("text.pt", "no weights")):
        with pytest.raises(InputError, match=message) as caught:
            load_state_dict(tmp_path / name)
    refused("Checkpoints and exported models", caught.value, "a checkpoint without weights")
    for name in ("state_dict", "sha256"):
        with pytest.raises(InputError, match=f"cannot be called '{name}'"):
            save_checkpoint(tmp_path / "head.pt", head, **{name: "trn"})


def test_a_changed_byte_of_a_checkpoint_is_noticed_or_makes_no_difference(tmp_path, head):
    save_checkpoint(tmp_path / "head.pt", head, architecture="trn", sizes=[1, (2, 3.5)], name=None)
    whole = (tmp_path / "head.pt").read_bytes()
    rng = np.random.default_rng(0)
    for position in rng.integers(len(whole), size=300):
        changed = bytearray(whole)
        changed[position] ^= 1 << rng.integers(8)
        (tmp_path / "changed.pt").write_bytes(changed)
        try:
            found = load_state_dict(tmp_path / "changed.pt")
        except InputError as error:
            assert "changed.pt" in str(error)
            assert "\n" not in str(error)
        else:
            assert all(torch.equal(found[key], value) for key, value in head.state_dict().items())


def test_every_changed_byte_of_the_weights_is_noticed(tmp_path, head, refused):
    save_checkpoint(tmp_path / "head.pt", head)
    whole = (tmp_path / "head.pt").read_bytes()
    rng = np.random.default_rng(0)
    weights = [value.numpy().tobytes() for value in head.state_dict().values()]
    for number in range(200):
        values = weights[number % len(weights)]
        changed = bytearray(whole)
        changed[whole.index(values) + rng.integers(len(values))] ^= 1 << rng.integers(8)
        (tmp_path / "changed.pt").write_bytes(changed)
        with pytest.raises(
            InputError, match=r"changed\.pt is damaged \(its weights are not"
        ) as caught:
            load_state_dict(tmp_path / "changed.pt")
    refused("Checkpoints and exported models", caught.value, "a changed byte in weights")


def test_the_hash_covers_weights_and_attributes(head):
    content = {"state_dict": dict(head.state_dict()), "sizes": [1, (2, 3.5)], "name": None}
    key = next(iter(content["state_dict"]))
    weight = content["state_dict"][key]
    others = [
        {**content, "name": "None"},
        {**content, "sizes": [(1, 2), 3.5]},
        {**content, "sizes": [1, [2, 3.5]]},
        {"sizes": [1, (2, 3.5)], "name": None},
        {**content, "state_dict": {**content["state_dict"], key: weight.double()}},
        {**content, "state_dict": {**content["state_dict"], key: weight.reshape(-1)}},
        {**content, "state_dict": {**content["state_dict"], key: weight + 1}},
    ]
    hashes = {content_hash(one) for one in [content, *others]}
    assert len(hashes) == 1 + len(others)
    assert content_hash(content) == content_hash(dict(content))


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
@pytest.mark.parametrize("load", [load_weights, load_initial_weights])
def test_weights_that_are_no_finite_numbers_are_refused(tmp_path, head, refused, value, load):
    head.model[1].weight.data[2, 3] = value
    head.model[1].weight.data[0, 0] = value
    save_checkpoint(tmp_path / "head.pt", head)
    with pytest.raises(
        InputError,
        match=r"head\.pt holds model\.1\.weight with 2 of 60 weights that are NaN or infinite",
    ) as caught:
        load(TRN(2, 6, 5, 3), tmp_path / "head.pt")
    if load is load_weights:
        refused("Checkpoints and exported models", caught.value, "weights that are NaN or infinite")
