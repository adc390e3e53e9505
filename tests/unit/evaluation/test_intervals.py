import numpy as np
import pytest

from playfair.evaluation.intervals import mean_interval, wilson_interval


def test_wilson_interval_equals_hand_computed_values():
    # 8 of 10 with z = 2: centre (0.8 + 4/20) / 1.4 = 5/7, half width 2 sqrt(0.016 + 0.01) / 1.4
    low, high = wilson_interval(8, 10, quantile=2.0)
    half_width = 2 * np.sqrt(0.026) / 1.4
    assert low == pytest.approx(5 / 7 - half_width)
    assert high == pytest.approx(5 / 7 + half_width)


def test_wilson_interval_of_95_percent_equals_published_values():
    # Newcombe (1998), Statistics in Medicine 17, table I: 81/263 -> 0.2553..0.3662
    low, high = wilson_interval(81, 263)
    assert (round(float(low), 4), round(float(high), 4)) == (0.2553, 0.3662)


def test_wilson_interval_stays_within_zero_and_one_at_the_ends():
    low, high = wilson_interval([0, 5], [5, 5])
    assert low[0] == 0 and high[1] == 1
    assert 0 < high[0] < 1 and 0 < low[1] < 1


def test_wilson_interval_without_trials_is_nan():
    low, high = wilson_interval(0, 0)
    assert np.isnan(low) and np.isnan(high)


def test_mean_interval_equals_hand_computed_values_and_leaves_nan_out():
    mean, low, high = mean_interval([1.0, np.nan, 3.0, 5.0], quantile=1.5)
    assert mean == 3.0
    assert low == pytest.approx(3 - 1.5 * 2 / np.sqrt(3))
    assert high == pytest.approx(3 + 1.5 * 2 / np.sqrt(3))


def test_mean_interval_works_along_an_axis():
    values = np.array([[1.0, 10.0], [3.0, 10.0]])
    mean, low, high = mean_interval(values, axis=0)
    np.testing.assert_allclose(mean, [2.0, 10.0])
    np.testing.assert_allclose(high - mean, [1.959963984540054, 0.0])
    np.testing.assert_allclose(mean - low, high - mean)


def test_mean_interval_of_too_few_values_is_nan():
    mean, low, high = mean_interval([np.nan, 2.0])
    assert mean == 2.0 and np.isnan(low) and np.isnan(high)
    assert np.isnan(mean_interval([np.nan])[0])
