"""The classes of the synthetic data set: an action each, and a direction of time.

Of two classes that share an action, one shows it backwards: frame by frame and without their order,
their clips cannot be told apart.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from playfair.data.synthetic.actions import (
    Action,
    Stage,
    plan_approach,
    plan_collision,
    plan_covering,
    plan_crossing,
    plan_meeting,
    plan_opening,
    plan_passing,
    plan_rising,
    plan_throw,
)


@dataclass(frozen=True)
class ActionClass:
    """A class: its template, its action, whether time runs backwards, and what it speaks of."""

    template: str
    plan: Callable[[Stage, np.random.Generator], Action]
    backwards: bool = False
    roles: tuple[str, ...] = ("ball",)

    @property
    def name(self) -> str:
        """The template without its square brackets."""
        return self.template.replace("[", "").replace("]", "")


CLASSES = (
    ActionClass("Moving [something] from left to right", plan_crossing),
    ActionClass("Moving [something] from right to left", plan_crossing, backwards=True),
    ActionClass("Moving [something] up", plan_rising),
    ActionClass("Moving [something] down", plan_rising, backwards=True),
    ActionClass("Moving [something] towards the camera", plan_approach),
    ActionClass("Moving [something] away from the camera", plan_approach, backwards=True),
    ActionClass(
        "Moving [something] and [something] closer to each other",
        plan_meeting,
        roles=("ball", "ball"),
    ),
    ActionClass(
        "Moving [something] and [something] away from each other",
        plan_meeting,
        backwards=True,
        roles=("ball", "ball"),
    ),
    ActionClass("Opening [something]", plan_opening, roles=("capsule",)),
    ActionClass("Closing [something]", plan_opening, backwards=True, roles=("capsule",)),
    ActionClass("Covering [something] with [something]", plan_covering, roles=("ball", "cloth")),
    ActionClass(
        "Uncovering [something]",
        plan_covering,
        backwards=True,
    ),
    ActionClass("Throwing [something] in the air and letting it fall", plan_throw),
    ActionClass(
        "Moving [something] and [something] so they collide with each other",
        plan_collision,
        roles=("ball", "ball"),
    ),
    ActionClass(
        "Moving [something] and [something] so they pass each other",
        plan_passing,
        roles=("ball", "ball"),
    ),
)
