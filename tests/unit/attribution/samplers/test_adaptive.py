"""The adaptive sampler: closed forms against definitions, and games on which it has to win."""

import numpy as np
import pytest
import torch

from playfair.attribution.exact.exact import exact_esvs
from playfair.attribution.explain import explain
from playfair.attribution.samplers import odd_fits
from playfair.attribution.samplers.adaptive import AdaptiveSampler, corrected_share
from playfair.attribution.samplers.odd_fits import Fit, Pairs, kernel_esvs, mixture, odd_kernel
from playfair.attribution.samplers.regression import RegressionSampler
from playfair.attribution.samplers.sampler import SamplerOptions
from tests.conformance import inputs
from tests.oracle import shapley_values
from tests.unit.attribution.vectors import priors, trn_heads, tsn_head


def estimated(sampler_class, game, n_frames, budget, seed=0):
    """ESVs and standard errors of a game (M, n) bool -> (M,)."""
    sampler = sampler_class(n_frames, None, SamplerOptions(budget=budget), seed)
    scores = game(sampler.member).astype(float)[:, None]
    esv, error = sampler.estimate(scores, game(np.zeros((1, n_frames), dtype=bool)).astype(float))
    return esv[:, 0], error[:, 0]


def random_pairs(n_frames=6, count=30, columns=2):
    generator = torch.Generator().manual_seed(0)

    def normal(*shape):
        return torch.randn(*shape, generator=generator, dtype=torch.float64)

    lines = [(normal(count, 3), normal(n_frames, 3))]
    weights = normal(count).abs() + 0.5
    return Pairs(normal(count, n_frames).sign(), normal(count, columns), weights, lines)


def test_esvs_of_kernel_functions_are_those_of_the_definition():
    n_frames = 5
    frame_weights = torch.tensor([0.05, 0.3, 0.6, 0.9, 0.2], dtype=torch.float64)
    sign = torch.tensor([[1.0, -1, 1, 1, -1], [-1, -1, -1, 1, 1]], dtype=torch.float64)
    found = kernel_esvs(sign, frame_weights)
    for row in range(2):

        def half(members, row=row):
            z = -torch.ones(1, n_frames, dtype=torch.float64)
            z[0, list(members)] = 1
            return np.array([float(odd_kernel(z, sign[row : row + 1], frame_weights)) / 2])

        expected = shapley_values(half, n_frames)[:, 0]
        np.testing.assert_allclose(found[row].numpy(), expected, atol=1e-12)


def test_influences_give_the_esvs_of_what_is_fitted():
    n_frames = 6
    sampler = AdaptiveSampler(n_frames, None, SamplerOptions(budget=2**n_frames - 1))
    count = len(sampler.smaller)
    assert count == 2 ** (n_frames - 1) - 1
    answers = np.random.default_rng(0).normal(size=(len(sampler.member), 2))
    pairs = sampler._pairs(answers, count)
    lines = odd_fits.fit_lines(pairs, *sampler._lines(count, 1))
    for fit in (lines, odd_fits.fit_process(pairs), odd_fits.fit_products(pairs)):
        fitted = (pairs.answers - fit.left_over).numpy() / 2
        half = {}
        for members, answer in zip(sampler.smaller, fitted, strict=True):
            half[tuple(np.flatnonzero(members))] = answer
            half[tuple(np.flatnonzero(~members))] = -answer

        def worth(subset, half=half):
            return half.get(subset, np.zeros(2))

        expected = shapley_values(worth, n_frames)
        np.testing.assert_allclose(fit.influence @ pairs.answers, expected, atol=1e-9)
        assert np.abs(expected).max() > 0.01


