"""Time and memory of every figure of results, at the size of Something-Something v2's validation.

    python -m benchmarks.bench_figures

Three models, 24,777 clips, 174 classes, at 8 frames (with pairs and frame sets) and at 16; values
are random, the figures draw none of the clips' pictures. Each is drawn in a process of its own.
Writes benchmarks/figures.csv: figure, seconds, and peak_mb, the highest resident memory in MB with
Python in it.
"""

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from playfair.attribution.result import Attribution
from playfair.data.stores.collation import collate_esvs
from playfair.data.stores.esv_store import load_by_model, write_esvs
from playfair.evaluation.frame_sets import frame_set_rows, tables_with_sets
from playfair.figures.catalogue import figure_module, read_catalogue
from playfair.figures.drawing.style import save_figure

TABLE = Path(__file__).with_name("figures.csv")
MODELS, CLIPS, CLASS_COUNT = ("trn", "tsn", "clip"), 24_777, 174
BATCH = 512
OPTIONAL = ("interactions", "sufficient_frames", "necessary_frames")
OPTIONS = {"fps": 8.0, "evidence_rate": 8.0}


def make_results(folder: Path) -> None:
    """Collated files, ground truth and the table of frame sets, a batch of clips at a time."""
    uids = [f"{number:06}" for number in range(CLIPS)]
    names = [f"Doing thing {number} with [something]" for number in range(CLASS_COUNT)]
    prior = np.full(CLASS_COUNT, 1 / CLASS_COUNT, np.float32)
    sizes = []
    for place, model in enumerate(MODELS):
        paths = []
        for n_frames in (8, 16):
            optional = OPTIONAL if n_frames == 8 else ()
            attributes = {"dataset": "drawn", "model": model, "score": "probability"}
            paths.append(folder / f"{model}_{n_frames}.h5")
            rng = np.random.default_rng([place, n_frames])
            with write_esvs(paths[-1], n_frames, names, prior, attributes, optional) as writer:
                for first in range(0, CLIPS, BATCH):
                    of_batch = uids[first : first + BATCH]
                    label = np.arange(first, first + len(of_batch)) % CLASS_COUNT
                    frames = np.tile(np.arange(n_frames) * 2, (len(of_batch), 1))
                    writer.append(
                        _drawn(rng, n_frames, label, prior, bool(optional)),
                        uid=of_batch,
                        label=label,
                        sequence_length=np.full(len(of_batch), 34),
                        frame_idx=frames,
                    )
        collate_esvs(paths, folder / f"{model}.h5")
        for path in paths:
            path.unlink()
        (results,) = load_by_model([folder / f"{model}.h5"]).values()
        sizes += [frame_set_rows(one).assign(model=model) for one in tables_with_sets(results)]
    pd.concat(sizes).to_csv(folder / "frame_sets.csv", index=False)
    truth = pd.DataFrame({"uid": uids, "first_frame": 8, "last_frame": 20})
    truth.to_csv(folder / "ground_truth.csv", index=False)


def _drawn(
    rng: np.random.Generator, n_frames: int, label: np.ndarray, prior: np.ndarray, reads_off: bool
) -> Attribution:
    """Values of a batch that sum to the scores, most of them right."""
    count = len(label)
    value = rng.normal(scale=0.02 / n_frames, size=(count, n_frames, CLASS_COUNT))
    rows = np.arange(count)
    value[rows, rng.integers(n_frames, size=count), label] += rng.uniform(0, 0.6, count)
    value = value.astype(np.float32)
    sets = np.tile(np.arange(n_frames) < 2, (count, 1))
    pairs = rng.normal(scale=0.02, size=(count, n_frames, n_frames, 2)).astype(np.float32)
    return Attribution(
        value=value,
        scores=prior + value.sum(axis=1),
        prior=prior,
        class_idx=np.arange(CLASS_COUNT),
        method="exact",
        score="probability",
        seed=None,
        evaluations=np.full(count, 2**n_frames - 1),
        efficiency_gap=np.zeros((count, CLASS_COUNT), np.float32),
        interactions=pairs + pairs.swapaxes(1, 2) if reads_off else None,
        sufficient_frames=sets if reads_off else None,
        necessary_frames=sets if reads_off else None,
    )


def draw_one(name: str, folder: Path) -> str:
    """Draw and save a figure; seconds and megabytes of this process."""
    entry = read_catalogue()[name]
    collated = [folder / f"{model}.h5" for model in MODELS]
    files = {
        **dict.fromkeys(("collated", "with_pairs", "with_sets"), collated),
        "ground_truth": folder / "ground_truth.csv",
        "frame_sets": folder / "frame_sets.csv",
    }
    given = {need: files.get(need) for need in (*entry.needs, *entry.uses)}
    options: dict[str, Any] = {option.name: option.default for option in entry.options}
    options |= {fact: OPTIONS[fact] for fact in entry.facts}
    start = time.perf_counter()
    _, figure = import_module(figure_module(name)).draw(**given, **options)
    save_figure(figure, folder / f"{name}.png", folder / f"{name}.pdf")
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    return f"{name},{seconds:.1f},{peak:.0f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("one", nargs="*", help="a figure, and the folder of results")
    asked = parser.parse_args().one
    if asked:
        print(draw_one(asked[0], Path(asked[1])))
        return
    of_results = {"collated", "with_pairs", "with_sets", "frame_sets", "ground_truth"}
    names = [name for name, entry in read_catalogue().items() if of_results.issuperset(entry.needs)]
    rows = ["figure,seconds,peak_mb"]
    with tempfile.TemporaryDirectory() as folder:
        make_results(Path(folder))
        for name in names:
            command = [sys.executable, "-m", "benchmarks.bench_figures", name, folder]
            run = subprocess.run(command, check=True, capture_output=True, text=True)
            rows.append(run.stdout.splitlines()[-1])
            print(rows[-1], file=sys.stderr)
    TABLE.write_text("\n".join(rows) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
