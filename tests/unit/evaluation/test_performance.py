import numpy as np

from playfair.evaluation.performance import ranks, true_class_scores


def test_true_class_scores_are_those_of_the_label_and_nan_where_it_is_unknown():
    scores = np.array([[0.1, 0.9], [0.3, 0.7], [0.6, 0.4]], dtype=np.float32)
    found = true_class_scores(scores, np.array([1, -1, 0]))
    np.testing.assert_allclose(found, [0.9, np.nan, 0.6], rtol=1e-6)


def test_ranks_count_the_classes_of_higher_scores_and_of_equal_ones_the_earlier():
    scores = np.array([[0.1, 0.6, 0.3], [0.4, 0.2, 0.4], [0.4, 0.2, 0.4], [0.2, 0.5, 0.3]])
    label = np.array([2, 0, 2, -1])
    np.testing.assert_array_equal(ranks(scores, label), [1, 0, 1, -1])
    first = scores.argmax(axis=1) == label
    np.testing.assert_array_equal(ranks(scores, label) == 0, first)
