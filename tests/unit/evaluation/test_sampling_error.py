import numpy as np

from playfair.evaluation.sampling_error import correlation, relative_error


def test_relative_error_equals_hand_computed_values():
    reference = np.array([[0.2, -0.2], [0.0, 0.0]])
    esv = np.array([[0.3, -0.1], [0.1, 0.1]])
    # mean error 0.1 over mean size 0.2; a reference of zeros has no scale
    np.testing.assert_allclose(relative_error(esv, reference), [0.5, np.nan])


def test_relative_error_averages_over_frames_and_classes():
    reference = np.ones((1, 2, 2))
    esv = np.array([[[1.0, 2.0], [1.0, 1.0]]])
    np.testing.assert_allclose(relative_error(esv, reference), [0.25])


def test_correlation_equals_that_of_numpy_and_is_nan_for_constant_values():
    generator = np.random.default_rng(0)
    first, second = generator.normal(size=(2, 3, 4, 5)).astype(np.float32)
    second[2] = 0.5
    found = correlation(first, second)
    for video in (0, 1):
        expected = np.corrcoef(first[video].ravel(), second[video].ravel())[0, 1]
        np.testing.assert_allclose(found[video], expected, rtol=1e-5)
    assert np.isnan(found[2])


def test_correlation_does_not_depend_on_scale_and_shift():
    values = np.random.default_rng(1).normal(size=(2, 6))
    np.testing.assert_allclose(correlation(3 * values + 1, values), 1)
    np.testing.assert_allclose(correlation(-values, values), -1)
