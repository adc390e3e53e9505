"""The shaded bodies that act in synthetic clips, and the canvas that they are drawn on.

Everything is drawn in float32 RGB from 0 to 1, in pixel coordinates (x to the right, y down), with
edges antialiased from the signed distance to them. A body is drawn only where it is; what it
changes, shadow included, is counted, so that a clip knows in which frames it is in view.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

LIGHT = np.array([-0.45, -0.6, 0.66], dtype=np.float32)
HALFWAY = np.array([-0.25, -0.33, 0.91], dtype=np.float32)
# A body with a smaller radius (pixels) is not in view.
FLEETING = 0.3
SHADOW_REACH = 1.45
SHADOW_OFFSET = (0.28, 0.38)


@dataclass
class Canvas:
    """A frame that is being drawn: `pixels` (H, W, 3); `changed` = the largest change of a pixel's
    opacity so far, from 0 (only the scene is in view) to 1. `corner` (x, y) is where in the scene
    the upper left corner of the frame is: the camera's place."""

    pixels: np.ndarray
    casts_shadows: bool
    changed: float = 0.0
    corner: tuple[float, float] = (0.0, 0.0)

    def window(
        self, x: float, y: float, reach: float
    ) -> tuple[tuple[slice, slice], np.ndarray, np.ndarray] | None:
        """The part of the frame within `reach` of (x, y), with its pixels' offsets from there."""
        height, width = self.pixels.shape[:2]
        x, y = x - self.corner[0], y - self.corner[1]
        left, right = max(int(x - reach), 0), min(int(x + reach) + 2, width)
        top, bottom = max(int(y - reach), 0), min(int(y + reach) + 2, height)
        if left >= right or top >= bottom:
            return None
        across = np.arange(left, right, dtype=np.float32) + np.float32(0.5 - x)
        down = np.arange(top, bottom, dtype=np.float32) + np.float32(0.5 - y)
        return (slice(top, bottom), slice(left, right)), across[None, :], down[:, None]

    def paint(self, part: tuple[slice, slice], colour: np.ndarray, opacity: np.ndarray) -> None:
        """Lay `colour` (h, w, 3) or (3,) over a part of the frame with `opacity` (h, w)."""
        under = self.pixels[part]
        under += opacity[..., None] * (colour - under)
        self.changed = max(self.changed, float(opacity.max()))

    def shade(self, part: tuple[slice, slice], darkness: np.ndarray) -> None:
        """Darken a part of the frame by the share `darkness` (h, w)."""
        self.pixels[part] *= 1 - darkness[..., None]
        self.changed = max(self.changed, float(darkness.max()))


class Body(Protocol):
    """Something that acts in a scene at one instant."""

    def draw(self, canvas: Canvas) -> None:
        """Draw the body and its shadow."""


@dataclass(frozen=True)
class Paint:
    """Two colours (3,) and how they are laid out: plain, sectors, band, spots or checks."""

    colour: np.ndarray
    second_colour: np.ndarray
    pattern: str

    def on_ball(self, along: np.ndarray, side: np.ndarray, depth: np.ndarray) -> np.ndarray:
        """Colours (h, w, 3) at points of the unit sphere, in the ball's own axes."""
        if self.pattern == "sectors":
            mark = np.sin(4 * np.arctan2(along, depth))
        elif self.pattern == "band":
            mark = 0.32 - np.abs(along)
        elif self.pattern == "spots":
            mark = np.sin(5.2 * along + 1) * np.sin(5.2 * side) * np.sin(5.2 * depth + 2) - 0.18
        else:
            return np.broadcast_to(self.colour, (*along.shape, 3))
        share = np.clip(6 * mark + 0.5, 0, 1)[..., None]
        colour: np.ndarray = self.colour + share * (self.second_colour - self.colour)
        return colour


@dataclass(frozen=True)
class Ball:
    """A shaded ball; `roll` (radians) turns its pattern about the axis across `heading` (radians).

    `cut` keeps only one half: the one below (+1) or above (-1) the seam through the centre, which
    is tilted by `tilt` (radians). `shadow` from 0 to 1 is the strength of the shadow.
    """

    x: float
    y: float
    radius: float
    paint: Paint
    heading: float = 0.0
    roll: float = 0.0
    cut: int = 0
    tilt: float = 0.0
    shadow: float = 1.0

    def draw(self, canvas: Canvas) -> None:
        if self.radius <= FLEETING:
            return
        if self.shadow > 0 and canvas.casts_shadows:
            self._draw_shadow(canvas)
        window = canvas.window(self.x, self.y, self.radius + 1)
        if window is None:
            return
        part, across, down = window
        u, v = across / self.radius, down / self.radius
        squared = u * u + v * v
        coverage = np.clip((1 - np.sqrt(squared)) * self.radius + 0.5, 0, 1)
        if self.cut:
            seam = (v * np.cos(self.tilt) - u * np.sin(self.tilt)) * self.cut
            coverage = coverage * np.clip(seam * self.radius + 0.5, 0, 1)
        if not coverage.any():
            return
        depth = np.sqrt(np.clip(1 - squared, 0, 1))
        cosine, sine = np.cos(self.heading), np.sin(self.heading)
        along, side = u * cosine + v * sine, v * cosine - u * sine
        cosine, sine = np.cos(self.roll), np.sin(self.roll)
        surface = self.paint.on_ball(
            along * cosine - depth * sine, side, along * sine + depth * cosine
        )
        lit = np.clip(u * LIGHT[0] + v * LIGHT[1] + depth * LIGHT[2], 0, 1)
        gloss = np.clip(u * HALFWAY[0] + v * HALFWAY[1] + depth * HALFWAY[2], 0, 1) ** 36
        colours = surface * (0.34 + 0.76 * lit)[..., None] + 0.75 * gloss[..., None]
        canvas.paint(part, np.minimum(colours, 1), coverage)

    def _draw_shadow(self, canvas: Canvas) -> None:
        x = self.x + SHADOW_OFFSET[0] * self.radius
        y = self.y + SHADOW_OFFSET[1] * self.radius
        window = canvas.window(x, y, SHADOW_REACH * self.radius)
        if window is None:
            return
        part, across, down = window
        distance = np.sqrt(across * across + down * down) / self.radius
        canvas.shade(part, 0.42 * self.shadow * _smooth((SHADOW_REACH - distance) / 0.8))


