"""Accuracy of `regression` and `adaptive` on friendly and unfriendly games, beside shapiq's.

    python -m benchmarks.bench_samplers [--run results/synthetic] [--games FOLDER]

Games: see `benchmarks.sampling_games`; models are random, seeded, and confident, and the heads of a
finished run are there too, on its first clip. The error is the
mean absolute error of the ESVs of the predicted class (or the only one) over the mean absolute ESV;
coverage the share of all values within 1.96 standard errors; seconds are of CPU, one thread, for a
video with all its classes, the model's own time not counted. Writes benchmarks/samplers.csv and
prints it. With --games those of models are written there, for `benchmarks.measure_shapiq`.
"""

import argparse
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from torch import Tensor, nn

from benchmarks.sampling_games import Game, logical_games, of_table
from playfair.attribution.exact.shapley import exact_values
from playfair.attribution.games.from_model import make_game
from playfair.attribution.games.game import Game as FramesGame
from playfair.attribution.methods.registry import method_class
from playfair.attribution.samplers.sampler import Sampler, SamplerOptions
from playfair.data.clips.frame_sampling import sample_frame_idx
from playfair.evaluation.sampling_error import relative_error
from playfair.models.heads.loading import load_heads
from playfair.models.heads.tsn_trn import TRN, TSN
from playfair.runs import Run

CLASS_COUNT, FEATURE_DIM, HIDDEN_DIM = 20, 64, 64
BUDGETS, SEEDS = (256, 1024, 4096), 4
METHODS = ("regression", "adaptive")
TABLE = Path(__file__).with_name("samplers.csv")

Row = dict[str, float | str]


class Recurrent(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.memory = nn.GRU(FEATURE_DIM, HIDDEN_DIM, batch_first=True)
        self.last = nn.Linear(HIDDEN_DIM, CLASS_COUNT)

    def forward(self, frames: Tensor) -> Tensor:
        return torch.softmax(4 * self.last(self.memory(frames)[0][:, -1]), dim=-1)


class Transformer(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        layer = nn.TransformerEncoderLayer(
            HIDDEN_DIM, 4, 2 * HIDDEN_DIM, dropout=0, batch_first=True
        )
        self.first = nn.Linear(FEATURE_DIM, HIDDEN_DIM)
        self.layers = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
        self.last = nn.Linear(HIDDEN_DIM, CLASS_COUNT)

    def forward(self, frames: Tensor) -> Tensor:
        inside = self.layers(3 * self.first(frames)).mean(dim=1)
        return torch.softmax(6 * self.last(inside), dim=-1)


def model_games() -> Iterator[Game]:
    for confidence in (2.0, 6.0, 12.0):
        torch.manual_seed(0)
        head = TSN(FEATURE_DIM, CLASS_COUNT)
        head.classifier.weight.data *= confidence
        yield _of_model(f"TSN, confidence {confidence:g}", head, 16)
    for n_frames in (12, 16):
        torch.manual_seed(0)
        heads = [TRN(scale, FEATURE_DIM, HIDDEN_DIM, CLASS_COUNT) for scale in range(1, 9)]
        for scale in heads:
            for parameter in scale.parameters():
                parameter.data *= 6**0.5
        yield _of_model(f"TRN as a set function, {n_frames} frames", heads, n_frames)
    for name, kind in (("GRU", Recurrent), ("transformer", Transformer)):
        torch.manual_seed(0)
        yield _of_model(name, kind().eval(), 16)


def run_games(folder: Path) -> Iterator[Game]:
    """The trained heads of a run on 16 frames of the first of its clips."""
    run = Run(folder)
    for model in run.usable_models(for_features=True)[0]:
        store = run.features(model)[0]
        heads = load_heads(model.options, model.heads, store.feature_dim, len(model.class_name))
        features = store.features(0)
        frames = features[sample_frame_idx(len(features), 16)]
        name = f"{model.name} of the embedded run"
        yield _of_game(name, make_game(heads, torch.from_numpy(frames)[None], model.prior))


def _of_model(name: str, model: nn.Module | list[TRN], n_frames: int) -> Game:
    torch.manual_seed(1)
    features = torch.randn(1, n_frames, FEATURE_DIM)
    return _of_game(name, make_game(model, features, "uniform", batch_size=4096))


def _of_game(name: str, game: FramesGame) -> Game:
    values = exact_values(game, keep_table=True)
    assert values.table is not None
    esv = values.esv[0].numpy().astype(float)
    return of_table(name, values.table[0].numpy(), esv, int(values.scores[0].argmax()))


def rows_of(game: Game) -> Iterator[Row]:
    prior = game.worth(np.zeros((1, game.n_frames), dtype=bool))[0]
    for budget in BUDGETS:
        for method in METHODS:
            kind = method_class(method)
            assert issubclass(kind, Sampler)
            for seed in range(SEEDS):
                options = SamplerOptions(budget=min(budget, 2**game.n_frames - 1))
                sampler = kind(game.n_frames, None, options, seed)
                scores = game.worth(sampler.member)
                start = time.process_time()
                esv, error = sampler.estimate(scores, prior)
                seconds = time.process_time() - start
                of_class = [game.explained]
                misses = relative_error(esv[None][..., of_class], game.esv[None][..., of_class])
                yield {
                    "game": game.name,
                    "method": method,
                    "budget": budget,
                    "error": float(misses[0]),
                    "coverage": float((np.abs(esv - game.esv) <= 1.96 * error + 1e-6).mean()),
                    "seconds": seconds,
                }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--run", type=Path, help="results of a data set, whose heads are games too")
    parser.add_argument("--games", type=Path, help="folder for the games of models")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    rows = []
    of_run = run_games(arguments.run) if arguments.run else ()
    for game in (*model_games(), *of_run, *logical_games()):
        if arguments.games and game.n_frames <= 16:
            subsets = np.arange(2**game.n_frames)[:, None] >> np.arange(game.n_frames) & 1
            scores = game.worth(subsets.astype(bool))[:, game.explained]
            path = arguments.games / f"{game.name}.npz"
            np.savez(path, table=scores, esv=game.esv[:, game.explained])
        rows += list(rows_of(game))
        print(game.name, file=sys.stderr)
    keys = ["game", "method", "budget"]
    table = pd.DataFrame(rows).groupby(keys, sort=False).mean().round(4).reset_index()
    table.to_csv(TABLE, index=False)
    print(table.pivot(index=keys[:2], columns="budget").to_string())


if __name__ == "__main__":
    main()
