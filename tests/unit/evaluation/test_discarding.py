"""Discarding curves against calls of the model, and the best order against all of them."""

from itertools import permutations

import numpy as np
import pytest

from playfair.evaluation.discarding import (
    area_under,
    best_areas,
    discarding_curves,
    discarding_orders,
)
from playfair.evaluation.intervals import bootstrap_interval

N_FRAMES = 4
GENERATOR = np.random.default_rng(0)
TABLE = GENERATOR.random((3, 2**N_FRAMES, 5))
VALUE = GENERATOR.random((3, N_FRAMES))
UID = ("a", "b", "c")
LABEL = np.array([0, 3, 1])


def test_curves_are_what_the_table_says_of_the_frames_that_are_left():
    orders = discarding_orders(VALUE, UID)
    score, right = discarding_curves(TABLE, orders, np.array([4, 0, 2]), LABEL)
    for video, class_number in enumerate((4, 0, 2)):
        for k, sign in enumerate((-1, 1)):
            left = list(range(N_FRAMES))
            for gone in range(N_FRAMES + 1):
                mask = sum(1 << frame for frame in left)
                assert score[video, k, gone] == TABLE[video, mask, class_number]
                if left:
                    assert right[video, k, gone] == (TABLE[video, mask].argmax() == LABEL[video])
                    left.remove(min(left, key=lambda frame: sign * VALUE[video, frame]))


def test_frames_of_equal_values_come_in_an_order_of_their_own_for_every_video():
    uid = [str(number) for number in range(50)]
    orders = discarding_orders(np.zeros((50, N_FRAMES)), uid)
    assert len({tuple(order) for order in orders[:, 0]}) > 10
    np.testing.assert_array_equal(orders[7:8], discarding_orders(np.zeros((1, N_FRAMES)), ["7"]))
    np.testing.assert_array_equal(orders[:, 0], orders[:, 1])


def test_the_area_is_that_of_trapezoids():
    assert area_under(np.array([1.0, 0.5, 0.0])) == pytest.approx(0.5)
    assert area_under(np.array([1.0, 0.0, 0.0])) == pytest.approx(0.25)


def test_the_best_areas_are_the_best_of_all_orders():
    areas = []
    for order in permutations(range(N_FRAMES)):
        orders = np.tile(np.array(order), (3, 2, 1))
        areas.append(area_under(discarding_curves(TABLE, orders, LABEL, LABEL)[0])[:, 0])
    scores = TABLE[np.arange(3), :, LABEL]
    np.testing.assert_allclose(best_areas(scores)[:, 0], np.min(areas, axis=0))
    np.testing.assert_allclose(best_areas(scores)[:, 1], np.max(areas, axis=0))


def test_bootstrap_intervals_are_those_of_the_mean_and_paired():
    values = GENERATOR.normal(2, 1, (400, 1))
    both = np.hstack([values, values + 3, np.where(np.arange(400)[:, None] < 200, values, np.nan)])
    mean, low, high = bootstrap_interval(both)
    assert mean[0] == pytest.approx(values.mean())
    assert low[0] == pytest.approx(values.mean() - 1.96 / 20, abs=0.02)
    assert high[0] == pytest.approx(values.mean() + 1.96 / 20, abs=0.02)
    np.testing.assert_allclose([mean[1] - 3, low[1] - 3, high[1] - 3], [mean[0], low[0], high[0]])
    assert mean[2] == pytest.approx(values[:200].mean())
    assert high[2] - low[2] > 1.2 * (high[0] - low[0])
    assert np.isnan(bootstrap_interval(np.zeros((0, 2)))[0]).all()