@dataclass(frozen=True)
class Shell:
    """A round capsule; `openness` from 0 to 1 lifts its upper half off what is inside."""

    x: float
    y: float
    radius: float
    openness: float
    paint: Paint
    inside: Paint
    lean: float

    def draw(self, canvas: Canvas) -> None:
        if self.radius <= FLEETING:
            return
        lift, radius = self.openness * self.radius, self.radius
        if canvas.casts_shadows:
            Ball(self.x, self.y, radius, self.paint)._draw_shadow(canvas)
        lid = Ball(
            self.x + 0.55 * self.lean * lift,
            self.y - 0.85 * lift,
            radius,
            self.paint,
            heading=self.lean * 0.7 * self.openness,
            roll=0.6,
            cut=-1,
            tilt=self.lean * 0.7 * self.openness,
            shadow=0.0,
        )
        lid.draw(canvas)
        self._draw_rim(canvas)
        treasure = 0.5 * radius * min(1.0, 1.6 * self.openness)
        Ball(self.x, self.y - 0.28 * lift, treasure, self.inside, shadow=0.0).draw(canvas)
        Ball(self.x, self.y, radius, self.paint, roll=0.6, cut=1, shadow=0.0).draw(canvas)

    def _draw_rim(self, canvas: Canvas) -> None:
        window = canvas.window(self.x, self.y, self.radius + 1)
        if window is None:
            return
        part, across, down = window
        flatness = 0.06 + 0.2 * self.openness
        distance = np.sqrt(across**2 + (down / flatness) ** 2) / self.radius
        opacity = np.clip((1 - distance) * self.radius * flatness + 0.5, 0, 1)
        canvas.paint(part, 0.25 * self.paint.colour, opacity)


@dataclass(frozen=True)
class Cloth:
    """A patterned cloth with round corners; sizes are halves (pixels), `turn` in radians."""

    x: float
    y: float
    half_width: float
    half_height: float
    turn: float
    paint: Paint
    folds: float

    def draw(self, canvas: Canvas) -> None:
        reach = float(np.hypot(self.half_width, self.half_height)) + 5
        if min(self.half_width, self.half_height) <= FLEETING:
            return
        if canvas.casts_shadows:
            window = canvas.window(self.x + 1.5, self.y + 2.5, reach)
            if window is not None:
                part, across, down = window
                distance = self._distance(*self._own_axes(across, down))
                canvas.shade(part, 0.38 * _smooth(0.5 - distance / 4.5))
        window = canvas.window(self.x, self.y, reach)
        if window is None:
            return
        part, across, down = window
        p, q = self._own_axes(across, down)
        distance = self._distance(p, q)
        coverage = np.clip(0.5 - distance, 0, 1)
        checks = np.clip(4 * np.sin(p * 0.62) + 0.5, 0, 1) + np.clip(
            4 * np.sin(q * 0.62) + 0.5, 0, 1
        )
        share = np.clip(checks / 2, 0, 1)[..., None]
        colours = self.paint.colour + share * (self.paint.second_colour - self.paint.colour)
        hem = 1 - 0.22 * np.clip(1 - np.abs(distance + 2.0), 0, 1)
        relief = 0.9 + 0.1 * np.sin(0.23 * p + 0.16 * q + self.folds)
        canvas.paint(part, np.minimum(colours * (hem * relief)[..., None], 1), coverage)

    def _own_axes(self, across: np.ndarray, down: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        cosine, sine = np.cos(self.turn), np.sin(self.turn)
        return across * cosine + down * sine, down * cosine - across * sine

    def _distance(self, p: np.ndarray, q: np.ndarray) -> np.ndarray:
        corner = 0.3 * min(self.half_width, self.half_height)
        p, q = np.abs(p) - self.half_width + corner, np.abs(q) - self.half_height + corner
        outside = np.hypot(np.maximum(p, 0), np.maximum(q, 0))
        distance: np.ndarray = outside + np.minimum(np.maximum(p, q), 0) - corner
        return distance


def _smooth(share: np.ndarray) -> np.ndarray:
    share = np.clip(share, 0, 1)
    smooth: np.ndarray = share * share * (3 - 2 * share)
    return smooth
