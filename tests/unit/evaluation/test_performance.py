import numpy as np

from playfair.evaluation.performance import true_class_scores


def test_true_class_scores_are_those_of_the_label_and_nan_where_it_is_unknown():
    scores = np.array([[0.1, 0.9], [0.3, 0.7], [0.6, 0.4]], dtype=np.float32)
    found = true_class_scores(scores, np.array([1, -1, 0]))
    np.testing.assert_allclose(found, [0.9, np.nan, 0.6], rtol=1e-6)
