"""A handful of real videos as people have them: containers, codecs, rates, sizes and sound."""

import csv

import numpy as np

from tests.unit.data.containers import write_video
from tests.unit.data.drawn_clips import moving_bar

STAMPS_MS = [0, 60, 180, 300, 340, 540, 700, 760, 900, 1080, 1200, 1360]
CLASSES = ("Moving right", "Moving left")


def write_own_videos(folder, train_count=4, unlabelled=()):
    """Write `folder`/videos and `folder`/clips.csv (path, label, split).

    Validation clips are called portrait, vfr, odd and plain; those in `unlabelled` get no label.
    """
    (folder / "videos/phone").mkdir(parents=True)
    rows = []
    for number in range(train_count):
        name = f"train_{number}.{('mp4', 'webm', 'avi', 'mkv')[number % 4]}"
        frames = _frames(number, 10 + number)
        write_video(folder / "videos" / name, frames, fps=8)
        rows.append((name, CLASSES[number % 2], "train"))
    kinds = {
        "phone/portrait.mp4": {"turn": {"degrees": -90}, "sound_seconds": 3.0},
        "vfr.avi": {"stamps_ms": STAMPS_MS},
        "odd.webm": {"height": 47, "width": 63, "sound_seconds": 0.5},
        "a plain one.mp4": {"stamps_ms": STAMPS_MS},
    }
    for number, (name, kind) in enumerate(kinds.items()):
        size = {side: kind.pop(side) for side in ("height", "width") if side in kind}
        frames = _frames(number, len(STAMPS_MS), **size)
        if "turn" in kind:
            frames = np.rot90(frames, 1, axes=(1, 2))
        write_video(folder / "videos" / name, frames, **kind)
        label = "" if any(part in name for part in unlabelled) else CLASSES[number % 2]
        rows.append((name, label, "validation"))
    with open(folder / "clips.csv", "w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("path", "label", "split"), *rows])


def _frames(number, n_frames, height=48, width=64):
    frames = moving_bar(n_frames, height, width, shift=5 * number)
    return frames[:, :, ::-1].copy() if number % 2 else frames
