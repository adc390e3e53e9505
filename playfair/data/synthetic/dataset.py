"""A synthetic data set whose evidence is known, in the layout of Something-Something v2.

Each clip shows one action of one class (`synthetic_classes`) in one interval, at a place and with a
length that do not depend on the class; before and after, there is only the scene with its camera
noise. Clips differ in scene, bodies, colours, sizes, paths, speed, length, frame size and frame
rate, none of which depends on the class.
"""

import csv
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from playfair.data.synthetic.actions import Stage
from playfair.data.synthetic.bodies import Canvas
from playfair.data.synthetic.classes import CLASSES
from playfair.data.synthetic.scenes import choose_paints, draw_scene
from playfair.data.video.video_files import encode_webm, resample
from playfair.errors import InputError
from playfair.files import written_whole
from playfair.processes import process_pool

GULPED_FPS = 8.0
DURATIONS = (2.5, 4.5)
ACTION_SHARES = (0.46, 0.68)
# Scene-only share of a clip that is kept free at its start and at its end.
QUIET_SHARE = 0.06
RATES = {
    Fraction(8): 0.1,
    Fraction(10): 0.3,
    Fraction(12): 0.28,
    Fraction(25, 2): 0.14,
    Fraction(15): 0.12,
    Fraction(24): 0.03,
    Fraction(30000, 1001): 0.03,
}
SIZES = ((80, 96), (80, 92), (81, 97), (84, 100), (77, 95), (85, 99), (78, 90), (88, 108))
# A pixel that changes by less is not seen beside the camera's noise.
VISIBLE = 0.02


@dataclass(frozen=True)
class DrawnClip:
    """A synthetic clip: frames (F, H, W, 3) uint8 at `fps`, and which of them show the action."""

    frames: np.ndarray
    fps: Fraction
    in_view: np.ndarray
    names: tuple[str, ...]

    def ground_truth(self, fps: float = GULPED_FPS) -> tuple[int, int]:
        """The first and the last frame, inclusive, that show the action, resampled to `fps`."""
        # WebM rounds time stamps to whole milliseconds.
        edges = np.round(np.arange(len(self.frames) + 1) / float(self.fps), 3)
        seen = np.flatnonzero(self.in_view[resample(edges[:-1], edges[-1], fps)])
        return int(seen[0]), int(seen[-1])


def make_synthetic_dataset(
    folder: str | Path,
    n_train: int = 600,
    n_validation: int = 180,
    seed: int = 0,
    workers: int = 2,
    progress: bool = True,
) -> None:
    """Write the data set to `folder`, replacing one that is there.

    train.json, validation.json: lists of {id, label, template, placeholders}; labels.json:
    {class name: "class id"}; videos/<uid>.webm; ground_truth.csv: uid, first_frame, last_frame
    (inclusive, counted at 8 frames per second). Classes are as equally frequent as the numbers of
    clips allow. The same seed gives the same bytes, whatever the number of workers (processes).

    Raises:
        InputError: `n_train`, `n_validation` or `workers` below 1.
    """
    for name, number in (
        ("n_train", n_train),
        ("n_validation", n_validation),
        ("workers", workers),
    ):
        if number < 1:
            raise InputError(f"{name} = {number}, expected at least 1.")
    folder = Path(folder)
    assignment = assign_classes(n_train, n_validation, seed)
    with written_whole(folder / "videos") as videos:
        videos.mkdir()
        records = list(_written_clips(videos, assignment, seed, workers, progress))
    _write_json(folder / "labels.json", {entry.name: str(k) for k, entry in enumerate(CLASSES)})
    _write_json(folder / "train.json", [record["label"] for record in records[:n_train]])
    _write_json(folder / "validation.json", [record["label"] for record in records[n_train:]])
    with (
        written_whole(folder / "ground_truth.csv") as temporary,
        open(temporary, "w", newline="") as file,
    ):
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("uid", "first_frame", "last_frame"))
        writer.writerows((record["label"]["id"], *record["interval"]) for record in records)


def assign_classes(n_train: int, n_validation: int, seed: int) -> list[tuple[str, int]]:
    """(uid, class id) of every clip, training clips first; uids are unique strings of digits."""
    generator = np.random.default_rng([seed, 0])
    n_clips = n_train + n_validation
    uids = generator.choice(np.arange(10 * n_clips, 20 * n_clips), n_clips, replace=False)
    classes = [
        generator.permutation(np.arange(count) % len(CLASSES)) for count in (n_train, n_validation)
    ]
    return [(str(uid), int(k)) for uid, k in zip(uids, np.concatenate(classes), strict=True)]


