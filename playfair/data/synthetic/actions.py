"""The actions of synthetic clips: where the bodies are at each moment.

A plan draws an action from a generator. The action is a function of progress, from 0 to 1, that
gives the bodies in view. At progress 0 and 1 there are none: bodies enter and leave over an edge of
the frame, swell and shrink, or come out of the distance.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from playfair.data.synthetic.bodies import Ball, Body, Cloth, Paint, Shell

# A ball whose centre is this many radii outside of the frame is out of view. Its shadow reaches
# further: it is faint while a ball enters and leaves.
MARGIN = 1.04
Action = Callable[[float], list[Body]]


@dataclass(frozen=True)
class Stage:
    """What an action may use: the frame's size in pixels and the paints of its bodies."""

    height: int
    width: int
    paints: tuple[Paint, Paint]


def plan_crossing(stage: Stage, generator: np.random.Generator) -> Action:
    """A ball enters at the left and leaves at the right."""
    radius = _radius(stage, generator)
    start = generator.uniform(0.25, 0.72) * stage.height
    slope, bend = generator.uniform(-0.13, 0.13, 2) * stage.height
    paint, roll = stage.paints[0], generator.uniform(0, 6)
    margin = MARGIN * radius

    def at(progress: float) -> list[Body]:
        x = -margin + progress * (stage.width + 2 * margin)
        y = start + slope * (progress - 0.5) + bend * np.sin(np.pi * progress)
        return [Ball(x, y, radius, paint, roll=roll + x / radius, shadow=_presence(progress))]

    return at


def plan_rising(stage: Stage, generator: np.random.Generator) -> Action:
    """A ball enters at the bottom and leaves at the top."""
    radius = _radius(stage, generator)
    start = generator.uniform(0.3, 0.7) * stage.width
    slope, bend = generator.uniform(-0.13, 0.13, 2) * stage.width
    paint, roll = stage.paints[0], generator.uniform(0, 6)
    margin = MARGIN * radius

    def at(progress: float) -> list[Body]:
        y = stage.height + margin - progress * (stage.height + 2 * margin)
        x = start + slope * (progress - 0.5) + bend * np.sin(np.pi * progress)
        shadow = _presence(progress)
        return [Ball(x, y, radius, paint, -np.pi / 2, roll - y / radius, shadow=shadow)]

    return at


def plan_approach(stage: Stage, generator: np.random.Generator) -> Action:
    """A ball comes out of the distance and passes the camera below."""
    x = generator.uniform(0.38, 0.62) * stage.width
    y = generator.uniform(0.22, 0.34) * stage.height
    direction = np.pi / 2 + generator.uniform(-0.25, 0.25)
    offset = generator.uniform(1.7, 2.0)
    first = 0.05 * stage.height
    # Out of view where its upper edge has passed below the frame.
    last = (stage.height - y + first * offset) / (offset * np.sin(direction) - MARGIN)
    paint, roll = stage.paints[0], generator.uniform(0, 6)

    def at(progress: float) -> list[Body]:
        radius = first * (last / first) ** progress
        distance = offset * (radius - first)
        return [
            Ball(
                x + distance * np.cos(direction),
                y + distance * np.sin(direction),
                radius * swell(progress, 0.1),
                paint,
                heading=direction,
                roll=roll + 6 * progress,
                shadow=_presence(progress),
            )
        ]

    return at


def plan_meeting(stage: Stage, generator: np.random.Generator) -> Action:
    """Two balls swell into view apart, roll towards each other, and shrink where they touch."""
    lane = _Lane.draw(stage, generator)
    apart = generator.uniform(0.68, 0.78) * lane.far

    def at(progress: float) -> list[Body]:
        share = float(np.clip((progress - 0.1) / 0.8, 0, 1))
        size = swell(progress, 0.1) * swell(1 - progress, 0.1)
        return lane.bodies(apart + (lane.touch - apart) * share, size, size)

    return at


def plan_collision(stage: Stage, generator: np.random.Generator) -> Action:
    """Two balls enter from opposite edges, hit each other and go back."""
    lane = _Lane.draw(stage, generator)

    def at(progress: float) -> list[Body]:
        distance = lane.touch + (lane.far - lane.touch) * abs(2 * progress - 1)
        return lane.bodies(distance, shadow=_presence(progress))

    return at


def plan_passing(stage: Stage, generator: np.random.Generator) -> Action:
    """Two balls enter from opposite edges, pass each other and leave at the other's edge."""
    lane = _Lane.draw(
        stage, generator, apart=generator.choice([-1, 1]) * generator.uniform(0.9, 1.3)
    )

    def at(progress: float) -> list[Body]:
        distance = lane.far * (1 - 2 * progress)
        return lane.bodies(distance, shadow=_presence(progress))

    return at


