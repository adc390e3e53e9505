"""Estimate what large data sets cost, from the rates that `make bench` measured.

    python -m benchmarks.estimate_scale                                 the tables of docs/scale.md
    python -m benchmarks.estimate_scale --clips 50000 --n-frames 8 16   one for your own

Prints Markdown: core hours, jobs, minutes per job and bytes of each stage. Reads
benchmarks/pipeline.csv and benchmarks/attribution.csv, whose rates are those of two cores of the
machine that wrote them; a job is taken to have two cores. What a GPU does is read from
benchmarks/gpu.csv, of one with 16 cores.
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

FOLDER = Path(__file__).parent
CORES = 2
CORES_OF_GPU = 16
# Every gulp job reads the list of all clips.
SECONDS_PER_LINE = 9e-6
FRAMES_PER_CLIP, CLASS_COUNT, FEATURE_DIM = 34, 174, 256


@dataclass(frozen=True)
class Scenario:
    """A data set to explain: V clips in shards, by models with a backbone each."""

    title: str
    clips: int
    shards: int
    n_frames: Sequence[int]
    backbones: Sequence[str]
    multi_scale_models: int
    variable_length_models: int
    explained: bool = True

    @property
    def models(self) -> int:
        return self.multi_scale_models + self.variable_length_models


SCENARIOS = (
    Scenario(
        "SSv2, validation: 24,777 clips, TRN at two numbers of scales and TSN, 1 to 16 frames",
        24_777,
        32,
        range(1, 17),
        ("bninception", "resnet50"),
        2,
        1,
    ),
    Scenario(
        "SSv2, training: 168,913 clips, only to train on",
        168_913,
        192,
        (),
        ("bninception", "resnet50"),
        0,
        0,
        explained=False,
    ),
    Scenario("10 million clips, one TRN, 8 frames", 10_000_000, 5000, (8,), ("bninception",), 1, 0),
)


class Rates:
    """Seconds of a two-core job per clip or frame, by stage."""

    def __init__(self) -> None:
        pipeline = pd.read_csv(FOLDER / "pipeline.csv").set_index("stage")
        self._rate = {str(stage): float(rate) for stage, rate in pipeline["rate"].items()}
        engine = pd.read_csv(FOLDER / "attribution.csv")
        exact = engine[(engine["kind"] == "exact") & (engine["n_max"] == 8)]
        self._exact_n = exact["n"].to_numpy(float)
        self._exact_ms = exact["ms_per_video"].to_numpy(float)
        self._engine = engine
        gpu = pd.read_csv(FOLDER / "gpu.csv").drop_duplicates("stage").set_index("stage")
        self._gpu_rate = {str(stage): float(rate) for stage, rate in gpu["rate"].items()}

    def per_clip(self, stage: str) -> float:
        return 1 / self._rate[stage]

    def per_frame(self, backbone: str) -> float:
        return 1 / self._rate[f"features {backbone}"]

    def per_frame_on_gpu(self, backbone: str) -> float | None:
        """Seconds per frame of a job with a GPU and the cores that decode for it, if measured."""
        rate = self._gpu_rate.get(f"features {backbone}, float32")
        return None if rate is None else 1 / rate

    def bytes_per_frame(self, stage: str) -> float:
        return 1e3 * self._rate[f"size {stage}"]

    def exact(self, n_frames: int) -> float:
        """Seconds per clip of exact ESVs; costs grow by a power of n between measured points."""
        n = max(n_frames, self._exact_n[0])
        return float(np.exp(np.interp(n, self._exact_n, np.log(self._exact_ms)))) / 1e3

    def every_frame(self, kind: str) -> float:
        """Seconds per clip of ESVs of every frame from 1024 evaluations."""
        rows = self._engine["kind"] == f"regression, {kind}, 1024 evaluations"
        return float(self._engine[rows & (self._engine["n"] == 32)]["ms_per_video"].iloc[0]) / 1e3


def estimate(scenario: Scenario, rates: Rates) -> pd.DataFrame:
    """One row per stage: job seconds of all shards, number of jobs, bytes."""
    clips, frames, shards = scenario.clips, scenario.clips * FRAMES_PER_CLIP, scenario.shards
    gulp_seconds = clips * rates.per_clip("gulp") + shards * clips * SECONDS_PER_LINE
    rows: list[tuple[str, float, int, float]] = [
        ("gulp", gulp_seconds, shards, frames * rates.bytes_per_frame("gulp"))
    ]
    for backbone in scenario.backbones:
        seconds = frames * rates.per_frame(backbone)
        rows.append((f"features {backbone}", seconds, shards, frames * FEATURE_DIM * 4 * 2))
    if scenario.explained:
        seconds = clips * sum(map(rates.exact, scenario.n_frames)) * scenario.models
        values = sum(scenario.n_frames) * scenario.models * clips * CLASS_COUNT
        jobs = shards * len(scenario.n_frames) * scenario.models
        # Of shards, gathered and collated.
        rows.append(("ESVs", seconds, jobs, values * 4 * 3))
        seconds = clips * (
            rates.every_frame("TRN") * scenario.multi_scale_models
            + rates.every_frame("TSN") * scenario.variable_length_models
        )
        values = frames * scenario.models * CLASS_COUNT
        rows.append(("ESVs of every frame", seconds, shards * scenario.models, values * 4 * 2 * 2))
        webm = frames * rates.bytes_per_frame("webm")
        rows.append(("webm", clips * rates.per_clip("webm"), shards, webm))
    return pd.DataFrame(rows, columns=["stage", "seconds", "jobs", "bytes"])


def gpu_sentence(scenario: Scenario, rates: Rates) -> str:
    """The features on GPUs, in words; empty for a backbone that was not measured on one."""
    frames = scenario.clips * FRAMES_PER_CLIP
    each = [rates.per_frame_on_gpu(backbone) for backbone in scenario.backbones]
    measured = [seconds for seconds in each if seconds is not None]
    if len(measured) < len(each):
        return ""
    hours = frames * sum(measured) / 3600
    clips = 20 * 60 / max(measured) / FRAMES_PER_CLIP
    return (
        f"With GPUs the features take {hours:,.1f} GPU hours, with {CORES_OF_GPU} cores each that "
        f"decode; 20 minutes of a job are {clips:,.0f} clips."
    )


def markdown(scenario: Scenario, table: pd.DataFrame) -> str:
    per_shard = scenario.clips / scenario.shards
    lines = [
        f"**{scenario.title}**; {scenario.shards} shards of {per_shard:,.0f} clips",
        "",
        "| stage | core hours | jobs | minutes per job | GB |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    columns = (table[name].tolist() for name in ("stage", "seconds", "jobs", "bytes"))
    for stage, seconds, jobs, size in zip(*columns, strict=True):
        hours, minutes = CORES * seconds / 3600, seconds / jobs / 60
        lines.append(f"| {stage} | {hours:,.1f} | {jobs:,} | {minutes:,.1f} | {size / 1e9:,.1f} |")
    hours, size = CORES * table["seconds"].sum() / 3600, table["bytes"].sum() / 1e9
    lines.append(f"| all | {hours:,.0f} | {table['jobs'].sum():,} | | {size:,.0f} |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clips", type=int, help="clips of a data set of your own")
    parser.add_argument("--shards", type=int, default=1, help="shards of it")
    parser.add_argument("--n-frames", type=int, nargs="+", default=[8], help="frames to explain")
    parser.add_argument("--backbone", default="bninception", help="bninception, resnet50 or small")
    arguments = parser.parse_args()
    scenarios: Sequence[Scenario] = SCENARIOS
    if arguments.clips:
        title = f"{arguments.clips:,} clips, one TRN"
        own = (arguments.clips, arguments.shards, arguments.n_frames, [arguments.backbone])
        scenarios = [Scenario(title, *own, 1, 0)]
    rates = Rates()
    for scenario in scenarios:
        print(markdown(scenario, estimate(scenario, rates)), end="\n\n")
        print(gpu_sentence(scenario, rates), end="\n\n")


if __name__ == "__main__":
    main()
