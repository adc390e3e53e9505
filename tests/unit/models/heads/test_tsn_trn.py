"""TSN and TRN heads against the paper's own code, and what their shapes allow."""

import h5py
import numpy as np
import pytest
import torch

from playfair.errors import InputError
from playfair.models.heads.tsn_trn import TRN, TSN
from tests.conformance import CONFORMANCE, inputs, parameters

FEATURE_DIM, HIDDEN_DIM, CLASS_COUNT = 32, 24, 11


def conforming(head, prefix):
    shapes = {key: value.shape for key, value in head.state_dict().items()}
    head.load_state_dict(parameters(shapes, prefix))
    return head.eval()


@pytest.mark.parametrize("scale", [1, 2, 3, 4, 5])
def test_trn_logits_are_those_of_the_papers_code(scale):
    head = conforming(TRN(scale, FEATURE_DIM, HIDDEN_DIM, CLASS_COUNT), f"trn_{scale}/")
    features = inputs(f"trn_input_{scale}", (3, scale, FEATURE_DIM), -1, 1)
    with h5py.File(CONFORMANCE) as file:
        expected = file[f"trn/logits_scale_{scale}"][:]
    np.testing.assert_allclose(head(features).detach().numpy(), expected, rtol=0, atol=1e-6)


@pytest.mark.parametrize("n_frames", [1, 2, 4, 8])
def test_tsn_scores_are_those_of_the_papers_code(n_frames):
    head = conforming(TSN(FEATURE_DIM, CLASS_COUNT), "tsn/")
    video = inputs(f"tsn_video_{n_frames}", (n_frames, FEATURE_DIM), -1, 1)
    scores = torch.softmax(head(video[None])[0], dim=-1).detach().numpy()
    with h5py.File(CONFORMANCE) as file:
        expected = file[f"tsn/scores_n_{n_frames}"][:]
    np.testing.assert_allclose(scores, expected, rtol=0, atol=1e-6)


def test_state_dict_keys_are_those_of_the_released_heads():
    with h5py.File(CONFORMANCE) as file:
        trn_keys = [key.decode() for key in file["trn/keys_scale_2"][:]]
        tsn_keys = [key.decode() for key in file["tsn/keys"][:]]
    assert list(TRN(2, FEATURE_DIM, HIDDEN_DIM, CLASS_COUNT).state_dict()) == trn_keys
    assert list(TSN(FEATURE_DIM, CLASS_COUNT).state_dict()) == tsn_keys


def test_tsn_does_not_see_the_order_of_frames_and_trn_does():
    features = inputs("order", (2, 4, 6), -1, 1)
    torch.manual_seed(0)
    tsn, trn = TSN(6, 3), TRN(4, 6, 5, 3)
    torch.testing.assert_close(tsn(features.flip(1)), tsn(features))
    assert (trn(features.flip(1)) - trn(features)).abs().max() > 1e-3


def test_relu_input_drops_the_negative_part_of_features():
    torch.manual_seed(0)
    plain, with_relu = TRN(2, 6, 5, 3), TRN(2, 6, 5, 3, relu_input=True)
    with_relu.load_state_dict(plain.state_dict())
    features = inputs("relu", (4, 2, 6), -1, 1)
    torch.testing.assert_close(with_relu(features), plain(features.clamp(min=0)))


def test_dropout_acts_in_training_only():
    torch.manual_seed(0)
    head = TRN(2, 32, 24, 5, dropout=0.5)
    features = inputs("dropout", (4, 2, 32), -1, 1)
    assert not torch.equal(head(features), head(features))
    head.eval()
    assert torch.equal(head(features), head(features))


@pytest.mark.parametrize("shape", [(3, 2, 6), (3, 4, 5), (4, 6)])
def test_trn_rejects_features_of_another_shape(shape):
    with pytest.raises(InputError, match=r"4 frames.*\(N, 4, 6\)"):
        TRN(4, 6, 5, 3)(torch.zeros(shape))
