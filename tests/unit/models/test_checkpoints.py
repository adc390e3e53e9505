"""Checkpoints: both released forms, clear errors, nothing that runs code."""

import pickle

import pytest
import torch

from playfair.errors import InputError
from playfair.models.checkpoints import (
    load_attributes,
    load_state_dict,
    load_weights,
    save_checkpoint,
)
from playfair.models.heads import TRN, TSN


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
    assert load_attributes(path) == {
        "architecture": "trn",
        "n_frames": 2,
        "classes": ["a", "b", "c"],
    }


def test_the_same_weights_give_the_same_bytes(tmp_path, head):
    for name in ("one.pt", "another_name.pt"):
        save_checkpoint(tmp_path / name, head, n_frames=2)
    assert (tmp_path / "one.pt").read_bytes() == (tmp_path / "another_name.pt").read_bytes()


@pytest.mark.parametrize("key", ["state_dict", "model"])
def test_both_released_forms_are_read(tmp_path, head, key):
    torch.save({key: head.state_dict(), "epoch": 3}, tmp_path / "released.pth")
    assert set(load_state_dict(tmp_path / "released.pth")) == set(head.state_dict())
    assert load_attributes(tmp_path / "released.pth") == {"epoch": 3}


def test_a_wrong_shape_is_an_error_that_names_both(tmp_path, head):
    save_checkpoint(tmp_path / "head.pt", head)
    with pytest.raises(InputError, match=r"model\.1\.weight of shape \(5, 12\).*\(5, 18\)"):
        load_weights(TRN(3, 6, 5, 3), tmp_path / "head.pt")


def test_another_network_is_an_error_that_names_the_keys(tmp_path, head):
    save_checkpoint(tmp_path / "head.pt", head)
    with pytest.raises(InputError, match=r"lacks weights classifier\.weight"):
        load_weights(TSN(6, 3), tmp_path / "head.pt")
    torch.save({"model": {**head.state_dict(), "extra": torch.zeros(1)}}, tmp_path / "more.pt")
    with pytest.raises(InputError, match="unexpected weights extra"):
        load_weights(TRN(2, 6, 5, 3), tmp_path / "more.pt")


def test_a_missing_file_and_one_that_is_no_checkpoint_are_named(tmp_path):
    with pytest.raises(InputError, match="does not exist"):
        load_state_dict(tmp_path / "head.pt")
    (tmp_path / "empty.pt").write_bytes(b"")
    (tmp_path / "text.pt").write_text("no weights here")
    for name in ("empty.pt", "text.pt"):
        with pytest.raises(InputError, match=name):
            load_state_dict(tmp_path / name)


class Intruder:
    def __reduce__(self):
        return (print, ("this must not run",))


def test_a_file_that_would_run_code_is_refused(tmp_path, capsys):
    torch.save({"state_dict": {}, "attribute": Intruder()}, tmp_path / "bad.pt")
    (tmp_path / "plain.pt").write_bytes(pickle.dumps(Intruder(), protocol=2))
    for name in ("bad.pt", "plain.pt"):
        with pytest.raises(InputError, match="read safely"):
            load_state_dict(tmp_path / name)
    assert "must not run" not in capsys.readouterr().out


def test_files_without_weights_are_rejected(tmp_path, head):
    torch.save([1, 2], tmp_path / "list.pt")
    torch.save({"weights": 0}, tmp_path / "other.pt")
    torch.save({"model": {"layer": "text"}}, tmp_path / "text.pt")
    for name, message in (("list.pt", "list"), ("other.pt", "weights"), ("text.pt", "no weights")):
        with pytest.raises(InputError, match=message):
            load_state_dict(tmp_path / name)
    with pytest.raises(InputError, match="cannot be called 'state_dict'"):
        save_checkpoint(tmp_path / "head.pt", head, state_dict="trn")
