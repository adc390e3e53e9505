"""First-in values are the scores of frames on their own, and cost no more than these."""

import numpy as np
import pytest
import torch

import playfair
from playfair.attribution.games.scores import ROUNDING_TOLERANCE
from tests.conformance import inputs
from tests.unit.attribution.vectors import priors, trn_heads, tsn_head


@pytest.mark.parametrize("n_frames", [1, 2, 6])
def test_a_variable_length_model_is_asked_for_single_frames_and_the_whole(n_frames):
    head, asked = tsn_head(), []

    def model(frames):
        asked.append(len(frames))
        return head(frames).softmax(dim=1)

    features = inputs("first in", (2, n_frames, 32), -1, 1)
    result = playfair.explain(features, model, priors(), "first_in")
    with torch.no_grad():
        alone = head(features.flatten(0, 1)[:, None]).softmax(dim=1).view(2, n_frames, -1).numpy()
    assert np.abs(result.value - (alone - priors())).max() <= ROUNDING_TOLERANCE
    assert result.evaluations.tolist() == [n_frames + 1] * 2
    # One question is put twice, to see whether the model repeats itself.
    assert sum(asked) == 2 * (n_frames + 1) + 1


def test_of_a_multi_scale_model_the_first_scale_speaks():
    features = inputs("first in", (2, 4, 32), -1, 1)
    result = playfair.explain(features, trn_heads(), priors(), "first_in")
    with torch.no_grad():
        alone = trn_heads()[0](features.flatten(0, 1)[:, None]).softmax(dim=1).view(2, 4, -1)
    assert np.abs(result.value - (alone.numpy() - priors())).max() <= ROUNDING_TOLERANCE
