import numpy as np

from playfair.evaluation.support import centre_of_support, sharing_frames

ESV = np.array([[0.3, 0.1, -0.5, 0], [0.2, 0.2, 0.2, 0.2], [0, -1, 0, 0.5], [0, -0.1, 0, 0]])


def test_the_centre_is_the_mean_place_of_positive_values():
    expected = [(0.3 * 1 / 8 + 0.1 * 3 / 8) / 0.4, 0.5, 7 / 8, np.nan]
    np.testing.assert_allclose(centre_of_support(ESV), expected)


def test_support_is_shared_by_one_frame_to_all_of_them():
    quarters = np.exp(-(0.75 * np.log(0.75) + 0.25 * np.log(0.25)))
    np.testing.assert_allclose(sharing_frames(ESV), [quarters, 4, 1, np.nan])