def plan_throw(stage: Stage, generator: np.random.Generator) -> Action:
    """A ball flies in from below, slows down, and falls out of view again."""
    radius = _radius(stage, generator)
    middle = generator.uniform(0.35, 0.65) * stage.width
    drift = generator.uniform(-0.4, 0.4) * stage.width
    low, high = stage.height + MARGIN * radius, generator.uniform(0.16, 0.36) * stage.height
    paint, roll, spin = stage.paints[0], generator.uniform(0, 6), generator.uniform(-5, 5)

    def at(progress: float) -> list[Body]:
        y = high + (low - high) * (2 * progress - 1) ** 2
        x = middle + drift * (progress - 0.5)
        shadow = _presence(progress)
        return [Ball(x, y, radius, paint, roll=roll + spin * progress, shadow=shadow)]

    return at


def plan_opening(stage: Stage, generator: np.random.Generator) -> Action:
    """A capsule swells into view, opens, and shrinks out of view while it is open."""
    radius = generator.uniform(0.2, 0.27) * stage.height
    x = generator.uniform(0.38, 0.62) * stage.width
    y = generator.uniform(0.55, 0.68) * stage.height
    lean = generator.choice([-1, 1]) * generator.uniform(0.5, 1.0)

    def at(progress: float) -> list[Body]:
        size = radius * swell(progress, 0.1) * swell(1 - progress, 0.1)
        openness = float(np.clip((progress - 0.2) / 0.6, 0, 1))
        return [Shell(x, y, size, openness, *stage.paints, lean)]

    return at


def plan_covering(stage: Stage, generator: np.random.Generator) -> Action:
    """A ball swells into view, a cloth slides over it, and shrinks to nothing with the ball."""
    radius = generator.uniform(0.14, 0.17) * stage.height
    x, y = generator.uniform(0.4, 0.6, 2) * (stage.width, stage.height)
    half_width, half_height = radius * generator.uniform(1.5, 1.9, 2)
    turn, folds = generator.uniform(-0.5, 0.5), generator.uniform(0, 6)
    direction = generator.uniform(0, 2 * np.pi)
    away = 0.5 * np.hypot(stage.width, stage.height) + np.hypot(half_width, half_height) + 8
    roll = generator.uniform(0, 6)

    def at(progress: float) -> list[Body]:
        distance = away * float(np.clip((0.66 - progress) / 0.56, 0, 1))
        size = swell(1 - progress, 0.1)
        ball = Ball(x, y, radius * swell(progress, 0.08) * size, stage.paints[0], roll=roll)
        cloth = Cloth(
            x + distance * np.cos(direction),
            y + distance * np.sin(direction),
            size * half_width,
            size * half_height,
            turn,
            stage.paints[1],
            folds,
        )
        return [ball, cloth]

    return at


@dataclass(frozen=True)
class _Lane:
    """The line on which two balls move: its centre, direction, and the distances of the balls."""

    x: float
    y: float
    direction: float
    radii: np.ndarray
    paints: tuple[Paint, Paint]
    apart: float
    touch: float
    far: float
    rolls: np.ndarray

    @classmethod
    def draw(cls, stage: Stage, generator: np.random.Generator, apart: float = 0.0) -> "_Lane":
        radii = generator.uniform(0.14, 0.18, 2) * stage.height
        direction = generator.uniform(-0.45, 0.45)
        x = generator.uniform(0.47, 0.53) * stage.width
        y = generator.uniform(0.42, 0.58) * stage.height
        aside = 0.5 * abs(apart) * radii.sum() * np.sin(abs(direction))
        far = (0.53 * stage.width + MARGIN * radii.max() + aside) / np.cos(direction)
        rolls = generator.uniform(0, 6, 2)
        return cls(x, y, direction, radii, stage.paints, apart, radii.mean(), far, rolls)

    def bodies(self, distance: float, size: float = 1.0, shadow: float = 1.0) -> list[Body]:
        """The balls at this distance from the centre, on opposite sides of it."""
        cosine, sine = np.cos(self.direction), np.sin(self.direction)
        aside = 0.5 * self.apart * self.radii.sum()
        return [
            Ball(
                self.x + along * cosine - across * sine,
                self.y + along * sine + across * cosine,
                size * radius,
                paint,
                heading=self.direction,
                roll=roll + along / radius,
                shadow=shadow,
            )
            for along, across, radius, paint, roll in (
                (-distance, -aside, self.radii[0], self.paints[0], self.rolls[0]),
                (distance, aside, self.radii[1], self.paints[1], self.rolls[1]),
            )
        ]


def _radius(stage: Stage, generator: np.random.Generator) -> float:
    return float(generator.uniform(0.15, 0.21) * stage.height)


def _presence(progress: float) -> float:
    """How strong the shadow is of a body that enters at progress 0 and has left at 1."""
    return swell(progress, 0.2) * swell(1 - progress, 0.2)


def swell(progress: float, share: float) -> float:
    """From 0 to 1 over the first `share` of the progress, with a soft start and end."""
    step = min(max(progress / share, 0.0), 1.0)
    return step * step * (3 - 2 * step)
