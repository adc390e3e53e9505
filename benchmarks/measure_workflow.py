"""Measure the workflow on the embedded data set: its time and memory, and how good its results are.

    python -m benchmarks.measure_workflow            the results that are there
    python -m benchmarks.measure_workflow --run      first run the workflow from nothing, in a copy

Prints one line per figure, with the target that it is held against.
"""

import argparse
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
import pandas as pd
import psutil

from playfair.data.stores.esv_store import Collated
from playfair.data.synthetic.classes import CLASSES

PROJECT = Path(__file__).parents[1]
COMMAND = [sys.executable, "-m", "snakemake", "--cores", "2", "--quiet", "all", "results/figures"]


def measure_run(folder: Path) -> tuple[float, float]:
    """Run the workflow: (seconds, most GB in memory at once over all of its processes)."""
    start = time.monotonic()
    process = psutil.Popen([*COMMAND[:-1], "--", COMMAND[-1]], cwd=folder)
    done = threading.Event()
    most = 0.0

    def watch() -> None:
        nonlocal most
        while not done.wait(0.5):
            most = max(most, sum(map(private_bytes, [process, *process.children(recursive=True)])))

    watcher = threading.Thread(target=watch)
    watcher.start()
    code = process.wait()
    done.set()
    watcher.join()
    if code:
        sys.exit(f"the workflow failed with exit code {code}")
    return time.monotonic() - start, most / 1e9


def private_bytes(process: psutil.Process) -> int:
    """Memory of a process, pages that it shares with others counted in part."""
    try:
        return int(process.memory_full_info().pss)
    except psutil.Error:
        return 0


def accuracy_of_head(folder: Path, name: str) -> float:
    """Validation accuracy of a head on its own after its last epoch."""
    log = pd.read_csv(folder / "checkpoints/trn" / f"{name}.csv")
    return float(log[log["split"] == "validation"]["accuracy"].iloc[-1])


def reversed_classes() -> np.ndarray:
    """Indices of the classes that are another one's reverse in time."""
    plans = [entry.plan for entry in CLASSES]
    return np.array([index for index, plan in enumerate(plans) if plans.count(plan) > 1])


def measure_results(folder: Path) -> list[tuple[str, float, str]]:
    """(figure, value, target) of finished results of the embedded data set."""
    trn = Collated(folder / "collated/trn.h5")
    tsn = Collated(folder / "collated/tsn.h5")
    gap = max(
        np.abs(table.prior + table.esv.sum(axis=1, dtype=np.float64) - table.scores).max()
        for results in (trn, tsn)
        for table in results.values()
    )
    table = tsn[8]
    reversible = np.isin(table.label, reversed_classes())
    localisation = pd.read_csv(folder / "tables/localisation.csv").set_index(
        ["model", "n_frames", "clips"]
    )
    located = localisation.xs(("trn", 8, "right")).to_dict()
    return [
        ("top-1 of the 8-frame TRN head", accuracy_of_head(folder, "head_8_frames"), ">= 0.90"),
        ("top-1 of the 2-frame TRN head", accuracy_of_head(folder, "head_2_frames"), "well below"),
        ("top-1 of the multi-scale TRN, n = 8", trn[8].correct.mean(), ">= 0.90"),
        ("top-1 of TSN on time-reversed classes", table.correct[reversible].mean(), "<= 0.65"),
        ("largest |sum of ESVs + prior - score|", gap, "<= 1e-5"),
        ("positive ESV mass inside the evidence", located["mass_inside"], ">= 0.85"),
        ("the same of uniform attribution", located["uniform_inside"], ""),
        ("clips whose largest ESV is inside", located["largest_inside"], ">= 0.95"),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--run", action="store_true", help="run the workflow from nothing first")
    arguments = parser.parse_args()
    figures: list[tuple[str, float, str]] = []
    with tempfile.TemporaryDirectory() as temporary:
        folder = PROJECT
        if arguments.run:
            folder = Path(temporary, "project")
            subprocess.run(["git", "clone", "--quiet", PROJECT, folder], check=True)
            seconds, gigabytes = measure_run(folder)
            again, _ = measure_run(folder)
            figures += [
                ("workflow from nothing, minutes", seconds / 60, "<= 10"),
                ("most memory at once, GB", gigabytes, "<= 4"),
                ("run with nothing to do, seconds", again, "<= 6"),
            ]
        figures += measure_results(folder / "results/synthetic")
    for name, value, target in figures:
        print(f"{name:42}{value:12.3g}   {target}")


if __name__ == "__main__":
    main()
