"""Time and memory of exact and sampled ESVs, beside the floor that matrix products set.

`make bench` runs this. It prints one table and writes it as benchmarks/attribution.csv, with a
figure beside it. Every row is measured in a process of its own, so that peak_mb, the highest
resident memory in MiB with Python and torch in it, is its own. The game is a multi-scale TRN with
174 classes and 256 features and hidden units.
"""

import json
import subprocess
import sys
from pathlib import Path

import pandas as pd
from matplotlib import pyplot as plt

from benchmarks.measuring import COLUMNS, Row

OUTPUT = Path(__file__).parent
ENGINE, LIBRARIES = "benchmarks.measure_engine", "benchmarks.measure_libraries"
PLAN = (
    *((ENGINE, "exact", n_frames, 8) for n_frames in (8, 10, 12, 14, 16, 20)),
    *((ENGINE, "exact", n_frames, n_frames) for n_frames in (10, 12, 14, 16)),
    *((ENGINE, "alone", n_frames, 8) for n_frames in (8, 10, 12, 14)),
    *((ENGINE, "alone", n_frames, 0) for n_frames in (8, 14)),
    *((ENGINE, "sampled", n_frames, n_max) for n_frames in (16, 32) for n_max in (0, 8)),
    *((LIBRARIES, n_frames, 8) for n_frames in (8, 12, 16)),
)


def draw(table: pd.DataFrame, path: Path) -> None:
    """Time per video by number of frames: engine, floor and others."""
    figure, axes = plt.subplots(figsize=(6.5, 4), layout="constrained")
    exact = table[(table.kind == "exact") & (table.n_max == 8)].sort_values("n")
    axes.plot(
        exact.n, exact.ms_per_video, "o-", color="#0072B2", label="Play Fair, all 174 classes"
    )
    axes.plot(exact.n, exact.floor_ms, "o:", color="#0072B2", label="floor: its matrix products")
    others = table[table.kind.str.contains("one class")]
    for colour, (kind, part) in zip(
        ("#D55E00", "#009E73", "#CC79A7"), others.groupby("kind"), strict=False
    ):
        axes.plot(part.n, part.ms_per_video, "s--", color=colour, label=kind)
    for _, point in exact.iterrows():
        axes.annotate(
            f"{point.ratio:.2f} x",
            (point.n, point.floor_ms),
            xytext=(4, -5),  # below both lines, which rise
            textcoords="offset points",
            va="top",
            fontsize=8,
        )
    axes.set(
        yscale="log",
        xlabel="Number of frames",
        ylabel="Milliseconds per video",
        xlim=(None, exact.n.max() + 1),
        ylim=(exact.floor_ms.min() / 3, None),
        title="Exact Element Shapley Values: time against the floor",
    )
    axes.legend(frameon=False, fontsize=8)
    figure.savefig(path, dpi=200)


def main() -> None:
    rows: list[Row] = []
    for number, measurement in enumerate(PLAN, start=1):
        print(f"{number}/{len(PLAN)}", *measurement, file=sys.stderr)
        command = [sys.executable, "-m", *map(str, measurement)]
        answer = subprocess.run(
            command, check=True, stdout=subprocess.PIPE, text=True, cwd=OUTPUT.parent
        )
        rows += json.loads(answer.stdout.splitlines()[-1])
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    table["n_max"] = table["n_max"].astype("Int64")
    print(table.to_string(index=False, float_format=lambda value: f"{value:.3g}", na_rep="-"))
    table.to_csv(OUTPUT / "attribution.csv", index=False, float_format="%.4g")
    draw(table, OUTPUT / "attribution.png")


if __name__ == "__main__":
    main()
