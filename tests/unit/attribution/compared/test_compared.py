"""Methods to compare with, against cases whose answer is known."""

import numpy as np
import pytest
import torch

import playfair
from playfair.attribution.compared.whole_scores import differentiable_scores, whole_scores
from playfair.attribution.games.from_model import make_game
from playfair.attribution.games.scores import ROUNDING_TOLERANCE
from playfair.errors import InputError
from tests.conformance import inputs
from tests.unit.attribution.vectors import priors, trn_heads, tsn_head

PRIOR = [0.5, 0.3, 0.2]
GAINS = np.array([[0.10, -0.05, -0.05], [-0.04, 0.02, 0.02], [0.03, 0.03, -0.06], [0, 0, 0]])
READ_OFF = ("leave_one_out", "banzhaf", "first_in")
FROM_INSIDE = ("integrated_gradients", "gradient_x_input", "grad_cam", "occlusion")


def additive(frames):  # (N, k, 3) -> (N, 3): every frame adds what it shows to the prior
    return torch.tensor(PRIOR) + frames.sum(dim=1)


@pytest.mark.parametrize("method", ["exact", *READ_OFF, *FROM_INSIDE[:3]])
def test_in_an_additive_game_every_frame_is_worth_what_it_adds(method):
    result = playfair.explain(GAINS[None], additive, PRIOR, method)
    assert np.abs(result.value[0] - GAINS).max() <= ROUNDING_TOLERANCE
    assert np.abs(result.scores[0] - (PRIOR + GAINS.sum(axis=0))).max() <= ROUNDING_TOLERANCE
    assert result.gives_esvs == (method == "exact")


def test_in_an_additive_game_occlusion_gives_the_difference_to_the_mean_frame():
    result = playfair.explain(GAINS[None], additive, PRIOR, "occlusion")
    assert np.abs(result.value[0] - (GAINS - GAINS.mean(axis=0))).max() <= ROUNDING_TOLERANCE


def test_integrated_gradients_sum_to_the_difference_to_their_baseline():
    head, video = tsn_head(), inputs("integrated", (1, 5, 32), -1, 1).numpy()
    options = {"steps": 300}
    for baseline, mean_frame in ((np.zeros_like(video), False), (video.mean(axis=1), True)):
        result = playfair.explain(
            video, head, priors(), "integrated_gradients", from_mean_frame=mean_frame, **options
        )
        start = np.broadcast_to(baseline.reshape(1, -1, 32), video.shape)
        with torch.no_grad():
            begun = head(torch.tensor(start.copy())).softmax(dim=1).numpy()
        np.testing.assert_allclose(result.value.sum(axis=1), result.scores - begun, atol=2e-3)


def test_banzhaf_values_weigh_all_subsets_alike():
    head, video = tsn_head(), inputs("banzhaf", (1, 3, 32), -1, 1)
    result = playfair.explain(video, head, priors(), "banzhaf")

    def score(*frames):
        if not frames:
            return priors()
        with torch.no_grad():
            return head(video[:, frames]).softmax(dim=1).numpy()[0]

    gains = [
        score(0) - score(),
        score(0, 1) - score(1),
        score(0, 2) - score(2),
        score(0, 1, 2) - score(1, 2),
    ]
    assert np.abs(result.value[0, 0] - np.mean(gains, axis=0)).max() <= ROUNDING_TOLERANCE
    first = playfair.explain(video, head, priors(), "first_in")
    assert np.abs(first.value[0, 2] - (score(2) - score())).max() <= ROUNDING_TOLERANCE


@pytest.mark.parametrize("kind", ["tsn", "trn", "callable", "callables"])
@pytest.mark.parametrize("as_logits", [False, True])
def test_scores_with_gradients_are_those_of_the_game(kind, as_logits):
    head = tsn_head()
    models = {
        "tsn": head,
        "trn": trn_heads(),
        "callable": lambda frames: head(frames).softmax(dim=1),
        "callables": [lambda frames, single=single: single(frames) for single in trn_heads()],
    }
    videos = inputs("differentiable", (2, 5, 32), -1, 1).clone().requires_grad_()
    game = make_game(models[kind], videos.detach(), priors(), "probability")
    found = differentiable_scores(game, as_logits)(videos)
    scores = found.softmax(dim=1) if as_logits else found
    assert (scores - whole_scores(game)).abs().max() <= ROUNDING_TOLERANCE
    (gradient,) = torch.autograd.grad(found[:, 1].sum(), videos)
    assert gradient.abs().sum(dim=(0, 2)).min() > 0


def test_with_labels_the_true_and_the_predicted_class_are_explained():
    videos = inputs("labelled", (3, 4, 32), -1, 1)
    whole = playfair.explain(videos, tsn_head(), priors(), "gradient_x_input")
    predicted = whole.scores.argmax(axis=1)
    label = np.array([(predicted[0] + 1) % 6, predicted[1], -1])
    found = playfair.explain(videos, tsn_head(), priors(), "gradient_x_input", labels=label)
    for video, classes in enumerate([{predicted[0], label[0]}, {predicted[1]}, {predicted[2]}]):
        known = np.flatnonzero(~np.isnan(found.value[video]).any(axis=0))
        assert set(known) == classes
        np.testing.assert_allclose(
            found.value[video][:, known], whole.value[video][:, known], atol=ROUNDING_TOLERANCE
        )


def test_values_by_position_know_the_place_only():
    videos = inputs("positions", (2, 5, 32), -1, 1)

    def value(method, **options):
        result = playfair.explain(videos, trn_heads(), priors(), method, **options)
        assert (result.value == result.value[:1, :, :1]).all()
        assert result.evaluations.tolist() == [0, 0]
        return result.value[0, :, 0]

    np.testing.assert_allclose(value("uniform"), 0.2)
    bump = value("centred_gaussian")
    np.testing.assert_allclose(bump, bump[::-1])
    assert bump.argmax() == 2
    assert bump.sum() == pytest.approx(1)
    assert value("centred_gaussian", width=0.1)[2] > bump[2]
    drawn = value("random")
    np.testing.assert_array_equal(drawn, value("random"))
    assert len(set(drawn)) == 5
    assert set(drawn) != set(value("random", seed=1))


def test_gradients_through_too_many_subsets_are_refused():
    with pytest.raises(InputError, match=r"up to 10 frames.*use a method without gradients"):
        playfair.explain(np.zeros((11, 32)), trn_heads(), priors(), "gradient_x_input")
