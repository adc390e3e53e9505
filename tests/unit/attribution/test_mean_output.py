"""The mean output over training clips, as the score of no frames."""

import numpy as np
import pytest
import torch

import playfair
from playfair.attribution.mean_output import mean_output
from playfair.data.stores.feature_store import FeatureStore, write_features
from playfair.errors import InputError

D, C, N = 6, 5, 3
LENGTHS = [3, 9, 2, 5, 4]
CPU = torch.device("cpu")


@pytest.fixture
def store(tmp_path):
    generator = np.random.default_rng(0)
    uids = [f"v{number}" for number in range(len(LENGTHS))]
    with write_features(tmp_path / "f.h5", uids, [0] * 5, LENGTHS, D, {}) as writer:
        for length in LENGTHS:
            writer.append(generator.normal(size=(length, D)).astype(np.float32))
    return FeatureStore(tmp_path / "f.h5")


def heads(kind):
    torch.manual_seed(0)
    if kind == "tsn":
        return playfair.TSN(D, C).eval()
    if kind == "trn":
        return [playfair.TRN(scale, D, 7, C).eval() for scale in (1, 2)]
    classifier = torch.nn.Linear(D, C)
    return lambda features: torch.softmax(classifier(features.amax(dim=1)), dim=-1)


@pytest.mark.parametrize("kind", ["tsn", "trn", "callable"])
def test_it_is_the_mean_of_the_scores_of_clips_that_are_long_enough(store, kind):
    model = heads(kind)
    videos = [store.features(place) for place, length in enumerate(LENGTHS) if length >= N]
    sampled = [video[[(2 * i + 1) * len(video) // (2 * N) for i in range(N)]] for video in videos]
    expected = playfair.explain(np.stack(sampled), model, "uniform").scores.mean(axis=0)
    for batch_size in (1, 64):
        found = mean_output(model, store, N, CPU, batch_size=batch_size)
        np.testing.assert_allclose(found, expected, atol=1e-6)
        assert found.sum() == pytest.approx(1)


def test_without_a_clip_that_is_long_enough_there_is_no_mean(store):
    with pytest.raises(InputError, match="none of the 5 training clips has 10 frames"):
        mean_output(heads("tsn"), store, 10, CPU)
