import numpy as np

from playfair.evaluation.localisation import (
    auroc,
    average_precision,
    frames_inside,
    inside_any,
    largest_inside,
    positive_mass_inside,
    uniform_mass_inside,
)


def test_frames_at_both_ends_of_the_interval_are_inside():
    inside = frames_inside(np.array([[3, 4, 7, 8]]), np.array([4]), np.array([7]))
    assert inside.tolist() == [[False, True, True, False]]


def test_positive_mass_inside_equals_hand_computed_share():
    esv = np.array([[0.2, 0.3, -0.4, 0.1], [0.0, -0.5, 0.5, 0.0]])
    inside = np.array([[False, True, True, False], [True, True, False, False]])
    # 0.3 of 0.2 + 0.3 + 0.1 (the negative value counts nowhere); none of 0.5
    np.testing.assert_allclose(positive_mass_inside(esv, inside), [0.5, 0.0])


def test_positive_mass_inside_is_nan_where_no_frame_supports_the_class():
    share = positive_mass_inside(np.array([[-0.1, 0.0]]), np.array([[True, True]]))
    assert np.isnan(share).all()


def test_positive_mass_inside_does_not_depend_on_the_scale_of_the_values():
    esv = np.random.default_rng(0).normal(size=(20, 6)).astype(np.float32)
    inside = np.random.default_rng(1).random((20, 6)) < 0.5
    np.testing.assert_allclose(
        positive_mass_inside(esv, inside), positive_mass_inside(1e-3 * esv, inside), rtol=1e-6
    )


def test_uniform_mass_inside_is_the_share_of_frames_inside():
    inside = np.array([[True, True, False, False], [False, False, False, True]])
    np.testing.assert_allclose(uniform_mass_inside(inside), [0.5, 0.25])
    np.testing.assert_allclose(positive_mass_inside(np.ones((2, 4)), inside), [0.5, 0.25])


def test_largest_inside_looks_at_the_first_of_equal_values_and_at_negative_ones():
    esv = np.array([[0.1, 0.4, 0.4], [-0.3, -0.1, -0.2], [0.2, 0.1, 0.0]])
    inside = np.array([[False, True, False], [False, True, False], [False, True, True]])
    assert largest_inside(esv, inside).tolist() == [True, True, False]


def test_a_frame_is_inside_where_any_interval_has_it():
    frames = np.array([0, 3, 5, 9])
    inside = inside_any(frames, np.array([[0, 2], [5, 6], [6, 8]]))
    assert inside.tolist() == [True, False, True, False]
    assert not inside_any(frames, np.zeros((0, 2), int)).any()


def test_auroc_is_the_chance_that_a_frame_inside_has_the_higher_value():
    inside = np.array([[True, False, False, True], [True, True, True, True]])
    value = np.array([[0.5, 0.1, 0.5, 0.9], [1, 2, 3, 4]])
    # of four pairs: 0.5 > 0.1, 0.5 = 0.5, 0.9 > 0.1, 0.9 > 0.5
    found = auroc(value, inside)
    assert found[0] == 3.5 / 4
    assert np.isnan(found[1])
    assert auroc(np.zeros((1, 4)), inside[:1])[0] == 0.5


def test_average_precision_is_the_mean_precision_at_the_frames_inside():
    inside = np.array([[True, False, True, False], [False] * 4])
    value = np.array([[0.9, 0.5, 0.2, 0.1], [1, 2, 3, 4]])
    found = average_precision(value, inside)
    assert found[0] == (1 + 2 / 3) / 2
    assert np.isnan(found[1])
    assert average_precision(np.zeros((1, 4)), inside[:1])[0] == 0.5
