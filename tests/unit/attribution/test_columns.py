"""Columns of ESV files, exact and sampled, agree with what the engine says."""

import numpy as np
import pytest
import torch

from playfair.attribution.columns import all_frames_columns, esv_columns, optional_columns
from playfair.attribution.exact.exact import exact_esvs
from playfair.attribution.exact.interactions import pairwise_interactions
from playfair.attribution.samplers.sampling import sampled_esvs
from playfair.definitions.attribution import Method, Sampling
from playfair.models.heads.tsn_trn import TRN, TSN

PRIORS = np.full(3, 1 / 3, np.float32)


@pytest.fixture(scope="module")
def heads():
    torch.manual_seed(0)
    return [TRN(scale, 4, 5, 3).eval() for scale in (1, 2, 3)]


@pytest.fixture(scope="module")
def features():
    return np.random.default_rng(0).normal(size=(3, 5, 4)).astype(np.float32)


LABEL = np.array([2, -1, 0])


def options(kind=Method, **changes):
    return kind(**changes).model_dump()


def test_exact_columns_are_the_exact_values(heads, features):
    columns = esv_columns(heads, features, LABEL, PRIORS, options())
    scores, esv = exact_esvs(heads, features, PRIORS)
    assert columns.keys() == {"scores", "esv"}
    np.testing.assert_array_equal(columns["scores"], scores)
    np.testing.assert_array_equal(columns["esv"], esv)
    assert optional_columns(options()) == ()


def test_what_is_read_off_the_table_comes_with_exact_values(heads, features):
    chosen = options(interactions=True, frame_sets=True)
    columns = esv_columns(heads, features, LABEL, PRIORS, chosen)
    assert columns.keys() == {"scores", "esv", *optional_columns(chosen)}
    assert columns["interactions"].shape == (3, 2, 5, 5)
    assert columns["sufficient_frames"].shape == (3, 5)
    assert np.isnan(columns["interactions"][1, 0]).all(), "no true class is known"
    assert np.isfinite(columns["interactions"][1, 1]).all()
    np.testing.assert_allclose(columns["esv"], exact_esvs(heads, features, PRIORS)[1], atol=1e-6)


def test_interactions_are_those_of_the_true_class(features):
    def model(frames):
        return torch.softmax(frames.sum(dim=1)[:, :3], dim=1)

    chosen = options(interactions=True)
    columns = esv_columns(model, features, LABEL, PRIORS, chosen)
    masks = np.arange(32)[:, None] >> np.arange(5) & 1
    table = np.empty((1, 32, 3), np.float32)
    table[0, 0] = PRIORS
    for mask in range(1, 32):
        table[0, mask] = model(torch.from_numpy(features[:1, masks[mask] == 1]))[0]
    expected = pairwise_interactions(table)[0, :, :, LABEL[0]]
    np.testing.assert_allclose(columns["interactions"][0, 0], expected, atol=1e-6)


@pytest.mark.parametrize("method", ["regression", "permutation", "stratified", "constructive"])
def test_sampled_columns_are_those_of_the_sampler(heads, features, method):
    chosen = options(method=method, budget=64, seed=5)
    columns = esv_columns(heads, features, LABEL, PRIORS, chosen)
    assert columns.keys() == {"scores", "esv", *optional_columns(chosen)}
    expected = sampled_esvs(heads, features, PRIORS, method, 5, budget=64)
    np.testing.assert_array_equal(columns["esv"], expected.esv)
    np.testing.assert_array_equal(columns["esv_se"], expected.standard_error)
    assert (columns["evaluations"] <= 64).all()


def test_every_frame_of_videos_of_different_lengths_in_order():
    torch.manual_seed(0)
    head = TSN(4, 3).eval()
    rng = np.random.default_rng(0)
    videos = [rng.normal(size=(length, 4)).astype(np.float32) for length in (9, 5, 9, 12)]
    columns = all_frames_columns(head, videos, PRIORS, options(Sampling, budget=128))
    assert [len(frame_idx) for frame_idx in columns["frame_idx"]] == [9, 5, 9, 12]
    for position, video in enumerate(videos):
        alone = sampled_esvs(head, video[None], PRIORS, budget=128)
        np.testing.assert_allclose(columns["esv"][position], alone.esv[0], atol=1e-6)
        assert columns["evaluations"][position] == alone.evaluations[0]
