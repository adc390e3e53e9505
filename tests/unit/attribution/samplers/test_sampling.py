from math import comb

import numpy as np
import pytest
import torch

from playfair.attribution.exact.exact import exact_esvs
from playfair.attribution.exact.shapley import exact_values
from playfair.attribution.explain import explain
from playfair.attribution.games.from_model import make_game
from playfair.attribution.games.scores import ROUNDING_TOLERANCE
from playfair.attribution.methods.registry import samplers
from playfair.errors import InputError
from playfair.models.heads.tsn_trn import TSN
from tests.conformance import inputs
from tests.unit.attribution.vectors import moved, priors, trn_heads, tsn_head

METHODS = sorted(samplers())
UNBIASED = [method for method in METHODS if method != "constructive"]


def counting(model, counts):
    """The model as a callable that notes how many subsequences it is given."""

    def call(elements):
        counts.append(len(elements))
        return model(elements)

    return call


def confident_tsn() -> TSN:
    """A head whose probabilities bend enough for samplers to differ."""
    head = tsn_head()
    with torch.no_grad():
        head.classifier.weight *= 4
    return head


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(("n_frames", "budget"), [(6, 40), (9, 200), (16, 300), (30, 500)])
def test_the_budget_counts_calls_of_the_model_and_is_never_exceeded(method, n_frames, budget):
    features = inputs("budget", (2, n_frames, 32), -1, 1)
    counts: list[int] = []
    model = counting(lambda x: tsn_head()(x).softmax(dim=-1), counts)
    estimate = explain(features, model, priors(), method, budget=budget)
    assert (estimate.evaluations <= budget).all()
    # One evaluation more shows whether the model repeats itself.
    assert estimate.evaluations.sum() == sum(counts) - 1


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("budget", [150, 400])
def test_a_multi_scale_budget_counts_outputs_of_single_scale_models(method, budget):
    features = inputs("scales", (1, 9, 32), -1, 1)
    counts: list[int] = []
    models = [counting(head, counts) for head in trn_heads()]
    estimate = explain(features, models, priors(), method, budget=budget)
    assert (estimate.evaluations <= budget).all()
    # One evaluation more of each model shows whether it repeats itself.
    assert estimate.evaluations.tolist() == [sum(counts) - len(models)]


@pytest.mark.parametrize("method", ["regression", "stratified"])
def test_pairs_spend_the_whole_budget(method):
    features = inputs("spent", (1, 16, 32), -1, 1)
    for budget in (255, 1023):
        estimate = explain(features, tsn_head(), priors(), method, budget=budget)
        assert estimate.evaluations.tolist() == [budget]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("model", [tsn_head(), trn_heads()], ids=["tsn", "trn"])
def test_the_same_seed_draws_the_same_whatever_the_batch(method, model):
    features = inputs("seeded", (5, 8, 32), -1, 1)
    whole = explain(features, model, priors(), method, seed=4, budget=120)
    part = explain(features[3:], model, priors(), method, seed=4, budget=120)
    for name in ("esv", "standard_error", "scores"):
        found, expected = getattr(part, name), getattr(whole, name)[3:]
        assert np.abs(found - expected).max() <= ROUNDING_TOLERANCE, name
    again = explain(moved(features, 1), model, priors(), method, seed=4, budget=120)
    assert np.array_equal(again.esv, whole.esv)
    assert np.array_equal(again.standard_error, whole.standard_error)
    other = explain(features, model, priors(), method, seed=5, budget=120)
    assert np.abs(other.esv - whole.esv).max() > 10 * ROUNDING_TOLERANCE


@pytest.mark.parametrize("method", UNBIASED)
@pytest.mark.parametrize("n_frames", [1, 2, 3, 6])
def test_scoring_every_subset_leaves_no_error(method, n_frames):
    features = inputs("complete", (2, n_frames, 32), -1, 1)
    budget = 2**n_frames - 1 if method != "permutation" else 3000
    estimate = explain(features, confident_tsn(), priors(), method, budget=budget)
    _, esv = exact_esvs(confident_tsn(), features, priors())
    if method == "permutation":
        assert (np.abs(estimate.esv - esv) <= 5 * estimate.standard_error + 1e-6).all()
    else:
        assert np.abs(estimate.esv - esv).max() <= 1e-6
        assert estimate.standard_error.max() <= 1e-6


