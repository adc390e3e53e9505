"""Accuracy of `regression` and `adaptive` on friendly and unfriendly games, beside shapiq's.

    python -m benchmarks.bench_samplers [FOLDER]

Games: see `benchmarks.sampling_games`; models are random, seeded, and confident. The error is the
mean absolute error of the ESVs of the predicted class (or the only one) over the mean absolute ESV;
coverage the share of all values within 1.96 standard errors; seconds are of CPU, one thread, for a
video with all its classes, the model's own time not counted. Writes benchmarks/samplers.csv and
prints it. With FOLDER the games of models are written there, for `benchmarks.measure_shapiq`.
"""

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
from playfair.attribution.methods.registry import method_class
from playfair.attribution.samplers.sampler import Sampler, SamplerOptions
from playfair.evaluation.sampling_error import relative_error
from playfair.models.heads.tsn_trn import TRN, TSN

CLASS_COUNT, FEATURE_DIM, HIDDEN_DIM = 20, 64, 64
BUDGETS, SEEDS = (256, 1024, 4096), 3
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


def _of_model(name: str, model: nn.Module | list[TRN], n_frames: int) -> Game:
    torch.manual_seed(1)
    features = torch.randn(1, n_frames, FEATURE_DIM)
    priors = np.full(CLASS_COUNT, 1 / CLASS_COUNT)
    values = exact_values(make_game(model, features, priors, batch_size=4096), keep_table=True)
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
    torch.set_num_threads(1)
    rows = []
    for game in (*model_games(), *logical_games()):
        if sys.argv[1:] and game.n_frames <= 16:
            subsets = np.arange(2**game.n_frames)[:, None] >> np.arange(game.n_frames) & 1
            scores = game.worth(subsets.astype(bool))[:, game.explained]
            path = Path(sys.argv[1], f"{game.name}.npz")
            np.savez(path, table=scores, esv=game.esv[:, game.explained])
        rows += list(rows_of(game))
        print(game.name, file=sys.stderr)
    keys = ["game", "method", "budget"]
    table = pd.DataFrame(rows).groupby(keys, sort=False).mean().round(4).reset_index()
    table.to_csv(TABLE, index=False)
    print(table.pivot(index=keys[:2], columns="budget").to_string())


if __name__ == "__main__":
    main()
