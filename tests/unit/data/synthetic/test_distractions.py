"""What moves in synthetic clips without being an action of any class."""

import numpy as np
import pytest

from playfair.data.synthetic.actions import Stage
from playfair.data.synthetic.bodies import Ball, Canvas, Cloth, Shell
from playfair.data.synthetic.dataset import VISIBLE
from playfair.data.synthetic.distractions import DISTRACTIONS, plan_distraction
from playfair.data.synthetic.scenes import choose_paints

HEIGHT, WIDTH = 80, 96


def moments(plan, seed, count=41):
    """The bodies of a distraction at evenly spaced moments."""
    generator = np.random.default_rng(seed)
    background = np.full((HEIGHT, WIDTH, 3), 0.5, dtype=np.float32)
    paints = [paint for paint, _ in choose_paints(background, 2, generator)]
    distraction = plan(Stage(HEIGHT, WIDTH, (paints[0], paints[1])), generator)
    return [distraction(progress) for progress in np.linspace(0, 1, count)]


def changed(bodies):
    canvas = Canvas(np.full((HEIGHT, WIDTH, 3), 0.5, dtype=np.float32), casts_shadows=True)
    for body in bodies:
        body.draw(canvas)
    return canvas.changed


@pytest.mark.parametrize("plan", DISTRACTIONS)
def test_a_distraction_is_in_view_from_start_to_end_and_not_before_or_after(plan):
    for seed in range(8):
        seen = [changed(bodies) for bodies in moments(plan, seed)]
        assert max(seen[0], seen[-1]) < VISIBLE
        assert min(seen[5:-5]) > 0.25


@pytest.mark.parametrize("plan", DISTRACTIONS)
def test_bodies_stay_where_they_are(plan):
    for seed in range(8):
        places = np.array([[(body.x, body.y) for body in bodies] for bodies in moments(plan, seed)])
        middles = places.mean(axis=1)
        assert np.ptp(middles, axis=0).max() < 0.45 * HEIGHT
        assert abs(middles[0] - middles[-1]).max() < 0.13 * HEIGHT


@pytest.mark.parametrize("plan", DISTRACTIONS)
def test_nothing_opens_is_covered_or_comes_closer(plan):
    for seed in range(8):
        whole = moments(plan, seed)
        assert (
            len({body.openness for bodies in whole for body in bodies if isinstance(body, Shell)})
            < 2
        )
        for bodies in whole:
            assert not {type(body) for body in bodies} >= {Ball, Cloth}
        if len(whole[0]) == 2:
            apart = [np.hypot(a.x - b.x, a.y - b.y) for a, b in whole]
            assert np.ptp(apart) < 1e-6


def test_every_distraction_occurs():
    kinds = {
        tuple(type(body).__name__ for body in moments(plan_distraction, seed, 3)[1])
        for seed in range(40)
    }
    assert kinds == {("Ball",), ("Ball", "Ball"), ("Shell",), ("Cloth",)}
