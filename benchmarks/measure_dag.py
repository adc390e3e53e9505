"""Measure Snakemake itself on large runs, dry: seconds and memory by the number of shards.

    python -m benchmarks.measure_dag                 500 and 5000 shards
    python -m benchmarks.measure_dag --shards 2000

The configuration is that of docs/scale.md for 10 million clips: one multi-scale TRN on BN-Inception
with given weights, explained at 8 frames and for every frame. Only the names of files count in a
dry run; what is on disk are stand-ins.
"""

import argparse
import re
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import psutil
import yaml

PROJECT = Path(__file__).parents[1]


def write_stand_ins(folder: Path, shards: int) -> None:
    """The files that the configuration names, and the configuration."""
    data = folder / "datasets/large"
    (data / "videos").mkdir(parents=True)
    for name in ("train.csv", "validation.csv", "labels.json", "backbone.pth", "heads.pth"):
        (data / name).touch()
    files = {name: f"datasets/large/{name}.csv" for name in ("train", "validation")}
    files |= {"labels": "datasets/large/labels.json", "videos": "datasets/large/videos"}
    config = {
        "dataset": "large",
        "models": ["trn"],
        "n_frames": [8],
        "shards": shards,
        "definitions": {
            "datasets": {"large": {"source": "files", **files}},
            "backbones": {
                "bninception": {
                    "architecture": "bninception",
                    "checkpoint": "datasets/large/backbone.pth",
                }
            },
            "models": {
                "trn": {
                    "head": "trn",
                    "backbone": "bninception",
                    "checkpoint": "datasets/large/heads.pth",
                }
            },
        },
    }
    (folder / "large.yaml").write_text(yaml.safe_dump(config))


def measure(folder: Path) -> tuple[int, float, float]:
    """Jobs of a dry run, its seconds and the most megabytes that it took."""
    command = [sys.executable, "-m", "snakemake", "-n", "--quiet", "rules", "--cores", "2"]
    command += ["--configfile", "large.yaml", "--", "results/figures"]
    start = time.monotonic()
    process = psutil.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    most = 0

    def watch() -> None:
        nonlocal most
        while process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
            most = max(most, process.memory_info().rss)
            time.sleep(0.2)

    watcher = threading.Thread(target=watch)
    watcher.start()
    output = process.communicate()[0].decode()
    watcher.join()
    total = re.search(r"^total +(\d+)", output, re.MULTILINE)
    if process.returncode or total is None:
        sys.exit(output)
    return int(total[1]), time.monotonic() - start, most / 1e6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shards", type=int, nargs="+", default=[500, 5000], help="shards")
    arguments = parser.parse_args()
    print(f"{'shards':>7}{'jobs':>8}{'seconds':>9}{'MB':>7}")
    for shards in arguments.shards:
        with tempfile.TemporaryDirectory() as temporary:
            folder = Path(temporary, "project")
            subprocess.run(["git", "clone", "--quiet", PROJECT, folder], check=True)
            write_stand_ins(folder, shards)
            jobs, seconds, megabytes = measure(folder)
            print(f"{shards:7}{jobs:8}{seconds:9.1f}{megabytes:7.0f}")


if __name__ == "__main__":
    main()
