"""Leave-one-out values are differences of the scores that the model itself gives."""

import numpy as np
import pytest
import torch

import playfair
from playfair.attribution.games.scores import ROUNDING_TOLERANCE
from playfair.errors import InputError
from tests import oracle
from tests.conformance import inputs
from tests.unit.attribution.vectors import N_MAX, priors, trn_heads, tsn_head


def kept(n_frames):
    """The frames of the whole sequence, then without each of them."""
    every = list(range(n_frames))
    return [every, *([other for other in every if other != frame] for frame in every)]


@pytest.mark.parametrize("plain", [False, True])
@pytest.mark.parametrize("n_frames", [1, 2, 5])
def test_values_of_a_variable_length_model_are_differences_of_its_scores(n_frames, plain):
    head = tsn_head()
    model = (lambda frames: head(frames).softmax(dim=1)) if plain else head
    features = inputs("left out", (3, n_frames, 32), -1, 1)
    result = playfair.explain(features, model, priors(), "leave_one_out", classes=[4, 0])
    with torch.no_grad():
        scores = [
            head(features[:, frames]).softmax(dim=1).numpy() if frames else priors()[None]
            for frames in kept(n_frames)
        ]
    expected = np.stack([scores[0] - without for without in scores[1:]], axis=1)[..., [4, 0]]
    assert np.abs(result.value - expected).max() <= ROUNDING_TOLERANCE
    assert np.abs(result.scores - scores[0][:, [4, 0]]).max() <= ROUNDING_TOLERANCE
    assert result.evaluations.tolist() == [n_frames + 1 if n_frames > 1 else 1] * 3


@pytest.mark.parametrize("n_frames", [1, 4, 7])
def test_values_of_a_multi_scale_model_are_those_of_the_table(n_frames):
    features = inputs("left out", (2, n_frames, 32), -1, 1)
    result = playfair.explain(features, trn_heads(), priors(), "leave_one_out")
    heads = [lambda frames, head=head: head(frames[None])[0] for head in trn_heads()]
    with torch.no_grad():
        for video, values in zip(features, result.value, strict=True):
            scores = [
                torch.softmax(
                    torch.as_tensor(oracle.multi_scale_logits(heads[:N_MAX], video, frames)), dim=0
                ).numpy()
                if frames
                else priors()
                for frames in map(tuple, kept(n_frames))
            ]
            expected = np.stack([scores[0] - without for without in scores[1:]])
            assert np.abs(values - expected).max() <= ROUNDING_TOLERANCE


def test_values_are_not_called_esvs_and_a_lone_stand_in_gets_nothing():
    def model(frames):  # one of two equal frames decides as well as both
        return torch.stack([frames.amax(dim=(1, 2)), 1 - frames.amax(dim=(1, 2))], dim=1)

    result = playfair.explain(
        [[0.9], [0.9]], model, [0.5, 0.5], method="leave_one_out", element_ndim=1
    )
    assert np.abs(result.value).max() <= 1e-7
    assert not result.gives_esvs
    with pytest.raises(InputError, match="no Element Shapley Values"):
        _ = result.esv
    assert result.seed is None


def test_long_sequences_are_refused():
    with pytest.raises(InputError, match="up to 20 frames"):
        playfair.explain(np.zeros((21, 32)), tsn_head(), priors(), "leave_one_out")