@pytest.mark.parametrize("method", ["regression", "stratified", "constructive"])
@pytest.mark.parametrize("n_frames", [2, 5, 8])
def test_a_multi_scale_model_with_all_outputs_known_has_no_error(method, n_frames):
    features = inputs("all outputs", (2, n_frames, 32), -1, 1)
    heads = trn_heads()[:4]
    budget = sum(comb(n_frames, scale) for scale in range(1, min(n_frames, len(heads)) + 1))
    options = {"max_samples_per_scale": 100, "iterations": 1} if method == "constructive" else {}
    estimate = explain(features, heads, priors(), method, budget=budget, **options)
    assert estimate.evaluations.tolist() == [budget] * 2
    scores, esv = exact_esvs(heads, features, priors())
    assert np.abs(estimate.esv - esv).max() <= ROUNDING_TOLERANCE
    assert np.abs(estimate.scores - scores).max() <= ROUNDING_TOLERANCE
    assert not estimate.standard_error.any()


def test_intervals_of_joint_estimates_cover_the_exact_values_as_often_as_they_say():
    features = inputs("joint coverage", (3, 10, 32), -1, 1)
    _, esv = exact_esvs(trn_heads(), features, priors())
    inside = [
        np.abs(run.esv - esv) <= 1.96 * run.standard_error
        for run in (
            explain(features, trn_heads(), priors(), "regression", seed, budget=300)
            for seed in range(6)
        )
    ]
    assert 0.92 <= np.mean(inside) <= 0.985


# `adaptive` takes seconds a video: its intervals are counted on one, in test_adaptive.py.
@pytest.mark.parametrize("method", [method for method in UNBIASED if method != "adaptive"])
def test_errors_are_of_the_size_of_the_standard_errors(method):
    features = inputs("coverage", (6, 12, 32), -1, 1)
    _, esv = exact_esvs(confident_tsn(), features, priors())
    inside = []
    for seed in range(5):
        estimate = explain(features, confident_tsn(), priors(), method, seed, budget=1024)
        inside.append(np.abs(estimate.esv - esv) <= 1.96 * estimate.standard_error)
    assert 0.90 <= np.mean(inside) <= 0.98


def test_regression_is_at_most_half_as_wrong_as_the_papers_sampler():
    features = inputs("accuracy", (6, 16, 32), -1, 1)
    _, esv = exact_esvs(confident_tsn(), features, priors())

    def error(method, budget):
        runs = [
            explain(features, confident_tsn(), priors(), method, seed, budget=budget).esv
            for seed in range(2)
        ]
        return np.mean([np.abs(run - esv).mean() for run in runs])

    for budget in (256, 1024):
        assert error("regression", budget) <= 0.5 * error("constructive", budget)


@pytest.mark.parametrize("budget", [256, 1024])
def test_regression_is_at_most_as_wrong_as_the_best_of_shapiq(budget):
    import shapiq  # takes seconds, which most processes of the tests can do without
    from shapiq.approximator.regression import kADDSHAP

    features = inputs("shapiq", (2, 16, 32), -1, 1)
    powers = 1 << np.arange(16)
    ours, theirs = [], {"KernelSHAP": [], "kADDSHAP": [], "SVARM": []}
    for video in features:
        game = make_game(confident_tsn(), video[None], priors())
        values = exact_values(game, keep_table=True)
        exact, table = values.esv[0].numpy(), values.table[0].numpy().astype(float)
        predicted = int(values.scores[0].argmax())
        scores = table[:, predicted]
        for seed in range(3):
            run = explain(video[None], confident_tsn(), priors(), "regression", seed, budget=budget)
            ours.append(np.abs(run.esv[0] - exact)[:, predicted].mean())
            for name, errors in theirs.items():
                kind = kADDSHAP if name == "kADDSHAP" else getattr(shapiq, name)
                found = kind(16, random_state=seed).approximate(
                    budget, lambda member, scores=scores: scores[member.astype(int) @ powers]
                )
                values_found = np.array([found[(frame,)] for frame in range(16)])
                errors.append(np.abs(values_found - exact[:, predicted]).mean())
    assert np.mean(ours) <= min(np.mean(errors) for errors in theirs.values())


@pytest.mark.parametrize("method", UNBIASED)
def test_joint_estimates_of_model_and_esvs_come_near_the_exact_values(method):
    features = inputs("joint", (3, 9, 32), -1, 1)
    _, esv = exact_esvs(trn_heads(), features, priors())
    errors = []
    for budget in (100, 300):
        estimate = explain(features, trn_heads(), priors(), method, budget=budget)
        errors.append(np.abs(estimate.esv - esv).mean() / np.abs(esv).mean())
        inside = np.abs(estimate.esv - esv) <= 1.96 * estimate.standard_error
        assert inside.mean() >= 0.85
    assert errors[1] < errors[0]
    assert errors[1] < 0.4


