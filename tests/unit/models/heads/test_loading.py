"""Heads are built as configured and get their weights."""

import pytest
import torch

from playfair.errors import InputError
from playfair.models.checkpoints import save_checkpoint
from playfair.models.heads.loading import load_heads, split_scales
from playfair.models.heads.own_heads import AveragedProbabilities
from playfair.models.heads.tsn_trn import TRN, TSN


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


def multi_scale(tmp_path, name, scales, heads=None, hidden_dim=5):
    """A file with heads of these scales, in order, under names that `name` makes of an index."""
    heads = heads or [TRN(scale, 6, hidden_dim, 4) for scale in scales]
    weights = {
        name.format(index) + key: value
        for index, head in enumerate(heads)
        for key, value in head.state_dict().items()
    }
    torch.save({"state_dict": weights, "epoch": 1}, tmp_path / "mtrn.pth")
    return heads, tmp_path / "mtrn.pth"


MULTI_SCALE_OPTIONS = {"head": "trn", "hidden_dim": 5, "n_scales": 3}


@pytest.mark.parametrize(
    "name", ["single_scale_models.{}.", "module.single_scale_models.{}.", "{}.", "heads.1.{}."]
)
def test_all_scales_come_from_one_multi_scale_file(tmp_path, name):
    heads, path = multi_scale(tmp_path, name, (1, 2, 3))
    loaded = load_heads(MULTI_SCALE_OPTIONS, [path], 6, 4)
    assert [head.n_frames for head in loaded] == [1, 2, 3]
    for scale, (head, expected) in enumerate(zip(loaded, heads, strict=True), start=1):
        features = torch.randn(2, scale, 6)
        torch.testing.assert_close(head(features), expected(features))


def test_scales_are_told_by_size_whatever_their_order_in_the_file(tmp_path):
    heads, path = multi_scale(tmp_path, "scales.{}.", (3, 1, 2))
    loaded = load_heads(MULTI_SCALE_OPTIONS, [path], 6, 4)
    features = torch.randn(2, 3, 6)
    torch.testing.assert_close(loaded[2](features), heads[0](features))


def test_more_than_ten_scales_come_in_order(tmp_path):
    heads, path = multi_scale(tmp_path, "single_scale_models.{}.", range(1, 13))
    loaded = load_heads(MULTI_SCALE_OPTIONS | {"n_scales": 12}, [path], 6, 4)
    assert torch.equal(loaded[10].model[1].weight, heads[10].model[1].weight)


def test_fewer_scales_than_in_the_file_may_be_used_but_not_more(tmp_path):
    _, path = multi_scale(tmp_path, "single_scale_models.{}.", (1, 2, 3))
    assert len(load_heads(MULTI_SCALE_OPTIONS | {"n_scales": 2}, [path], 6, 4)) == 2
    with pytest.raises(InputError, match=r"mtrn\.pth holds the scales 1 to 3, but n_scales is 4"):
        load_heads(MULTI_SCALE_OPTIONS | {"n_scales": 4}, [path], 6, 4)


def test_multi_scale_heads_of_another_size_are_refused(tmp_path):
    _, path = multi_scale(tmp_path, "single_scale_models.{}.", (1, 2, 3))
    with pytest.raises(InputError, match=r"take 6, 12, 18 numbers, expected 3, 6, 9 .*length 3"):
        load_heads(MULTI_SCALE_OPTIONS, [path], 3, 4)
    with pytest.raises(InputError, match=r"scale 1, holds model\.3\.weight.*\(4, 5\).*\(7, 5\)"):
        load_heads(MULTI_SCALE_OPTIONS, [path], 6, 7)
    with pytest.raises(InputError, match=r"scale 1, holds model\.1\.weight.*\(5, 6\).*\(9, 6\)"):
        load_heads(MULTI_SCALE_OPTIONS | {"hidden_dim": 9}, [path], 6, 4)
    _, path = multi_scale(tmp_path, "single_scale_models.{}.", (2, 3))
    with pytest.raises(InputError, match=r"take 12, 18 numbers, expected 6, 12 "):
        load_heads(MULTI_SCALE_OPTIONS, [path], 6, 4)


def test_a_multi_scale_file_without_linear_layers_is_refused():
    with pytest.raises(InputError, match=r"file holds no linear layer at heads\.0"):
        split_scales({"heads.0.1.bias": torch.zeros(3)}, 6, "The file")
    with pytest.raises(InputError, match=r"file holds classifier\.weight, which belongs to no"):
        split_scales({"classifier.weight": torch.zeros(3, 2)}, 6, "The file")


