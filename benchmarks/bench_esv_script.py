"""Run the ESV script on as many feature sequences as Something-Something v2 has, and measure it.

    python -m benchmarks.bench_esv_script

24,777 videos of 174 classes, n = 8, a multi-scale TRN of scales 1..8 (D = H = 256), random
features. Prints seconds and the most memory for a tenth of the videos and for all of them: memory
is to stay flat.
"""

import argparse
import json
import runpy
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import psutil
import torch

from playfair.config import complete_config
from playfair.data.stores.esv_store import open_results
from playfair.data.stores.feature_store import write_features
from playfair.models.checkpoints import save_checkpoint
from playfair.models.heads.tsn_trn import TRN

PROJECT = Path(__file__).parents[1]
VIDEO_COUNT, CLASS_COUNT, FEATURE_DIM, N_FRAMES = 24_777, 174, 256, 8
LENGTH = 12


def prepare(folder: Path, video_count: int) -> None:
    """Write labels, priors, heads and the features of random videos."""
    rng = np.random.default_rng(0)
    names = [f"class {number}" for number in range(CLASS_COUNT)]
    labels = {name: str(number) for number, name in enumerate(names)}
    (folder / "labels.json").write_text(json.dumps(labels))
    priors = pd.DataFrame({"class": names, "prior": 1 / CLASS_COUNT})
    priors.to_csv(folder / "class_priors.csv", index=False)
    torch.manual_seed(0)
    for scale in range(1, N_FRAMES + 1):
        head = TRN(scale, FEATURE_DIM, 256, CLASS_COUNT)
        save_checkpoint(folder / f"head_{scale}_frames.pt", head)
    with write_features(
        folder / "features.h5",
        [str(number) for number in range(video_count)],
        rng.integers(0, CLASS_COUNT, video_count).tolist(),
        [LENGTH] * video_count,
        FEATURE_DIM,
        {"checkpoint_hash": ""},
    ) as writer:
        for first in range(0, video_count, 1000):
            count = min(1000, video_count - first) * LENGTH
            writer.append(rng.standard_normal((count, FEATURE_DIM), np.float32))


def run_script(folder: Path, threads: int) -> None:
    """Run scripts/compute_esvs.py as the workflow does."""
    model = complete_config({})["definitions"]["models"]["trn"]
    job = SimpleNamespace(
        log=[str(folder / "log")],
        threads=threads,
        wildcards=SimpleNamespace(dataset="random", model="trn", n_frames=str(N_FRAMES)),
        params=SimpleNamespace(model=model, batch_size=1024, device="auto"),
        input=SimpleNamespace(
            labels=folder / "labels.json",
            priors=folder / "class_priors.csv",
            features=folder / "features.h5",
            heads=[folder / f"head_{scale}_frames.pt" for scale in range(1, N_FRAMES + 1)],
        ),
        output=SimpleNamespace(esvs=folder / "esvs.h5"),
    )
    runpy.run_path(str(PROJECT / "scripts/compute_esvs.py"), init_globals={"snakemake": job})


def measure(video_count: int, threads: int) -> tuple[float, float]:
    """Seconds and most memory (MB) of the script in a process of its own."""
    with tempfile.TemporaryDirectory() as temporary:
        prepare(Path(temporary), video_count)
        command = [
            sys.executable,
            "-m",
            "benchmarks.bench_esv_script",
            "--job",
            temporary,
            "--threads",
            str(threads),
        ]
        start = time.monotonic()
        process = psutil.Popen(command, cwd=PROJECT, stderr=subprocess.DEVNULL)
        most = 0
        while process.poll() is None:
            most = max(most, process.memory_info().rss)
            time.sleep(0.1)
        seconds = time.monotonic() - start
        with open_results(Path(temporary, "esvs.h5")) as file:
            assert file["esv"].shape == (video_count, N_FRAMES, CLASS_COUNT)
    return seconds, most / 1e6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--threads", type=int, default=2, help="threads of the job")
    parser.add_argument("--job", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.job:
        run_script(Path(arguments.job), arguments.threads)
        return
    for video_count in (VIDEO_COUNT // 10, VIDEO_COUNT):
        seconds, megabytes = measure(video_count, arguments.threads)
        print(f"{video_count:6} videos: {seconds:6.1f} s, at most {megabytes:5.0f} MB")


if __name__ == "__main__":
    main()
