"""Measure on one GPU, beside its own floors, what a GPU is worth having for.

    python -m benchmarks.bench_gpu

Exact ESVs of a multi-scale TRN against the products that they cannot do without, a sampler, both
on the processor too; features against the backbone alone, masked clips against the network of
whole clips alone. Writes benchmarks/gpu.csv: device, stage, rate, unit, limit_rate and ratio
(rate / limit_rate; for times limit / time).
"""

import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
import torch

from benchmarks.measure_clip_networks import ELEMENTS, EXACT_PASSES, NETWORKS, masked_clip_rates
from benchmarks.measure_engine import BUDGET, Floor
from benchmarks.measure_stages import crop_rate, feature_rates, gulp_rates, make_clips
from benchmarks.measuring import CLASS_COUNT, FEATURE_DIM, heads, shortest, uniform_priors
from playfair.attribution.exact.exact import videos_at_once
from playfair.attribution.exact.shapley import Workspace, exact_values
from playfair.attribution.explain import explain
from playfair.attribution.games.head_games import TRNGame
from playfair.attribution.limits import DEFAULT_MEMORY_BUDGET

OUTPUT = Path(__file__).parent / "gpu.csv"
GPU = "cuda"
FRAMES, SCALES = (8, 12, 16, 20), 8
# Architecture and frames per batch.
BACKBONES = (("resnet50", 64), ("bninception", 64))
PRECISIONS: tuple[Literal["float32", "bfloat16"], ...] = ("float32", "bfloat16")
CLIPS, NETWORK_CLIPS, CLIPS_PER_PASS, REPEATS = 256, 12, 64, 3


def synchronised(run: Callable[[], object]) -> Callable[[], object]:
    """The same, which ends when the GPU has done it."""

    def run_and_wait() -> None:
        run()
        torch.cuda.synchronize()

    return run_and_wait


def exact_times(n_frames: int, device: str) -> list[float]:
    """Milliseconds per video of the exact engine and of its floor."""
    with torch.device(device):
        features = torch.randn(1, n_frames, FEATURE_DIM)
        game = TRNGame(heads(SCALES), features, uniform_priors())
        batch = videos_at_once(game, CLASS_COUNT, False, DEFAULT_MEMORY_BUDGET)
        game = game.with_features(torch.randn(batch, n_frames, FEATURE_DIM))
    workspace = Workspace()
    floor = Floor(game)
    runs = (lambda: exact_values(game, workspace=workspace), floor.run)
    times = []
    for run in map(synchronised, runs):
        run()
        times.append(shortest(run, REPEATS) / batch)
    return times


def sampled_time(n_frames: int, device: str) -> float:
    """Milliseconds per video of the regression sampler, of eight videos at once."""
    model = [head.to(device) for head in heads(SCALES)]
    features = torch.randn(8, n_frames, FEATURE_DIM)

    def run() -> None:
        explain(features, model, uniform_priors(), "regression", budget=BUDGET, device=device)

    run()
    return shortest(run, REPEATS) / len(features)


def measure() -> pd.DataFrame:
    """One row per stage."""
    gpu, processor = torch.cuda.get_device_name(), f"{os.cpu_count()} cores"
    rows: list[tuple[str, str, float, str, float]] = []

    def note(device: str, stage: str, rate: float, unit: str, limit: float = np.nan) -> None:
        rows.append((device, stage, rate, unit, limit))
        print(f"{device:24}{stage:50}{rate:10.3f} {unit:9} of {limit:10.3f}", file=sys.stderr)

    for device, name in ((GPU, gpu), ("cpu", processor)):
        for n_frames in FRAMES:
            time, floor = exact_times(n_frames, device)
            note(name, f"exact, {n_frames} frames", time, "ms/video", floor)
        note(
            name,
            f"regression, 16 frames, {BUDGET} evaluations",
            sampled_time(16, device),
            "ms/video",
        )
    workers = os.cpu_count() or 1
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        gulp_rates(make_clips(folder / "clips", CLIPS, workers), folder, workers, 1)
        rate = crop_rate(folder / "gulp", 640)
        note(processor, "decode and crop, one process", rate, "frames/s")
        for precision in PRECISIONS:
            for architecture, batch_size in BACKBONES:
                rate, limit = feature_rates(
                    *(architecture, folder / "gulp", 32 * CLIPS, batch_size, REPEATS),
                    device=GPU,
                    decoders=workers - 1,
                    precision=precision,
                )
                note(gpu, f"features {architecture}, {precision}", rate, "frames/s", limit)
            for network in NETWORKS:
                rate, limit = masked_clip_rates(
                    *(network, folder / "gulp", folder, NETWORK_CLIPS, EXACT_PASSES),
                    batch_size=CLIPS_PER_PASS,
                    device=GPU,
                    precision=None if precision == "float32" else precision,
                )
                stage = f"{network}, {precision}"
                note(gpu, f"masked clips {stage}", rate, "clips/s", limit)
                seconds, least = EXACT_PASSES / rate, EXACT_PASSES / limit
                note(gpu, f"one clip of {ELEMENTS} elements {stage}", seconds, "s", least)
    table = pd.DataFrame(rows, columns=["device", "stage", "rate", "unit", "limit_rate"])
    quotient = table["rate"] / table["limit_rate"]
    is_time = table["unit"].isin(["s", "ms/video"])
    table["ratio"] = quotient.where(~is_time, 1 / quotient)
    return table


def main() -> None:
    if not torch.cuda.is_available():
        sys.exit("There is no GPU here: nothing is measured.")
    table = measure()
    table.to_csv(OUTPUT, index=False, float_format="%.4g")
    print(table.to_string(index=False, float_format="%.3g"))


if __name__ == "__main__":
    main()
