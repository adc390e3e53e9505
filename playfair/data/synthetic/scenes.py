"""The scenes of synthetic clips: gentle textured backgrounds, and colours that stand out."""

import colorsys
from collections.abc import Callable

import numpy as np
from PIL import Image

from playfair.data.synthetic.bodies import Paint

PATTERNS = ("plain", "sectors", "band", "spots")
COLOUR_NAMES = (
    (0.035, "red"),
    (0.11, "orange"),
    (0.19, "yellow"),
    (0.45, "green"),
    (0.55, "turquoise"),
    (0.72, "blue"),
    (0.82, "purple"),
    (0.96, "pink"),
    (1.0, "red"),
)


def draw_scene(height: int, width: int, generator: np.random.Generator) -> tuple[np.ndarray, bool]:
    """A background (height, width, 3), float32 from 0 to 1, and whether bodies cast shadows on it.

    Drawn from `generator`: wood, cloth, plaster, a floor before a wall, or a sky.
    """
    kind = int(generator.integers(len(SCENES)))
    scene, casts_shadows = SCENES[kind]
    pixels = scene(height, width, generator)
    y, x = _grid(height, width)
    lit = 1.04 - 0.16 * ((x - 0.35) ** 2 + (y - 0.3) ** 2)
    return np.clip(pixels * lit[..., None], 0, 1).astype(np.float32), casts_shadows


def choose_paints(
    background: np.ndarray, count: int, generator: np.random.Generator
) -> list[tuple[Paint, str]]:
    """`count` paints unlike the background and one another, each with its name in words."""
    red, green, blue = background.mean(axis=(0, 1))
    ground_hue, ground_saturation, _ = colorsys.rgb_to_hsv(float(red), float(green), float(blue))
    # Hues are spread evenly from a random start, in the part of the circle that the ground leaves.
    margin = 0.16 if ground_saturation > 0.15 else 0.0
    span = 1 - 2 * margin
    start = generator.random()
    paints = []
    for position in generator.permutation(count):
        share = (start + (position + 0.3 * generator.random()) / count) % 1.0
        hue = (ground_hue + margin + span * share) % 1.0
        colour = _from_hsv(hue, generator.uniform(0.7, 0.95), generator.uniform(0.75, 0.95))
        second = (
            _from_hsv(hue, generator.uniform(0.05, 0.25), 0.97)
            if generator.random() < 0.6
            else _from_hsv(hue + generator.uniform(0.08, 0.2), 0.75, generator.uniform(0.35, 0.6))
        )
        pattern = str(generator.choice(PATTERNS))
        name = next(name for limit, name in COLOUR_NAMES if hue <= limit)
        paints.append((Paint(colour, second, pattern), name))
    return paints


