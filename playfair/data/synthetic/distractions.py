"""What moves in synthetic clips without being an action of any class.

The bodies are those of the actions and have the same looks, so that neither a body nor its motion
is evidence. They stay where they appear, or look in over an edge and go back: nothing crosses the
frame, opens, is covered, is thrown, or comes closer to anything. All look the same backwards.
"""

from collections.abc import Callable

import numpy as np

from playfair.data.synthetic.actions import Action, Stage, swell
from playfair.data.synthetic.bodies import Ball, Body, Cloth, Shell

# Share of the progress in which a body swells into view, and in which it shrinks out of it.
SWELL_SHARE = 0.16


def plan_distraction(stage: Stage, generator: np.random.Generator) -> Action:
    """One of the distractions, each equally likely."""
    plan = DISTRACTIONS[generator.integers(len(DISTRACTIONS))]
    return plan(stage, generator)


def plan_spinning(stage: Stage, generator: np.random.Generator) -> Action:
    """A ball turns on the spot and sways a little."""
    radius = generator.uniform(0.065, 0.09) * stage.height
    x, y = generator.uniform(0.25, 0.75, 2) * (stage.width, stage.height)
    heading, roll = generator.uniform(0, 2 * np.pi, 2)
    spin = generator.choice([-1, 1]) * generator.uniform(3, 7)
    reach = generator.uniform(0.02, 0.06) * stage.height
    sway = _draw_sway(generator)

    def at(progress: float) -> list[Body]:
        size = _in_view(progress)
        dx, dy = reach * np.cos(sway(progress)), reach * np.sin(sway(progress))
        turned = roll + spin * progress
        return [Ball(x + dx, y + dy, size * radius, stage.paints[0], heading, turned, shadow=size)]

    return at


def plan_circling(stage: Stage, generator: np.random.Generator) -> Action:
    """Two balls circle around each other, always as far apart."""
    radii = generator.uniform(0.055, 0.075, 2) * stage.height
    x, y = generator.uniform(0.38, 0.62, 2) * (stage.width, stage.height)
    apart = generator.uniform(1.1, 1.6) * radii.sum() / 2
    roll = generator.uniform(0, 2 * np.pi)
    sway = _draw_sway(generator)

    def at(progress: float) -> list[Body]:
        size = _in_view(progress)
        dx, dy = apart * np.cos(sway(progress)), apart * np.sin(sway(progress))
        return [
            Ball(x + side * dx, y + side * dy, size * radius, paint, roll=roll, shadow=size)
            for side, radius, paint in zip((-1, 1), radii, stage.paints, strict=True)
        ]

    return at


def plan_peeking(stage: Stage, generator: np.random.Generator) -> Action:
    """A ball looks in over the left, the right or the upper edge, and goes back."""
    radius = generator.uniform(0.07, 0.1) * stage.height
    depth = generator.uniform(0.8, 2.4) * radius
    edge, place = generator.integers(3), generator.uniform(0.25, 0.75)
    roll = generator.uniform(0, 2 * np.pi)

    def at(progress: float) -> list[Body]:
        inside = (depth + radius) * np.sin(np.pi * progress) - radius
        x, y = (
            (inside, place * stage.height),
            (stage.width - inside, place * stage.height),
            (place * stage.width, inside),
        )[edge]
        shadow = _in_view(progress)
        return [Ball(x, y, radius, stage.paints[0], roll=roll + inside / radius, shadow=shadow)]

    return at


def plan_rocking(stage: Stage, generator: np.random.Generator) -> Action:
    """A capsule, open or closed, rocks and stays as open as it is."""
    radius = generator.uniform(0.09, 0.12) * stage.height
    x, y = generator.uniform(0.35, 0.65, 2) * (stage.width, stage.height)
    openness = generator.uniform(0, 1)
    sway = _draw_sway(generator)

    def at(progress: float) -> list[Body]:
        rock = float(np.cos(sway(progress)))
        place = x + 0.12 * radius * rock
        return [Shell(place, y, radius * _in_view(progress), openness, *stage.paints, 0.9 * rock)]

    return at


def plan_turning(stage: Stage, generator: np.random.Generator) -> Action:
    """A cloth without anything under it turns on the spot."""
    radius = generator.uniform(0.06, 0.08) * stage.height
    x, y = generator.uniform(0.3, 0.7, 2) * (stage.width, stage.height)
    half_width, half_height = radius * generator.uniform(1.5, 1.9, 2)
    folds, sway = generator.uniform(0, 6), _draw_sway(generator)

    def at(progress: float) -> list[Body]:
        size = _in_view(progress)
        turn = 0.4 * sway(progress)
        return [Cloth(x, y, size * half_width, size * half_height, turn, stage.paints[0], folds)]

    return at


DISTRACTIONS: tuple[Callable[[Stage, np.random.Generator], Action], ...] = (
    plan_spinning,
    plan_circling,
    plan_peeking,
    plan_rocking,
    plan_turning,
)


def _draw_sway(generator: np.random.Generator) -> Callable[[float], float]:
    """An angle (radians) by progress: from a random one, half a turn to a turn and a half."""
    start = float(generator.uniform(0, 2 * np.pi))
    speed = float(generator.choice([-1, 1]) * generator.uniform(np.pi, 3 * np.pi))
    return lambda progress: start + speed * progress


def _in_view(progress: float) -> float:
    return swell(progress, SWELL_SHARE) * swell(1 - progress, SWELL_SHARE)
