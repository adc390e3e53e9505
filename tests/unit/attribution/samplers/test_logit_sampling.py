"""Sampled ESVs of logits: unbiased, with honest errors, and exact when all outputs are paid for."""

from math import comb

import numpy as np
import pytest

import playfair
from playfair.attribution.samplers.logit_sampling import LEAST, LogitSampler
from playfair.attribution.samplers.sampler import SamplerOptions
from playfair.errors import InputError
from tests.conformance import inputs
from tests.unit.attribution.vectors import N_MAX, priors, trn_heads, tsn_head

FEATURES = inputs("sampled logits", (2, 12, 32), -1, 1)


def sampled(features=FEATURES, model=None, seed=0, **options):
    settings = {"budget": 400, "score": "logit", **options}
    return playfair.explain(
        features, model or trn_heads(), priors(), "regression", seed, **settings
    )


def exact(features=FEATURES):
    return playfair.explain(features, trn_heads(), priors(), score="logit")


def test_the_mean_over_seeds_is_the_exact_value_and_errors_are_honest():
    runs = [sampled(seed=seed, budget=250) for seed in range(40)]
    error = np.array([run.esv - exact().esv for run in runs])
    spread = error.std(axis=0, ddof=1)
    assert np.abs(error.mean(axis=0) / (spread / np.sqrt(40))).max() < 4.5
    inside = np.abs(error) <= 1.96 * np.array([run.standard_error for run in runs])
    assert 0.92 <= inside.mean() <= 0.97
    of_scores = np.array([run.scores - exact().scores for run in runs])
    assert np.abs(of_scores.mean(axis=0)).max() < 4.5 * of_scores.std(axis=0).max() / np.sqrt(40)
    assert max(np.abs(run.efficiency_gap).max() for run in runs) <= 1e-5


def test_more_evaluations_are_better():
    errors = [np.abs(sampled(budget=budget).esv - exact().esv).mean() for budget in (100, 800)]
    assert errors[1] < 0.5 * errors[0]
    assert errors[0] < 0.6 * np.abs(exact().esv).mean()


@pytest.mark.parametrize("tolerance", [None, 0.1])
def test_a_budget_for_all_outputs_leaves_no_error(tolerance):
    count = sum(comb(12, size) for size in range(1, N_MAX + 1))
    found = sampled(budget=count, tolerance=tolerance)
    assert np.array_equal(found.esv, exact().esv)
    assert not found.standard_error.any()
    assert found.evaluations.tolist() == [count] * 2
    assert found.converged is None if tolerance is None else found.converged.all()


def test_the_logits_of_a_tsn_need_no_sample():
    features = inputs("sampled logits", (60, 32), -1, 1)
    found = sampled(features, tsn_head(), budget=60)
    assert found.evaluations == 60
    assert np.array_equal(
        found.esv, playfair.explain(features, tsn_head(), priors(), score="logit").esv
    )


@pytest.mark.parametrize("budget", [57, 100, 333, 1500])
@pytest.mark.parametrize("n_frames", [12, 30])
def test_the_budget_is_not_exceeded_and_counts_outputs(n_frames, budget):
    counts = []

    def counting(head):
        def call(frames):
            counts.append(len(frames))
            return head(frames)

        return call

    features = inputs("counted", (1, n_frames, 32), -1, 1)
    found = sampled(features, [counting(head) for head in trn_heads()], budget=budget)
    assert found.evaluations[0] <= budget
    assert found.evaluations[0] >= 0.95 * budget - N_MAX
    assert sum(counts) == found.evaluations[0] + N_MAX


@pytest.mark.parametrize("which", ["all", "predicted"])
def test_a_tolerance_stops_early(which):
    found = sampled(budget=1500, tolerance=0.02, tolerance_for=which)
    error = found.standard_error.max(axis=1)
    predicted = error[np.arange(2), found.scores.argmax(axis=1)]
    largest = predicted if which == "predicted" else error.max(axis=1)
    assert found.converged.all()
    assert (largest <= 0.02).all()
    assert (found.evaluations < 1500).all()
    alone = sampled(FEATURES[1], budget=1500, tolerance=0.02, tolerance_for=which)
    assert alone.evaluations == found.evaluations[1]
    assert np.abs(alone.esv - found.esv[1]).max() <= 1e-5


def test_chosen_classes_are_those_of_all():
    everything, chosen = sampled(), sampled(classes=[7, 2])
    assert np.allclose(chosen.esv, everything.esv[..., [7, 2]], atol=1e-6)
    assert np.allclose(chosen.scores, everything.scores[..., [7, 2]], atol=1e-6)


def test_a_budget_below_the_least_is_refused():
    least = 4 * LEAST + LEAST
    with pytest.raises(InputError, match=f"at least {least} evaluations for the logits of 12"):
        sampled(budget=least - 1)
    assert sampled(budget=least).evaluations.tolist() == [least] * 2


def test_scales_share_the_budget_by_what_they_decide_and_none_gets_more_than_it_has():
    sampler = LogitSampler(30, 4, SamplerOptions(budget=5000))
    counts = sampler.counts(5000)
    assert counts[:2] == [30, 435]
    assert sum(counts) == pytest.approx(5000, abs=4)
    assert all(a <= b for a, b in zip(sampler.counts(500), counts, strict=True))
