"""Heads are built as configured and get their weights."""

import pytest
import torch

from playfair.errors import InputError
from playfair.models.checkpoints import save_checkpoint
from playfair.models.heads import TRN, TSN
from playfair.models.loading import load_heads


def test_variable_length_head_comes_back(tmp_path):
    head = TSN(6, 4)
    save_checkpoint(tmp_path / "head.pt", head)
    loaded = load_heads({"head": "tsn"}, [tmp_path / "head.pt"], 6, 4)
    features = torch.rand(2, 3, 6)
    torch.testing.assert_close(loaded(features), head(features))


def test_single_scale_heads_come_back_in_order(tmp_path):
    paths = []
    for scale in (1, 2, 3):
        paths.append(tmp_path / f"head_{scale}_frames.pt")
        save_checkpoint(paths[-1], TRN(scale, 6, 5, 4))
    loaded = load_heads({"head": "trn", "hidden_dim": 5}, paths, 6, 4)
    assert [head.n_frames for head in loaded] == [1, 2, 3]
    assert not any(head.training for head in loaded)


def test_head_of_another_size_is_refused(tmp_path):
    save_checkpoint(tmp_path / "head.pt", TSN(6, 4))
    with pytest.raises(InputError, match=r"\(4, 6\).*\(5, 6\)"):
        load_heads({"head": "tsn"}, [tmp_path / "head.pt"], 6, 5)