def render_clip(class_id: int, seed: int, uid: str) -> DrawnClip:
    """The clip `uid` of a class, drawn from (seed, uid)."""
    generator = np.random.default_rng([seed, 1, int(uid)])
    rates = list(RATES)
    fps = rates[generator.choice(len(rates), p=list(RATES.values()))]
    height, width = SIZES[generator.integers(len(SIZES))]
    n_frames = round(generator.uniform(*DURATIONS) * float(fps))
    length = generator.uniform(*ACTION_SHARES)
    start = generator.uniform(QUIET_SHARE, 1 - QUIET_SHARE - length)
    haste = generator.uniform(-0.35, 0.35)

    background, casts_shadows = draw_scene(height, width, generator)
    (first, first_name), (second, second_name) = choose_paints(background, 2, generator)
    entry = CLASSES[class_id]
    action = entry.plan(Stage(height, width, (first, second)), generator)

    noise_level = generator.uniform(1.2, 3.2)
    frames = np.empty((n_frames, height, width, 3), dtype=np.uint8)
    in_view = np.zeros(n_frames, dtype=bool)
    for frame_idx in range(n_frames):
        canvas = Canvas(background.copy(), casts_shadows)
        progress = ((frame_idx + 0.5) / n_frames - start) / length
        if 0 < progress < 1:
            # Faster in the middle or at the ends, the same way forwards and backwards.
            progress += haste * np.sin(2 * np.pi * progress) / (2 * np.pi)
            for body in action(progress):
                body.draw(canvas)
        in_view[frame_idx] = canvas.changed >= VISIBLE
        pixels = canvas.pixels if in_view[frame_idx] else background
        frames[frame_idx] = _photograph(pixels, noise_level, generator)
    if entry.backwards:
        frames, in_view = frames[::-1], in_view[::-1]
    names = tuple(
        _describe(role, name)
        for role, name in zip(entry.roles, (first_name, second_name), strict=False)
    )
    return DrawnClip(frames, fps, in_view, names)


def _photograph(
    pixels: np.ndarray, noise_level: float, generator: np.random.Generator
) -> np.ndarray:
    """A frame as the camera sees it: uint8, with sensor noise and a flickering exposure."""
    noise = generator.standard_normal(pixels.shape, dtype=np.float32)
    exposure = np.float32(255 * (1 + 0.008 * generator.standard_normal()))
    return np.clip(pixels * exposure + np.float32(noise_level) * noise + 0.5, 0, 255).astype(
        np.uint8
    )


def _describe(role: str, colour: str) -> str:
    article = "an" if colour[0] in "aeiou" else "a"
    return f"{article} {colour} {role}"


def _written_clips(
    videos: Path,
    assignment: Iterable[tuple[str, int]],
    seed: int,
    workers: int,
    progress: bool,
) -> Iterator[dict[str, Any]]:
    assignment = list(assignment)
    write = partial(_write_clip, videos, seed)
    bar = partial(
        tqdm, total=len(assignment), desc="Rendering clips", unit="clip", disable=not progress
    )
    if workers == 1:
        yield from bar(map(write, assignment))
        return
    with process_pool(workers) as pool:
        yield from bar(pool.map(write, assignment, chunksize=8))


def _write_clip(videos: Path, seed: int, uid_and_class: tuple[str, int]) -> dict[str, Any]:
    uid, class_id = uid_and_class
    clip = render_clip(class_id, seed, uid)
    encode_webm(
        clip.frames, videos / f"{uid}.webm", clip.fps, deadline="realtime", cpu_used=8, crf=20
    )
    template = CLASSES[class_id].template
    sentence = template
    for name in clip.names:
        sentence = sentence.replace("[something]", name, 1).replace("[Something]", name, 1)
    label = {
        "id": uid,
        "label": sentence[0].lower() + sentence[1:],
        "template": template,
        "placeholders": list(clip.names),
    }
    return {"label": label, "interval": clip.ground_truth()}


def _write_json(path: Path, content: Any) -> None:
    with written_whole(path) as temporary:
        temporary.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