def test_one_file_of_one_scale_is_a_model_of_one_scale(tmp_path):
    save_checkpoint(tmp_path / "head.pt", TRN(1, 6, 5, 4))
    (head,) = load_heads(MULTI_SCALE_OPTIONS | {"n_scales": 1}, [tmp_path / "head.pt"], 6, 4)
    assert head.n_frames == 1


def test_fewer_files_than_scales_are_refused(tmp_path):
    save_checkpoint(tmp_path / "head.pt", TRN(1, 6, 5, 4))
    with pytest.raises(InputError, match="n_scales is 3, but 1 checkpoint"):
        load_heads(MULTI_SCALE_OPTIONS, [tmp_path / "head.pt"], 6, 4)


def test_heads_with_a_relu_on_the_input_are_built_where_configured(tmp_path):
    options = MULTI_SCALE_OPTIONS | {"relu_input": True}
    heads, path = multi_scale(tmp_path, "single_scale_models.{}.", (1, 2, 3))
    assert [head.relu_input for head in load_heads(options, [path], 6, 4)] == [True] * 3
    # The paper's code counts the ReLU as a layer of the head.
    shifted = {
        key.replace("model.1.", "model.2.").replace("model.3.", "model.4."): value
        for key, value in torch.load(path, weights_only=True)["state_dict"].items()
    }
    torch.save({"model": shifted}, path)
    loaded = load_heads(options, [path], 6, 4)
    assert torch.equal(loaded[1].model[3].weight, heads[1].model[3].weight)
    with pytest.raises(
        InputError, match=r"mtrn\.pth.*model\.2 and model\.4.*set relu_input to true"
    ):
        load_heads(MULTI_SCALE_OPTIONS, [path], 6, 4)


def reference_head(scale, relu_input, hidden_layers, batch_norm):
    """A head as the paper's code lays it out, with batch statistics that are not those of new."""
    layers, width = [torch.nn.ReLU()] if relu_input else [], 6 * scale
    layers.append(torch.nn.Dropout(0.5))
    for _ in range(hidden_layers):
        layers.append(torch.nn.Linear(width, 5, bias=not batch_norm))
        if batch_norm:
            norm = torch.nn.BatchNorm1d(5)
            norm.running_mean.normal_()
            norm.running_var.uniform_(0.5, 2)
            layers.append(norm)
        layers.append(torch.nn.ReLU())
        width = 5
    head = torch.nn.Module()
    head.model = torch.nn.Sequential(*layers, torch.nn.Linear(width, 4))
    return head.eval()


@pytest.mark.parametrize("relu_input", [False, True])
@pytest.mark.parametrize(("hidden_layers", "batch_norm"), [(1, True), (2, False), (3, True)])
def test_heads_with_more_layers_or_batch_normalisation_are_read(
    tmp_path, relu_input, hidden_layers, batch_norm
):
    form = {"relu_input": relu_input, "hidden_layers": hidden_layers, "batch_norm": batch_norm}
    heads = [reference_head(scale, **form) for scale in (1, 2, 3)]
    _, path = multi_scale(tmp_path, "single_scale_models.{}.", (1, 2, 3), heads)
    loaded = load_heads({**MULTI_SCALE_OPTIONS, **form}, [path], 6, 4)
    for scale, (head, expected) in enumerate(zip(loaded, heads, strict=True), start=1):
        features = torch.randn(3, scale, 6)
        torch.testing.assert_close(head(features), expected.model(features.flatten(1)))
    with pytest.raises(InputError, match="scale 1,"):
        load_heads(MULTI_SCALE_OPTIONS, [path], 6, 4)


def test_heads_whose_probabilities_are_averaged_say_so(tmp_path):
    _, path = multi_scale(tmp_path, "{}.", (1, 2, 3))
    options = {**MULTI_SCALE_OPTIONS, "average": "probabilities"}
    assert isinstance(load_heads(options, [path], 6, 4), AveragedProbabilities)
    options["average"] = "logits"
    assert type(load_heads(options, [path], 6, 4)) is list


def test_head_of_another_size_is_refused(tmp_path):
    save_checkpoint(tmp_path / "head.pt", TSN(6, 4))
    with pytest.raises(InputError, match=r"\(4, 6\).*\(5, 6\)"):
        load_heads({"head": "tsn"}, [tmp_path / "head.pt"], 6, 5)
