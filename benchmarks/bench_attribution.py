"""Time and memory of exact and sampled ESVs, beside the floor that matrix products set.

`make bench` runs this. It prints one table and writes it as benchmarks/attribution.csv, with a
figure beside it. Every row is measured in a process of its own, so that peak_mb is its own. The
game is a multi-scale TRN with 174 classes and 256 features and hidden units.

The floor of a multi-scale game is the time of what cannot be avoided, into buffers that are there
already: the first layer over the pairs of frame and position that occur, the head product of every
subset that a head sees, the softmax, and ESV weights times scores. Floor and engine take turns, and
the minimum over the turns counts. Other libraries get the scores of all subsets for nothing, from a
table, and one class; the engine computes the scores and explains all classes.
"""

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from math import comb
from pathlib import Path

import captum.attr
import numpy as np
import pandas as pd
import shap
import shapiq
import torch
from matplotlib import pyplot as plt
from torch import Tensor

from playfair.attribution.exact import videos_at_once
from playfair.attribution.head_games import TRNGame, linear_layers
from playfair.attribution.sampling import sampled_esvs
from playfair.attribution.shapley import (
    CHUNK_ROWS,
    DEFAULT_MEMORY_BUDGET,
    Workspace,
    exact_values,
    shapley_weights,
)
from playfair.models.heads import TRN, TSN

CLASS_COUNT, FEATURE_DIM, HIDDEN_DIM = 174, 256, 256
COLUMNS = ("kind", "n", "n_max", "batch", "ms_per_video", "floor_ms", "ratio", "peak_mb")
OUTPUT = Path(__file__).parent
BUDGET = 1024

Row = dict[str, float | str | None]


def heads(n_max: int) -> list[TRN]:
    return [TRN(scale, FEATURE_DIM, HIDDEN_DIM, CLASS_COUNT) for scale in range(1, n_max + 1)]


def uniform_priors() -> Tensor:
    return torch.full((CLASS_COUNT,), 1 / CLASS_COUNT)


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def shortest(run: Callable[[], object], repeats: int) -> float:
    """Milliseconds of the fastest of some runs."""
    return min(timed(run) for _ in range(repeats))


def timed(run: Callable[[], object]) -> float:
    start = time.perf_counter()
    run()
    return (time.perf_counter() - start) * 1e3


