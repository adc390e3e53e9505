"""Measure the exact engine beside its floor or on one video, or a sampler; prints rows as JSON.

The floor of a multi-scale game is the time of what cannot be avoided, into buffers that are there
already: the first layer over the pairs of frame and position that occur, the head product of every
subset that a head sees, the softmax, and ESV weights times scores. Floor and engine take turns, and
the minimum over the turns counts.
"""

import json
import sys
from math import comb

import torch

from benchmarks.measuring import (
    CLASS_COUNT,
    FEATURE_DIM,
    HIDDEN_DIM,
    Row,
    cpu_timed,
    heads,
    peak_mb,
    row,
    shortest,
    timed,
    uniform_priors,
)
from playfair.attribution.exact.exact import exact_esvs, videos_at_once
from playfair.attribution.exact.shapley import (
    Workspace,
    exact_values,
    rows_at_once,
    shapley_weights,
)
from playfair.attribution.explain import explain
from playfair.attribution.games.head_games import TRNGame, linear_layers
from playfair.attribution.limits import DEFAULT_MEMORY_BUDGET
from playfair.models.heads.tsn_trn import TSN

BUDGET = 1024
LEAST_TURNS, LEAST_SECONDS = 7, 6
ALONE_TURNS = 500


class Floor:
    """The products and softmaxes that exact values of a multi-scale TRN cannot do without."""

    def __init__(self, game: TRNGame) -> None:
        self.game = game
        self.elements = game.features.transpose(0, 1).contiguous()
        n_frames, video_count = game.n_frames, game.video_count
        chunk = max(1, rows_at_once(game.features.device) // video_count)
        rows = min(comb(n_frames, n_frames // 2), chunk) * video_count
        device = game.features.device
        self.hidden = torch.rand(rows, HIDDEN_DIM, device=device)
        self.logits = torch.randn(rows, CLASS_COUNT, device=device)
        self.scores = torch.empty_like(self.logits)
        self.esv = torch.zeros(n_frames, video_count * CLASS_COUNT, device=device)
        self.products = [
            self.logits.new_empty(scale, (n_frames - scale + 1) * video_count, HIDDEN_DIM)
            for scale in range(1, min(n_frames, game.n_max) + 1)
        ]
        self.weights_by_position = [
            linear_layers(head)[0]
            .weight.view(HIDDEN_DIM, head.n_frames, FEATURE_DIM)
            .detach()
            .permute(1, 2, 0)
            .contiguous()
            for head in game.heads
        ]
        sizes = [comb(n_frames, size) for size in range(1, n_frames + 1)]
        self.weights = shapley_weights(n_frames).to(device).split(sizes, dim=1)

    @torch.no_grad()
    def run(self) -> None:
        game = self.game
        video_count = game.video_count
        chunk = max(1, rows_at_once(game.features.device) // video_count)
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
        torch.bmm(windows, self.weights_by_position[scale - 1], out=self.products[scale - 1])


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
    turns: list[tuple[float, float]] = []
    while len(turns) < LEAST_TURNS or sum(map(sum, turns)) < LEAST_SECONDS * 1e3:
        turns.append((timed(engine), timed(floor.run)))
    engine_ms, floor_ms = (min(times) / batch for times in zip(*turns, strict=True))
    return [row("exact", n_frames, n_max, batch, engine_ms, floor_ms, peak)]


def measure_alone(n_frames: int, n_max: int) -> list[Row]:
    """One call for one video, TRN or (n_max 0) TSN, with all that a call costs; one thread."""
    torch.set_num_threads(1)
    model = heads(n_max) if n_max else TSN(FEATURE_DIM, CLASS_COUNT)
    features = torch.randn(1, n_frames, FEATURE_DIM)

    def run() -> None:
        exact_esvs(model, features, uniform_priors())

    run()
    peak = peak_mb()
    name = f"exact, one video alone, {'TRN' if n_max else 'TSN'}, CPU ms of one thread"
    shortest_ms = min(cpu_timed(run) for _ in range(ALONE_TURNS))
    return [row(name, n_frames, n_max, 1, shortest_ms, None, peak)]


def measure_sampled(n_frames: int, n_max: int) -> list[Row]:
    """The regression sampler on a TRN (n_max scales) or, with n_max 0, on a TSN."""
    model = heads(n_max) if n_max else TSN(FEATURE_DIM, CLASS_COUNT)
    features = torch.randn(8, n_frames, FEATURE_DIM)

    def run() -> None:
        explain(features, model, uniform_priors(), "regression", budget=BUDGET)

    run()
    peak = peak_mb()
    each = shortest(run, 5) / len(features)
    name = "regression, TRN" if n_max else "regression, TSN"
    return [
        row(f"{name}, {BUDGET} evaluations", n_frames, n_max, len(features), each, None, peak),
        row(f"{name}, per evaluation", n_frames, n_max, len(features), each / BUDGET, None, peak),
    ]


if __name__ == "__main__":
    torch.manual_seed(0)
    measures = {"exact": measure_exact, "alone": measure_alone, "sampled": measure_sampled}
    measure = measures[sys.argv[1]]
    print(json.dumps(measure(int(sys.argv[2]), int(sys.argv[3]))))
