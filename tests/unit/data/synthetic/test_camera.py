"""The camera of synthetic clips: what it sees, where it is, and in which light."""

import numpy as np

from playfair.data.synthetic.bodies import Ball, Canvas, Paint
from playfair.data.synthetic.camera import LIGHT_CHANGE, REACH, Camera


def still(corner):
    return Camera(np.array([corner]), np.ones((1, 3), dtype=np.float32), 0.0)


def test_a_camera_that_moves_sees_the_scene_moved():
    scene = np.random.default_rng(0).random((20 + 2 * REACH, 30 + 2 * REACH, 3), dtype=np.float32)
    np.testing.assert_array_equal(still((0, 0)).see(scene, 0), scene[REACH:-REACH, REACH:-REACH])
    np.testing.assert_allclose(
        still((2, -1)).see(scene, 0), scene[REACH - 1 : -REACH - 1, REACH + 2 : -REACH + 2]
    )
    between = (scene[REACH:-REACH, REACH:-REACH] + scene[REACH:-REACH, REACH + 1 : -REACH + 1]) / 2
    np.testing.assert_allclose(still((0.5, 0)).see(scene, 0), between, atol=1e-6)
    for extreme in ((REACH, REACH), (-REACH, -REACH)):
        assert still(extreme).see(scene, 0).shape == (20, 30, 3)


def test_bodies_move_with_the_scene():
    paint = Paint(np.ones(3, dtype=np.float32), np.ones(3, dtype=np.float32), "plain")

    def drawn(x, y, corner):
        canvas = Canvas(np.zeros((40, 40, 3), dtype=np.float32), False, corner=corner)
        Ball(x, y, 8, paint).draw(canvas)
        return canvas.pixels

    np.testing.assert_allclose(drawn(20, 20, (2.0, -3.0)), drawn(18, 23, (0.0, 0.0)), atol=1e-6)


def test_the_camera_shakes_and_the_light_changes_within_limits():
    for seed in range(20):
        camera = Camera.draw(40, np.random.default_rng(seed))
        assert abs(camera.corners).max() <= REACH
        assert np.ptp(camera.corners, axis=0).min() > 0.05
        assert abs(camera.exposure - 1).max() < LIGHT_CHANGE + 0.1
    spans = [
        np.ptp(Camera.draw(40, np.random.default_rng(seed)).exposure.mean(axis=1))
        for seed in range(40)
    ]
    assert np.median(spans) > 0.05