@pytest.mark.parametrize("method", METHODS)
def test_rescaling_closes_the_efficiency_gap(method):
    features = inputs("gap", (2, 10, 32), -1, 1)
    plain = explain(features, confident_tsn(), priors(), method, budget=300)
    total = priors() + plain.esv.sum(axis=1) - plain.scores
    assert np.allclose(plain.efficiency_gap, total, atol=1e-6)
    rescaled = explain(features, confident_tsn(), priors(), method, budget=300, rescale=True)
    assert np.abs(rescaled.efficiency_gap).max() <= 1e-6
    shift = plain.esv - rescaled.esv
    assert np.allclose(shift, plain.efficiency_gap[:, None] / 10, atol=1e-6)


def test_a_tolerance_stops_each_video_when_its_own_error_is_small_enough():
    features = inputs("tolerance", (4, 14, 32), -1, 1)
    features[1] *= 0.01
    settings = {"budget": 3000, "tolerance": 5e-4}
    estimate = explain(features, confident_tsn(), priors(), "regression", **settings)
    assert estimate.converged.all()
    assert (estimate.standard_error.max(axis=(1, 2)) <= 5e-4).all()
    assert estimate.evaluations[1] < estimate.evaluations[0] < 3000
    alone = explain(features[2:3], confident_tsn(), priors(), "regression", **settings)
    assert np.abs(alone.esv[0] - estimate.esv[2]).max() <= ROUNDING_TOLERANCE
    assert alone.evaluations[0] == estimate.evaluations[2]


@pytest.mark.parametrize("model", [confident_tsn(), trn_heads()], ids=["tsn", "trn"])
@pytest.mark.parametrize("method", ["regression", "permutation"])
def test_a_tolerance_may_be_about_the_predicted_class_alone(method, model):
    features = inputs("predicted", (4, 14, 32), -1, 1)
    settings = {"budget": 2000, "tolerance": 2e-3, "classes": [7, 2, 5, 1]}
    for_all = explain(features, model, priors(), method, **settings)
    estimate = explain(features, model, priors(), method, **settings, tolerance_for="predicted")
    error = estimate.standard_error.max(axis=1)
    of_predicted = error[np.arange(4), estimate.scores.argmax(axis=1)]
    assert np.array_equal(estimate.converged, of_predicted <= 2e-3)
    assert (estimate.evaluations <= for_all.evaluations).all()
    assert (error.max(axis=1) > 2e-3).any()


@pytest.mark.parametrize("model", [confident_tsn(), trn_heads()], ids=["tsn", "trn"])
def test_128_evaluations_of_32_frames_are_enough_for_honest_intervals(model):
    features = inputs("small budget", (2, 32, 32), -1, 1)
    long = explain(features, model, priors(), "regression", budget=8192)
    runs = [explain(features, model, priors(), "regression", seed, budget=128) for seed in range(3)]
    assert all((run.evaluations <= 128).all() for run in runs)
    error = np.array([np.abs(run.esv - long.esv) for run in runs])
    assert 0.88 <= (error <= 1.96 * np.array([run.standard_error for run in runs])).mean() <= 0.99


@pytest.mark.parametrize("method", METHODS)
def test_a_tolerance_out_of_reach_ends_with_the_budget_and_says_so(method):
    features = inputs("unreached", (2, 12, 32), -1, 1)
    estimate = explain(features, confident_tsn(), priors(), method, budget=400, tolerance=1e-9)
    without = explain(features, confident_tsn(), priors(), method, budget=400)
    assert not estimate.converged.any()
    assert np.abs(estimate.esv - without.esv).max() <= ROUNDING_TOLERANCE
    assert without.converged is None


def test_iterations_and_samples_of_the_constructive_sampler_set_its_cost():
    features = inputs("iterations", (1, 12, 32), -1, 1)
    settings = {"max_samples_per_scale": 10, "iterations": 3, "budget": 10000}
    estimate = explain(features, tsn_head(), priors(), "constructive", **settings)
    assert 100 < estimate.evaluations[0] <= 3 * (10 * 11 + 1)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"method": "magic"}, "choose one of exact, auto, regression"),
        ({"budget": 0}, "budget is a whole number at least 1 and at most 10,000,000, not 0"),
        ({"budget": 20}, r"needs a budget of at least \d+ evaluations for 16 frames, not 20"),
        ({"method": "permutation", "budget": 20}, "two antithetic pairs"),
        ({"method": "constructive", "budget": 10}, "one per scale"),
        ({"iterations": 2}, "'regression' has no option 'iterations'"),
        ({"tolerance": -1.0}, "tolerance is a number greater than 0, not -1.0"),
        ({"tolerance": "small"}, "tolerance is a number greater than 0, not small"),
        ({"rescale": 1}, "rescale is true or false, not 1"),
        ({"memory_budget": 1000}, "raise it, or lower the budget"),
    ],
)
def test_settings_that_cannot_work_are_refused(settings, message):
    features = inputs("refused", (1, 16, 32), -1, 1)
    with pytest.raises(InputError, match=message):
        explain(features, tsn_head(), priors(), **{"method": "regression", **settings})
