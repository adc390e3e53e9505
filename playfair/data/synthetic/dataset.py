"""A synthetic data set whose evidence is known, in the layout of Something-Something v2.

Each clip shows one action of one class, in one interval or, twice, in two (`timing`). Outside of
them other bodies move, appear and leave (`distractions`), and throughout the camera shakes and the
light changes (`camera`). Clips differ in scene, bodies, colours, sizes, paths, speed, length, frame
size and frame rate, none of which depends on the class.
"""

import csv
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from playfair.data.synthetic.actions import Stage
from playfair.data.synthetic.bodies import Canvas, Paint
from playfair.data.synthetic.camera import REACH, Camera
from playfair.data.synthetic.classes import CLASSES
from playfair.data.synthetic.distractions import plan_distraction
from playfair.data.synthetic.scenes import choose_paints, draw_scene
from playfair.data.synthetic.timing import draw_timing
from playfair.data.video.video_files import encode_webm, resample
from playfair.errors import InputError
from playfair.files import written_whole
from playfair.processes import process_pool

GULPED_FPS = 8.0
DURATIONS = (2.5, 4.5)
RATES = {
    Fraction(8): 0.1,
    Fraction(10): 0.3,
    Fraction(12): 0.28,
    Fraction(25, 2): 0.14,
    Fraction(15): 0.12,
    Fraction(24): 0.03,
    Fraction(30000, 1001): 0.03,
}
SIZES = ((80, 88), (80, 84), (81, 89), (84, 90), (77, 85), (85, 87), (78, 82), (88, 96))
# A pixel that changes by less is not seen beside the camera's noise.
VISIBLE = 0.02


@dataclass(frozen=True)
class DrawnClip:
    """A synthetic clip: frames (F, H, W, 3) uint8 at `fps`, and which of them show the action."""

    frames: np.ndarray
    fps: Fraction
    in_view: np.ndarray
    names: tuple[str, ...]

    def ground_truth(self, fps: float = GULPED_FPS) -> list[tuple[int, int]]:
        """Runs of frames, first and last inclusive, that show the action, resampled to `fps`."""
        # WebM rounds time stamps to whole milliseconds.
        edges = np.round(np.arange(len(self.frames) + 1) / float(self.fps), 3)
        seen = self.in_view[resample(edges[:-1], edges[-1], fps)]
        steps = np.diff(np.concatenate([[0], seen.astype(np.int8), [0]]))
        firsts, ends = np.flatnonzero(steps == 1), np.flatnonzero(steps == -1)
        return [(int(first), int(end) - 1) for first, end in zip(firsts, ends, strict=True)]


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
        writer.writerows(
            (record["label"]["id"], *interval)
            for record in records
            for interval in record["intervals"]
        )


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
    timing = draw_timing(generator)
    camera = Camera.draw(n_frames, generator)
    haste = generator.uniform(-0.25, 0.25)

    scene, casts_shadows = draw_scene(height + 2 * REACH, width + 2 * REACH, generator)
    painted = choose_paints(scene, 4, generator)
    distractions = [
        plan_distraction(_draw_stage(height, width, painted, generator), generator)
        for _ in timing.distractions
    ]
    (first, first_name), (second, second_name) = painted[:2]
    entry = CLASSES[class_id]
    noise = np.random.default_rng([seed, 2, int(uid)])
    action = entry.plan(Stage(height, width, (first, second)), generator)

    frames = np.empty((n_frames, height, width, 3), dtype=np.uint8)
    in_view = np.zeros(n_frames, dtype=bool)
    for frame_idx in range(n_frames):
        time = (frame_idx + 0.5) / n_frames
        corner = camera.corners[frame_idx]
        ground = camera.see(scene, frame_idx)
        canvas = Canvas(ground.copy(), casts_shadows, corner=(corner[0], corner[1]))
        for progress in _progress(time, timing.evidence):
            # Faster in the middle or at the ends, the same way forwards and backwards.
            progress += haste * np.sin(2 * np.pi * progress) / (2 * np.pi)
            for body in action(progress):
                body.draw(canvas)
        in_view[frame_idx] = canvas.changed >= VISIBLE
        if not in_view[frame_idx]:
            canvas.pixels[:] = ground
        for distraction, interval in zip(distractions, timing.distractions, strict=True):
            for progress in _progress(time, [interval]):
                for body in distraction(progress):
                    body.draw(canvas)
        frames[frame_idx] = camera.photograph(canvas.pixels, frame_idx, noise)
    if entry.backwards:
        frames, in_view = frames[::-1], in_view[::-1]
    names = tuple(
        _describe(role, name)
        for role, name in zip(entry.roles, (first_name, second_name), strict=False)
    )
    return DrawnClip(frames, fps, in_view, names)


def _progress(time: float, intervals: Iterable[tuple[float, float]]) -> list[float]:
    """How far, from 0 to 1, the interval is that this moment lies in; [] if it lies in none."""
    return [(time - begin) / (end - begin) for begin, end in intervals if begin < time < end]


def _draw_stage(
    height: int,
    width: int,
    painted: Sequence[tuple[Paint, str]],
    generator: np.random.Generator,
) -> Stage:
    """A stage with any two of the paints, those of the action among them."""
    first, second = generator.permutation(len(painted))[:2]
    return Stage(height, width, (painted[first][0], painted[second][0]))


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
    return {"label": label, "intervals": clip.ground_truth()}


def _write_json(path: Path, content: Any) -> None:
    with written_whole(path) as temporary:
        temporary.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