class Floor:
    """The products and softmaxes that exact values of a multi-scale TRN cannot do without."""

    def __init__(self, game: TRNGame) -> None:
        self.game = game
        self.elements = game.features.transpose(0, 1).contiguous()
        n_frames, video_count = game.n_frames, game.video_count
        rows = min(comb(n_frames, n_frames // 2), max(1, CHUNK_ROWS // video_count)) * video_count
        self.hidden = torch.rand(rows, HIDDEN_DIM)
        self.logits = torch.randn(rows, CLASS_COUNT)
        self.scores = torch.empty_like(self.logits)
        self.esv = torch.zeros(n_frames, video_count * CLASS_COUNT)
        self.products = [
            torch.empty(scale, (n_frames - scale + 1) * video_count, HIDDEN_DIM)
            for scale in range(1, min(n_frames, game.n_max) + 1)
        ]
        self.weights = [shapley_weights(n_frames, size) for size in range(1, n_frames + 1)]

    @torch.no_grad()
    def run(self) -> None:
        game = self.game
        video_count = game.video_count
        chunk = max(1, CHUNK_ROWS // video_count)
        for size in range(1, game.n_frames + 1):
            if size <= game.n_max:
                self._first_layer(size)
            for start in range(0, comb(game.n_frames, size), chunk):
                subsets = min(chunk, comb(game.n_frames, size) - start)
                logits, scores = self.logits[: subsets * video_count], self.scores
                scores = scores[: subsets * video_count]
                if size <= game.n_max:
                    _, last = linear_layers(game.heads[size - 1])
                    torch.mm(self.hidden[: len(logits)], last.weight.T, out=logits)
                torch.softmax(logits, dim=-1, out=scores)
                weights = self.weights[size - 1][:, start : start + subsets]
                self.esv.addmm_(weights, scores.view(subsets, -1))

    def _first_layer(self, scale: int) -> None:
        video_count, places = self.game.video_count, self.game.n_frames - scale + 1
        stride = video_count * FEATURE_DIM
        windows = self.elements.as_strided(
            (scale, places * video_count, FEATURE_DIM), (stride, FEATURE_DIM, 1)
        )
        first, _ = linear_layers(self.game.heads[scale - 1])
        weights = first.weight.view(HIDDEN_DIM, scale, FEATURE_DIM).permute(1, 2, 0)
        torch.bmm(windows, weights, out=self.products[scale - 1])


def measure_exact(n_frames: int, n_max: int) -> list[Row]:
    """The exact engine and its floor, in turns."""
    game = TRNGame(heads(n_max), torch.randn(1, n_frames, FEATURE_DIM), uniform_priors())
    batch = videos_at_once(game, CLASS_COUNT, False, DEFAULT_MEMORY_BUDGET)
    features = torch.randn(batch, n_frames, FEATURE_DIM)
    workspace = Workspace()

    def engine() -> None:
        exact_values(game.with_features(features), workspace=workspace)

    engine()
    peak = peak_mb()
    floor = Floor(game.with_features(features))
    floor.run()
    turns = [(timed(engine), timed(floor.run)) for _ in range(7 if n_frames == 20 else 25)]
    engine_ms, floor_ms = (min(times) / batch for times in zip(*turns, strict=True))
    return [row("exact", n_frames, n_max, batch, engine_ms, floor_ms, peak)]


def measure_sampled(n_frames: int, n_max: int) -> list[Row]:
    """The regression sampler on a TRN (n_max scales) or, with n_max 0, on a TSN."""
    model = heads(n_max) if n_max else TSN(FEATURE_DIM, CLASS_COUNT)
    features = torch.randn(8, n_frames, FEATURE_DIM)

    def run() -> None:
        sampled_esvs(model, features, uniform_priors(), "regression", budget=BUDGET)

    run()
    peak = peak_mb()
    each = shortest(run, 5) / len(features)
    name = "regression, TRN" if n_max else "regression, TSN"
    return [
        row(f"{name}, {BUDGET} evaluations", n_frames, n_max, len(features), each, None, peak),
        row(f"{name}, per evaluation", n_frames, n_max, len(features), each / BUDGET, None, peak),
    ]


def score_table(n_frames: int, n_max: int) -> np.ndarray:
    """(2^n,): the scores of one class on every subset."""
    game = TRNGame(heads(n_max), torch.randn(1, n_frames, FEATURE_DIM), uniform_priors())
    table = exact_values(game, torch.tensor([0]), keep_table=True).table
    assert table is not None
    return table[0, :, 0].numpy().astype(float)


def measure_others(n_frames: int, n_max: int) -> list[Row]:
    """Other libraries on one class of the same game, with its scores at hand in a table."""
    table = score_table(n_frames, n_max)
    powers = 1 << np.arange(n_frames)

    def worth(member: np.ndarray) -> np.ndarray:
        return table[(np.asarray(member) > 0.5) @ powers]

    def with_shapiq() -> None:
        shapiq.ExactComputer(worth, n_frames)("SV")

    masker = shap.maskers.Independent(np.zeros((1, n_frames)))

    def with_shap() -> None:
        shap.explainers.ExactExplainer(worth, masker)(np.ones((1, n_frames)), silent=True)

    sampler = captum.attr.ShapleyValueSampling(
        lambda member: torch.from_numpy(worth(member.numpy()))
    )

    def with_captum() -> None:
        sampler.attribute(torch.ones(1, n_frames), n_samples=25, perturbations_per_eval=1)

    rows = []
    for kind, run in (
        ("shapiq exact, one class", with_shapiq),
        ("shap exact, one class", with_shap),
        ("captum sampler, one class, 25 orders", with_captum),
    ):
        rows.append(row(kind, n_frames, n_max, 1, shortest(run, 3), None, peak_mb()))
    return rows


def row(
    kind: str,
    n_frames: int,
    n_max: int,
    batch: int,
    ms_per_video: float,
    floor_ms: float | None,
    peak: float,
) -> Row:
    ratio = None if floor_ms is None else ms_per_video / floor_ms
    values = (kind, n_frames, n_max or None, batch, ms_per_video, floor_ms, ratio, peak)
    return dict(zip(COLUMNS, values, strict=True))


MEASUREMENTS = {"exact": measure_exact, "sampled": measure_sampled, "others": measure_others}
PLAN = (
    *(("exact", n_frames, 8) for n_frames in (8, 10, 12, 14, 16, 20)),
    *(("exact", n_frames, n_frames) for n_frames in (10, 12, 14, 16)),
    *(("sampled", n_frames, n_max) for n_frames in (16, 32) for n_max in (0, 8)),
    *(("others", n_frames, 8) for n_frames in (8, 12, 16)),
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
            (point.n, point.ms_per_video),
            xytext=(0, 7),
            textcoords="offset points",
            ha="center",
            fontsize=8,
        )
    axes.set(
        yscale="log",
        xlabel="Number of frames",
        ylabel="Milliseconds per video",
        title="Exact Element Shapley Values: time against the floor",
    )
    axes.legend(frameon=False, fontsize=8)
    figure.savefig(path, dpi=200)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--measure", nargs=3, metavar=("WHAT", "N", "N_MAX"), help="one row only")
    chosen = parser.parse_args()
    if chosen.measure:
        what, n_frames, n_max = chosen.measure
        torch.manual_seed(0)
        print(json.dumps(MEASUREMENTS[what](int(n_frames), int(n_max))))
        return
    rows: list[Row] = []
    for number, measurement in enumerate(PLAN, start=1):
        print(f"{number}/{len(PLAN)} {measurement}", file=sys.stderr)
        command = [sys.executable, __file__, "--measure", *map(str, measurement)]
        answer = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
        rows += json.loads(answer.splitlines()[-1])
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    table["n_max"] = table["n_max"].astype("Int64")
    print(table.to_string(index=False, float_format=lambda value: f"{value:.3g}", na_rep="-"))
    table.to_csv(OUTPUT / "attribution.csv", index=False, float_format="%.4g")
    draw(table, OUTPUT / "attribution.png")


if __name__ == "__main__":
    main()
