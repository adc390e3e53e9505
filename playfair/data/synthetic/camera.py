"""The camera of synthetic clips: held by hand, in light that changes, with a noisy sensor."""

from dataclasses import dataclass

import numpy as np

# Pixels by which the camera moves at most, to every side.
REACH = 3
# Largest change of the light, and of a channel beside the others, as shares.
LIGHT_CHANGE = 0.1
TINT_CHANGE = 0.04
SHAKE = (0.2, 1.0)


@dataclass(frozen=True)
class Camera:
    """Where it is (F, 2), in pixels (x, y), what it makes of the light (F, 3), and its noise."""

    corners: np.ndarray
    exposure: np.ndarray
    noise_level: float

    @classmethod
    def draw(cls, n_frames: int, generator: np.random.Generator) -> "Camera":
        """Slow waves and a little that is new in every frame; the same backwards."""
        time = np.arange(n_frames) / n_frames
        shake = generator.uniform(*SHAKE)
        corners = shake * (
            _waves(time, 2, (0.5, 3.0), generator) + 0.2 * generator.standard_normal((n_frames, 2))
        )
        light = generator.uniform(0, LIGHT_CHANGE) * _waves(time, 1, (0.2, 1.5), generator)
        tint = generator.uniform(0, TINT_CHANGE) * _waves(time, 3, (0.2, 1.5), generator)
        flicker = 0.008 * generator.standard_normal((n_frames, 1))
        return cls(
            np.clip(corners, -REACH, REACH),
            (1 + light + tint + flicker).astype(np.float32),
            generator.uniform(1.2, 3.2),
        )

    def see(self, scene: np.ndarray, frame_idx: int) -> np.ndarray:
        """The part of a scene (H + 2 REACH, W + 2 REACH, 3) that is in the frame (H, W, 3)."""
        x, y = self.corners[frame_idx] + REACH
        left, top = min(int(x), 2 * REACH - 1), min(int(y), 2 * REACH - 1)
        right_share, lower_share = np.float32(x - left), np.float32(y - top)
        height, width = scene.shape[0] - 2 * REACH, scene.shape[1] - 2 * REACH
        rows = scene[top : top + height + 1]
        rows = rows[:-1] + lower_share * (rows[1:] - rows[:-1])
        part = rows[:, left : left + width + 1]
        seen: np.ndarray = part[:, :-1] + right_share * (part[:, 1:] - part[:, :-1])
        return seen

    def photograph(
        self, pixels: np.ndarray, frame_idx: int, generator: np.random.Generator
    ) -> np.ndarray:
        """A frame (H, W, 3) from 0 to 1 as the sensor gives it: uint8."""
        noise = generator.standard_normal(pixels.shape, dtype=np.float32)
        exposed = pixels * (255 * self.exposure[frame_idx]) + np.float32(self.noise_level) * noise
        frame: np.ndarray = np.clip(exposed + 0.5, 0, 255).astype(np.uint8)
        return frame


def _waves(
    time: np.ndarray, count: int, cycles: tuple[float, float], generator: np.random.Generator
) -> np.ndarray:
    """`count` waves (F, count), each the mean of two of random length and phase, from -1 to 1."""
    speed = 2 * np.pi * generator.uniform(*cycles, (2, count))
    phase = generator.uniform(0, 2 * np.pi, (2, count))
    waves: np.ndarray = np.sin(speed * time[:, None, None] + phase).mean(axis=1)
    return waves