@pytest.mark.parametrize("noise", [1e-2, 1.0])
def test_what_a_process_misses_is_what_a_fit_without_the_pair_misses(noise):
    pairs = random_pairs()
    weights = torch.full((6,), 0.3, dtype=torch.float64)
    whole = odd_fits._fitted_process(pairs, weights, noise, 0)
    scale = odd_kernel(pairs.sign, pairs.sign, weights).diagonal().mean()
    for left_out in (0, 17):
        others = [row for row in range(30) if row != left_out]
        terms = pairs.lines[0][0]
        kernel = odd_kernel(pairs.sign, pairs.sign, weights) / scale
        inverse = torch.linalg.inv(kernel[others][:, others] + noise * torch.eye(29))
        slopes = torch.linalg.solve(
            terms[others].T @ inverse @ terms[others],
            terms[others].T @ inverse @ pairs.answers[others],
        )
        duals = inverse @ (pairs.answers[others] - terms[others] @ slopes)
        said = terms[left_out] @ slopes + kernel[left_out, others] @ duals
        expected = pairs.answers[left_out] - said
        np.testing.assert_allclose(whole.missed[left_out], expected, atol=1e-8)


def test_pairs_beyond_those_fitted_are_predicted(monkeypatch):
    pairs = random_pairs()
    weights = torch.full((6,), 0.3, dtype=torch.float64)
    monkeypatch.setattr(odd_fits, "MOST_FITTED", 29)
    found = odd_fits._fitted_process(pairs, weights, 0.1, 0)
    monkeypatch.undo()
    whole = odd_fits._fitted_process(pairs, weights, 0.1, 0)
    np.testing.assert_allclose(found.missed[29], whole.missed[29], atol=1e-8)
    np.testing.assert_array_equal(found.missed[29], found.left_over[29])


def parities(members):
    """Two products of three frames: each shared equally."""
    first, second = members[:, [1, 5, 9]].sum(axis=1) % 2, members[:, [0, 5, 11]].sum(axis=1) % 2
    return first + 0.5 * second


def test_products_of_three_frames_are_found_exactly():
    expected = np.zeros(12)
    expected[[1, 5, 9]] += 1 / 3
    expected[[0, 5, 11]] += 1 / 6
    esv, error = estimated(AdaptiveSampler, parities, 12, 300)
    np.testing.assert_allclose(esv, expected, atol=1e-6)
    assert error.max() < 1e-6
    other, _ = estimated(RegressionSampler, parities, 12, 300)
    assert np.abs(other - expected).max() > 0.1


@pytest.mark.parametrize("scales", [(1, 1, 1), (1, 0.1, 3), (5, 1, 0.9)])
def test_a_mixture_misses_less_than_any_other(scales):
    pairs = random_pairs()
    generator = torch.Generator().manual_seed(1)
    common = torch.randn(30, 2, generator=generator, dtype=torch.float64)
    fits = []
    for number, scale in enumerate(scales, start=1):
        own = torch.randn(30, 2, generator=generator, dtype=torch.float64)
        missed = scale * (common + own)
        influence = torch.full((6, 30), float(number), dtype=torch.float64)
        fits.append(Fit(influence, missed, -missed))

    def misses(missed):
        return float((pairs.weights[:, None] * missed**2).sum())

    found = mixture(pairs, fits)
    shares = torch.from_numpy(np.random.default_rng(0).dirichlet([0.4] * 3, 2000))
    shares = torch.cat([shares, torch.eye(3, dtype=torch.float64)])
    stacked = torch.stack([fit.missed for fit in fits])
    others = [misses(torch.tensordot(share, stacked, 1)) for share in shares]
    assert misses(found.missed) <= min(others) * (1 + 1e-9)
    assert misses(found.missed) >= min(others) * 0.98
    # One set of weights, which sum to 1, for all that a fit says.
    assert torch.equal(found.left_over, -found.missed)
    share = torch.linalg.lstsq(stacked.flatten(1).T, found.missed.flatten()[:, None]).solution
    assert float(share.sum()) == pytest.approx(1)
    np.testing.assert_allclose(found.influence, float(share[:, 0] @ torch.arange(1, 4).double()))


def test_frames_any_of_which_suffices_are_told_from_the_others():
    enough = np.arange(0, 24, 3)
    expected = np.zeros(24)
    expected[enough] = 1 / 8

    def game(members):
        return members[:, enough].any(axis=1)

    esv, _ = estimated(AdaptiveSampler, game, 24, 1024)
    assert np.abs(esv - expected).sum() < 0.05
    other, _ = estimated(RegressionSampler, game, 24, 1024)
    assert np.abs(other - expected).sum() > 0.15


