import numpy as np
import pytest

from playfair.attribution.methods.registry import method_class, samplers
from playfair.attribution.samplers.constructive import ConstructiveSampler
from playfair.attribution.samplers.paired import pair_population, size_sequence
from playfair.attribution.samplers.permutation import PermutationSampler
from playfair.attribution.samplers.regression import (
    RegressionSampler,
    esv_of_regressors,
    shapley_kernel,
)
from playfair.attribution.samplers.sampler import thinned
from playfair.attribution.samplers.stratified import StratifiedSampler
from playfair.errors import InputError
from tests import oracle

SAMPLERS = [method_class(name) for name in samplers()]


def made(kind, n_frames, budget, seed, n_max, **options):
    return kind(n_frames, n_max, kind.options_class(budget=budget, **options), seed)


def masks(member: np.ndarray) -> np.ndarray:
    return member @ (1 << np.arange(member.shape[1]))


@pytest.mark.parametrize("kind", SAMPLERS)
@pytest.mark.parametrize(("n_frames", "largest"), [(1, 1), (2, 2), (7, 7), (12, 12), (12, 4)])
def test_subsets_are_distinct_not_empty_and_within_the_budget(kind, n_frames, largest):
    sampler = made(kind, n_frames, 300, 0, largest)
    assert sampler.member[0].all()
    assert sampler.member.any(axis=1).all()
    assert len(np.unique(masks(sampler.member))) == len(sampler.member)
    assert sampler.evaluations[-1] == (sampler.member.sum(axis=1) <= largest).sum() <= 300
    assert sampler.checkpoints == sorted(set(sampler.checkpoints))
    assert sampler.checkpoints[-1] == len(sampler.member)


@pytest.mark.parametrize("kind", SAMPLERS)
def test_seeds_and_lengths_change_what_is_drawn(kind):
    first = made(kind, 10, 200, 0, 10).member
    assert np.array_equal(first, made(kind, 10, 200, 0, 10).member)
    assert not np.array_equal(first, made(kind, 10, 200, 1, 10).member)


@pytest.mark.parametrize("kind", [PermutationSampler, StratifiedSampler, RegressionSampler])
def test_the_mean_over_seeds_is_the_exact_value(kind):
    n_frames = 8
    table = np.random.default_rng(0).random((2**n_frames, 2))
    exact = oracle.shapley_values(
        lambda subset: table[sum(1 << frame for frame in subset)], n_frames
    )
    estimates, variances = [], []
    for seed in range(60):
        sampler = made(kind, n_frames, 120, seed, n_frames)
        esv, error = sampler.estimate(table[masks(sampler.member)], table[0])
        estimates.append(esv)
        variances.append(error**2)
    spread = np.std(estimates, axis=0, ddof=1)
    assert np.abs(np.mean(estimates, axis=0) - exact).max() < 4 * spread.max() / np.sqrt(60)
    assert 0.7 < np.sqrt(np.mean(variances)) / np.sqrt(np.mean(spread**2)) < 1.4


def test_every_antithetic_pair_is_efficient():
    table = np.random.default_rng(1).random((2**9, 3))
    sampler = made(PermutationSampler, 9, 100, 0, 9)
    esv, _ = sampler.estimate(table[masks(sampler.member)], table[0])
    assert np.allclose(esv.sum(axis=0), table[-1] - table[0])


def test_leading_pairs_have_the_shares_of_their_sizes():
    weights = np.array([4.0, 2.0, 1.0])
    sequence = size_sequence(weights, np.array([1e6, 1e6, 1e6]), 70)
    assert np.bincount(sequence[:35])[1:].tolist() == [20, 10, 5]
    assert np.bincount(sequence)[1:].tolist() == [40, 20, 10]
    limited = size_sequence(weights, np.array([5.0, 1e6, 1e6]), 35)
    assert np.bincount(limited)[1:].tolist() == [5, 20, 10]


def test_pairs_of_all_sizes_are_half_of_all_subsets():
    for n_frames in (2, 5, 8):
        assert pair_population(n_frames).sum() == 2 ** (n_frames - 1) - 1


@pytest.mark.parametrize("n_frames", [5, 6])
@pytest.mark.parametrize("degree", [1, 2, 3])
def test_esvs_of_regressors_are_those_of_the_games_they_stand_for(n_frames, degree):
    sampler = made(RegressionSampler, n_frames, 2**n_frames - 1, 0, n_frames)
    to_esv = esv_of_regressors(n_frames, degree)
    regressors = sampler._regressors(slice(0, len(sampler.smaller)), degree)
    regressors = regressors[:, : to_esv.shape[1]]
    half = {
        int(mask): row / 2 for mask, row in zip(masks(sampler.smaller), regressors, strict=True)
    }
    whole = 2**n_frames - 1

    def worth(subset):
        mask = sum(1 << frame for frame in subset)
        if mask in (0, whole):
            return np.zeros(regressors.shape[1])
        return half[mask] if mask in half else -half[whole - mask]

    assert np.allclose(oracle.shapley_values(worth, n_frames), to_esv)


def test_the_kernel_counts_the_middle_size_once():
    assert np.allclose(shapley_kernel(4), [1 / 3, 1 / 8])
    assert np.allclose(shapley_kernel(5), [1 / 4, 1 / 6])


def test_constructive_samples_extend_each_other_by_one_frame():
    sampler = made(ConstructiveSampler, 10, 80, 0, 10, max_samples_per_scale=8, iterations=1)
    sizes = sampler.member.sum(axis=1)
    for size in range(2, 11):
        below = sampler.member[sizes == size - 1]
        for subset in sampler.member[sizes == size]:
            assert ((subset & below).sum(axis=1) == size - 1).any()
        assert (sizes == size).sum() <= 8


def test_the_constructive_recurrence_with_every_child_is_exact():
    n_frames, n_max = 5, 3
    sampler = made(
        ConstructiveSampler, n_frames, 25, 0, n_max, max_samples_per_scale=10, iterations=1
    )
    outputs = np.random.default_rng(3).standard_normal((2**n_frames, 2))
    member = sampler.member
    assert len(member) == 2**n_frames - 1
    logits = next(sampler.joint_logits(outputs[masks(member)], n_max))

    def model(scale):
        return lambda frames: outputs[sum(1 << int(frame) for frame in frames)]

    for row, subset in zip(logits, member, strict=True):
        frames = tuple(np.nonzero(subset)[0].tolist())
        models = [model(scale) for scale in range(1, n_max + 1)]
        expected = oracle.multi_scale_logits(models, np.arange(n_frames), frames)
        assert np.allclose(row, expected)


def test_checkpoints_are_thinned_but_the_last_is_kept():
    assert thinned(np.array([10, 11, 12, 13, 20, 21])) == [10, 13, 20, 21]


@pytest.mark.parametrize("kind", SAMPLERS)
@pytest.mark.parametrize("n_frames", [1, 2, 3, 5, 16, 33])
def test_a_sampler_works_with_the_least_budget_that_it_says(kind, n_frames):
    least = kind.least_budget(n_frames, kind.options_class())
    sampler = made(kind, n_frames, least, 0, None)
    assert sampler.evaluations[-1] <= least
    if n_frames >= 16:
        with pytest.raises(InputError, match="budget"):
            made(kind, n_frames, int(0.8 * least), 0, None)


def test_pairs_without_evaluations_do_not_shorten_a_multi_scale_budget():
    sampler = made(RegressionSampler, 30, 5000, 0, 8)
    assert sampler.evaluations[-1] == 5000
    assert (sampler.member.sum(axis=1) <= 8).sum() == 5000