def _wood(height: int, width: int, generator: np.random.Generator) -> np.ndarray:
    y, x = _grid(height, width)
    plank_count = int(generator.integers(2, 5))
    plank = np.floor(y * plank_count)
    shift = generator.random(plank_count + 1)[plank.astype(int)]
    warp = _cloud(height, width, 3, generator) + 0.4 * _cloud(height, width, 7, generator)
    rings = np.sin(2 * np.pi * (5 * (y * plank_count + shift) + 1.6 * warp + 0.6 * np.sin(3 * x)))
    fibre = np.asarray(
        _resized(generator.standard_normal((height, max(width // 12, 2))), height, width)
    )
    seam = np.clip(
        1 - np.abs(y * plank_count - np.round(y * plank_count)) * height / plank_count, 0, 1
    )
    base = _from_hsv(
        generator.uniform(0.05, 0.1), generator.uniform(0.35, 0.6), generator.uniform(0.5, 0.8)
    )
    tone = 1 + 0.07 * rings + 0.035 * fibre + 0.1 * (shift - 0.5) - 0.3 * seam * (y > 0.02)
    pixels: np.ndarray = base * tone[..., None]
    return pixels


def _cloth(height: int, width: int, generator: np.random.Generator) -> np.ndarray:
    y, x = np.mgrid[:height, :width].astype(np.float32)
    turn = generator.uniform(0, np.pi / 2)
    p, q = x * np.cos(turn) + y * np.sin(turn), y * np.cos(turn) - x * np.sin(turn)
    pitch = generator.uniform(3.2, 5.0)
    weave = np.sin(2 * np.pi * p / pitch) * np.sin(2 * np.pi * q / pitch)
    folds = _cloud(height, width, 4, generator)
    base = _from_hsv(
        generator.random(), generator.uniform(0.12, 0.4), generator.uniform(0.55, 0.85)
    )
    pixels: np.ndarray = base * (1 + 0.05 * weave + 0.16 * folds)[..., None]
    return pixels


def _plaster(height: int, width: int, generator: np.random.Generator) -> np.ndarray:
    base = _from_hsv(
        generator.random(), generator.uniform(0.03, 0.22), generator.uniform(0.68, 0.92)
    )
    mottle = 0.6 * _cloud(height, width, 6, generator) + 0.4 * _cloud(height, width, 18, generator)
    tint = _from_hsv(generator.random(), 0.12, 1.0)
    share = (0.5 + 0.5 * _cloud(height, width, 3, generator))[..., None]
    pixels: np.ndarray = base * (1 + 0.09 * mottle)[..., None] * (1 - share * (1 - tint))
    return pixels


def _room(height: int, width: int, generator: np.random.Generator) -> np.ndarray:
    y, x = _grid(height, width)
    horizon = generator.uniform(0.45, 0.65)
    wall = _from_hsv(generator.random(), generator.uniform(0.1, 0.35), generator.uniform(0.7, 0.9))
    stripes = 1 + 0.03 * np.sin(2 * np.pi * generator.uniform(6, 11) * x)
    floor = _from_hsv(
        generator.uniform(0.05, 0.13), generator.uniform(0.2, 0.5), generator.uniform(0.45, 0.7)
    )
    depth = np.clip((y - horizon) / (1 - horizon), 0, 1)
    boards = np.sin(2 * np.pi * 5 * (x - 0.5) / (0.35 + depth))
    floor_tone = 0.82 + 0.25 * depth + 0.04 * boards + 0.05 * _cloud(height, width, 8, generator)
    below = np.clip((y - horizon) * height + 0.5, 0, 1)[..., None]
    skirting = np.clip(1.6 - np.abs(y - horizon + 0.02) * height, 0, 1)[..., None]
    pixels = (1 - below) * wall * stripes[..., None] + below * floor * floor_tone[..., None]
    skirted: np.ndarray = pixels + 0.35 * skirting * (0.95 - pixels)
    return skirted


def _sky(height: int, width: int, generator: np.random.Generator) -> np.ndarray:
    y, _ = _grid(height, width)
    top = _from_hsv(
        generator.uniform(0.52, 0.64), generator.uniform(0.35, 0.65), generator.uniform(0.6, 0.9)
    )
    low = _from_hsv(
        generator.choice([0.56, 0.08, 0.95]),
        generator.uniform(0.08, 0.3),
        generator.uniform(0.88, 0.98),
    )
    pixels = top + (low - top) * y[..., None]
    cloud = 0.65 * _cloud(height, width, 4, generator) + 0.35 * _cloud(height, width, 11, generator)
    share = 0.75 * np.clip((cloud - generator.uniform(0.0, 0.3)) / 0.7, 0, 1)[..., None]
    lit: np.ndarray = pixels + share * (0.97 - pixels)
    return lit


SCENES: tuple[tuple[Callable[[int, int, np.random.Generator], np.ndarray], bool], ...] = (
    (_wood, True),
    (_cloth, True),
    (_plaster, True),
    (_room, True),
    (_sky, False),
)


def _cloud(height: int, width: int, cells: int, generator: np.random.Generator) -> np.ndarray:
    """Smooth noise (height, width), mostly within -1 to 1, with `cells` bumps across."""
    rows = max(round(cells * height / width), 2)
    return _resized(generator.uniform(-1, 1, (rows + 1, cells + 1)), height, width)


def _resized(values: np.ndarray, height: int, width: int) -> np.ndarray:
    image = Image.fromarray(values.astype(np.float32))
    return np.asarray(image.resize((width, height), Image.Resampling.BICUBIC))


def _grid(height: int, width: int) -> tuple[np.ndarray, np.ndarray]:
    """Positions from 0 to 1, down and across."""
    y, x = np.mgrid[:height, :width].astype(np.float32)
    return (y + 0.5) / height, (x + 0.5) / width


def _from_hsv(hue: float, saturation: float, value: float) -> np.ndarray:
    return np.array(colorsys.hsv_to_rgb(float(hue) % 1.0, saturation, value), dtype=np.float32)