def test_a_few_of_many_frames_are_found_with_few_evaluations():
    early, late = [1, 3, 6, 8], [15, 20, 22, 27]
    expected = np.zeros(32)
    expected[early + late] = 1 / 8

    def game(members):
        return members[:, early].any(axis=1) & members[:, late].any(axis=1)

    def relative_errors(sampler_class, budget, seeds):
        found = [estimated(sampler_class, game, 32, budget, seed)[0] for seed in range(seeds)]
        return [np.abs(esv - expected).sum() for esv in found]

    assert np.mean(relative_errors(AdaptiveSampler, 256, 4)) < 0.55
    assert np.mean(relative_errors(RegressionSampler, 256, 4)) > 0.8
    assert np.mean(relative_errors(AdaptiveSampler, 1024, 2)) < 0.075


@pytest.mark.parametrize(("fit_scale", "shift_scale"), [(1.0, 1.0), (0.5, 1.0), (1.5, 0.7)])
def test_the_share_of_a_correction_leaves_the_smallest_error(fit_scale, shift_scale):
    generator = torch.Generator().manual_seed(0)
    noise, shift = (torch.randn(8, 3, generator=generator, dtype=torch.float64) for _ in range(2))
    without = fit_scale * noise
    shift = shift_scale * shift + 0.5 * without
    squares = [(without - share * shift).pow(2).sum() for share in np.linspace(0, 1, 1001)]
    found = corrected_share(without**2, (without - shift) ** 2, shift)
    assert found == pytest.approx(np.argmin(squares) / 1000, abs=1e-3)


def test_corrections_are_made_in_full_where_fits_are_biased_and_not_where_they_are_noise():
    one = torch.ones(4, 2, dtype=torch.float64)
    assert corrected_share(one, 1e-6 * one, -one) == pytest.approx(1)
    assert corrected_share(1e-6 * one, one, one) == pytest.approx(0, abs=1e-5)
    assert corrected_share(one, one, 0 * one) == 1


def test_middle_sizes_are_drawn_more_often_than_by_the_regression():
    options = SamplerOptions(budget=512)
    adaptive, regression = (
        kind(24, None, options) for kind in (AdaptiveSampler, RegressionSampler)
    )
    assert np.mean(adaptive.size >= 8) > 1.1 * np.mean(regression.size >= 8)
    multi_scale = [kind(24, 8, options).size for kind in (AdaptiveSampler, RegressionSampler)]
    np.testing.assert_array_equal(*multi_scale)


def test_it_is_closer_than_the_regression_and_says_how_close():
    features = inputs("adaptive", (1, 12, 32), -1, 1)
    head = tsn_head()
    with torch.no_grad():
        head.classifier.weight *= 4
    _, exact = exact_esvs(head, features, priors())
    errors, said = {"regression": [], "adaptive": []}, []
    for seed in range(4):
        for method, found in errors.items():
            estimate = explain(features, head, priors(), method, seed, budget=500)
            found.append(np.abs(estimate.esv - exact))
        said.append(estimate.standard_error)
    made, said = np.array(errors["adaptive"]), np.array(said)
    assert np.mean(made) < 0.8 * np.mean(errors["regression"])
    assert np.mean(made <= 1.96 * said) > 0.88
    # Somewhat more than were made, since biases of the fits count as well.
    assert 1 < np.sqrt((said**2).mean() / (made**2).mean()) < 1.5


def test_multi_scale_models_are_fitted_by_the_regression():
    features = inputs("adaptive scales", (1, 12, 32), -1, 1)
    found, expected = (
        explain(features, trn_heads(), priors(), method, budget=300)
        for method in ("adaptive", "regression")
    )
    # Other pairs are drawn; the error is of the same size.
    ratio = found.standard_error.mean() / expected.standard_error.mean()
    assert 0.5 < ratio < 2
