"""Measure the workflow's stages against what no program can avoid, on this machine's two cores.

    python -m benchmarks.bench_pipeline

Features against the backbone alone, masked clips against the network of whole clips alone, gulping
and WebM against bare loops in as many processes, gathering against a copy of the same bytes, and
the imports of the rules that need neither torch nor plotting against 1.5 seconds. Writes
benchmarks/pipeline.csv: stage, rate, unit, limit_rate and ratio (rate / limit_rate; for times,
limit / time); sizes, which docs/scale.md needs, have no limit.
"""

import argparse
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from benchmarks.measure_clip_networks import (
    ELEMENTS,
    EXACT_PASSES,
    NETWORKS,
    masked_clip_rates,
)
from benchmarks.measure_stages import (
    FPS,
    crop_rate,
    feature_rates,
    gather_rates,
    gulp_rates,
    import_seconds,
    light_scripts,
    make_clips,
    webm_rates,
)
from playfair.data.stores.feature_store import write_features
from playfair.data.synthetic.dataset import make_synthetic_dataset
from playfair.data.video.gulp import GulpReader, VideoFile, gulp_videos

PROJECT = Path(__file__).parents[1]
IMPORT_LIMIT = 1.5
COLUMNS = ("stage", "rate", "unit", "limit_rate", "ratio")
# Architecture, features of a frame, frames to run through it, frames per batch.
BACKBONES = (
    ("resnet50", 256, 128, 32),
    ("bninception", 256, 256, 32),
    ("torchvision/resnet18", 512, 512, 32),
    ("torchvision/efficientnet_b0", 1280, 768, 32),
    ("torchvision/convnext_tiny", 768, 128, 32),
    ("small", 256, 20_000, 64),
)


def make_feature_shards(folder: Path, count: int) -> list[Path]:
    """Feature files of 500 videos of 32 frames each."""
    rng = np.random.default_rng(0)
    values = rng.standard_normal((32 * 500, 256), np.float32)
    shards = []
    for number in range(count):
        shards.append(folder / f"shard_{number}.h5")
        uids = [f"{video:05}" for video in range(number, 500 * count, count)]
        with write_features(shards[-1], uids, [0] * 500, [32] * 500, 256, {}) as writer:
            writer.append(values)
    return shards


def make_small_gulp(folder: Path) -> Path:
    """Gulped clips of the embedded data set, which the small backbone is for."""
    make_synthetic_dataset(
        folder / "synthetic", n_train=1, n_validation=600, workers=2, progress=False
    )
    clips = sorted((folder / "synthetic/videos").iterdir())
    videos = [VideoFile(path.stem, path, {}) for path in clips]
    gulp_videos(videos, folder / "small_gulp", fps=FPS, workers=2, progress=False)
    return folder / "small_gulp"


def measure(clip_count: int, repeats: int, workers: int) -> pd.DataFrame:
    """One row per stage."""
    rows: list[tuple[str, float, str, float]] = []

    def note(stage: str, rate: float, unit: str, limit: float) -> None:
        rows.append((stage, rate, unit, limit))
        print(f"{stage:34}{rate:10.2f} {unit:9} of {limit:10.2f}", file=sys.stderr)

    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        clips = make_clips(folder / "clips", clip_count, workers)
        note("gulp", *_with_unit(gulp_rates(clips, folder, workers, repeats), "clips/s"))
        note("webm", *_with_unit(webm_rates(folder / "gulp", folder, workers, repeats), "clips/s"))
        frame_count = sum(GulpReader(folder / "gulp").lengths.values())
        for stage, pattern in (("gulp", "gulp/data_*.gulp"), ("webm", "webm/*.webm")):
            size = sum(path.stat().st_size for path in folder.glob(pattern))
            note(f"size {stage}", size / frame_count / 1e3, "kB/frame", np.nan)
        note("decode and crop, one process", crop_rate(folder / "gulp", 320), "frames/s", np.nan)
        small_gulp = make_small_gulp(folder)
        for architecture, feature_dim, frames, batch_size in BACKBONES:
            gulp = small_gulp if architecture == "small" else folder / "gulp"
            rates = feature_rates(
                architecture, gulp, frames, batch_size, repeats, feature_dim=feature_dim
            )
            note(f"features {architecture}", *_with_unit(rates, "frames/s"))
        for name in NETWORKS:
            rates = masked_clip_rates(name, folder / "gulp", folder, 2, 48)
            note(f"masked clips {name}", *_with_unit(rates, "clips/s"))
            each = [EXACT_PASSES / rate for rate in rates]
            note(f"one clip of {ELEMENTS} elements {name}", *_with_unit(each, "s"))
        shards = make_feature_shards(folder, 4)
        note("gather features", *_with_unit(gather_rates(shards, folder, repeats), "MB/s"))
    for script in light_scripts(PROJECT / "scripts"):
        seconds = import_seconds(script, repeats)
        note(f"imports {script.stem}", seconds, "s", IMPORT_LIMIT)
    table = pd.DataFrame(rows, columns=COLUMNS[:4])
    quotient = table["rate"] / table["limit_rate"]
    table["ratio"] = quotient.where(table["unit"] != "s", 1 / quotient)
    return table


def _with_unit(rates: list[float], unit: str) -> tuple[float, str, float]:
    return rates[0], unit, rates[1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clips", type=int, default=64, help="clips to gulp and to encode")
    parser.add_argument(
        "--repeats", type=int, default=3, help="runs: the fastest, of features the median"
    )
    parser.add_argument("--workers", type=int, default=2, help="processes and threads")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.workers)
    table = measure(arguments.clips, arguments.repeats, arguments.workers)
    table.to_csv(PROJECT / "benchmarks/pipeline.csv", index=False, float_format="%.3f")
    print(table.to_string(index=False, float_format="%.2f"))


if __name__ == "__main__":
    main()
