import numpy as np
import pytest
import torch

from playfair.attribution.games.scores import (
    check_score,
    prior_probabilities,
    prior_scores,
    probabilities_of_scores,
    scores_of_logits,
    scores_of_probabilities,
)
from playfair.errors import InputError
from tests.oracle import softmax

LOGITS = torch.tensor([[0.5, -1.0, 2.0], [3.0, 3.0, -2.0]])


def test_probabilities_of_logits_are_their_softmax():
    expected = softmax(LOGITS.double().numpy())
    assert np.allclose(scores_of_logits(LOGITS, "probability"), expected, atol=1e-7)


def test_log_odds_of_logits_and_of_probabilities_agree_with_the_definition():
    probabilities = softmax(LOGITS.double().numpy())
    expected = np.log(probabilities / (1 - probabilities))
    assert np.allclose(scores_of_logits(LOGITS, "log_odds"), expected, atol=1e-5)
    given = scores_of_probabilities(torch.from_numpy(probabilities).float(), "log_odds")
    assert np.allclose(given, expected, atol=1e-5)


def test_log_odds_stay_finite_and_exact_near_certainty():
    odds = scores_of_logits(torch.tensor([[40.0, 0.0, 0.0]]), "log_odds")
    assert np.allclose(odds, [[40 - np.log(2), -40, -40]], atol=1e-4)


def test_logits_are_relative_to_their_mean_over_the_classes():
    expected = LOGITS - LOGITS.mean(dim=1, keepdim=True)
    assert torch.allclose(scores_of_logits(LOGITS, "logit"), expected)
    assert torch.allclose(scores_of_probabilities(LOGITS.softmax(1), "logit"), expected, atol=1e-5)
    out = torch.empty_like(LOGITS)
    assert scores_of_logits(LOGITS, "logit", out) is out


@pytest.mark.parametrize("score", ["probability", "logit", "log_odds"])
def test_a_constant_on_all_logits_changes_no_score(score):
    raised = scores_of_logits(LOGITS + 10, score)
    assert torch.allclose(raised, scores_of_logits(LOGITS, score), atol=1e-5)


def test_a_probability_of_zero_has_a_finite_logarithm():
    assert bool(scores_of_probabilities(torch.tensor([[0.0, 1.0]]), "logit").isfinite().all())


def test_an_unknown_unit_is_refused_with_the_choices():
    with pytest.raises(InputError, match="'percent': choose one of probability, logit, log_odds"):
        check_score("percent")


def test_uniform_priors_are_one_over_the_classes():
    assert prior_probabilities("uniform", 4).tolist() == [0.25] * 4


@pytest.mark.parametrize(
    ("priors", "message"),
    [
        ([0.5, 0.5, 0.0], "There are 3 priors, but 2 classes"),
        ([1.5, -0.5], "between 0 and 1"),
        ([30.0, 20.0], "between 0 and 1"),
        ([float("nan"), 0.5], "between 0 and 1"),
        ("even", "Unknown priors 'even'"),
    ],
)
def test_priors_that_are_no_probabilities_are_refused(priors, message):
    with pytest.raises(InputError, match=message):
        prior_probabilities(priors, 2)


def test_a_zero_prior_has_a_score_only_as_a_probability():
    prior = torch.tensor([0.0, 1.0])
    assert prior_scores(prior, "probability").tolist() == [0.0, 1.0]
    with pytest.raises(InputError, match="Class 0 has a prior of 0, so its logit is infinite"):
        prior_scores(prior, "logit")


@pytest.mark.parametrize("priors", [[0.5, 0.98], [0.3, 0.3], [0.5, 0.4998], [0.0, 0.0]])
def test_priors_that_do_not_sum_to_one_are_refused_with_their_sum(priors):
    with pytest.raises(InputError, match=rf"they sum to {sum(priors):.4g}\d*: divide them"):
        prior_probabilities(priors, 2)


def test_priors_may_be_rounded():
    assert prior_probabilities([0.33333, 0.33333, 0.33333], 3).sum() < 1
    assert prior_probabilities([1.0, 0.0], 2).tolist() == [1.0, 0.0]


@pytest.mark.parametrize("score", ["probability", "logit", "log_odds"])
def test_scores_of_all_classes_lead_back_to_probabilities(score):
    probabilities = torch.softmax(torch.randn(7, 5), dim=-1)
    back = probabilities_of_scores(scores_of_probabilities(probabilities, score), score)
    assert torch.allclose(back, probabilities, atol=1e-6)
