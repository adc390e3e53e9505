"""Accuracy of shapiq's samplers on the games of `benchmarks.bench_samplers`; needs no Play Fair.

    python -m benchmarks.measure_shapiq FOLDER

In an environment of its own: Python 3.12, shapiq 1.8, lightgbm and xgboost. FOLDER holds the
games of models. Writes benchmarks/shapiq.csv, in the form of samplers.csv: one class, pairs of a
subset and its complement wherever a sampler knows them.
"""

import csv
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import shapiq

from benchmarks.sampling_games import Game, logical_games, of_table

approximator: Any = shapiq.approximator
"""Of a later version than the tests'."""
BUDGETS, SEEDS = (256, 1024, 4096), 4
TABLE = Path(__file__).with_name("shapiq.csv")
SAMPLERS: dict[str, Callable[[int, int], Any]] = {
    "KernelSHAP, paired": lambda n, seed: approximator.KernelSHAP(
        n, pairing_trick=True, random_state=seed
    ),
    "LeverageSHAP": lambda n, seed: approximator.LeverageSHAP(n, random_state=seed),
    "PolySHAP of pairs, paired": lambda n, seed: approximator.PolySHAP(
        n, max_order=2, pairing_trick=True, random_state=seed
    ),
    "SVARM, paired": lambda n, seed: approximator.SVARM(n, pairing_trick=True, random_state=seed),
    "unbiased KernelSHAP, paired": lambda n, seed: approximator.UnbiasedKernelSHAP(
        n, pairing_trick=True, random_state=seed
    ),
    "RegressionMSR": lambda n, seed: approximator.RegressionMSR(n, index="SV", random_state=seed),
    "OddSHAP": lambda n, seed: approximator.OddSHAP(n, random_state=seed),
    "ProxySPEX": lambda n, seed: approximator.ProxySPEX(
        n=n, max_order=1, index="SV", pairing_trick=True, hpo=False, random_state=seed
    ),
    "ProxySHAP": lambda n, seed: approximator.ProxySHAP(
        n, max_order=1, index="SV", adjustment=True, random_state=seed
    ),
}

Row = dict[str, float | str]


def games(folder: Path) -> Iterator[Game]:
    for path in sorted(folder.glob("*.npz")):
        with np.load(path) as stored:
            yield of_table(path.stem, stored["table"][:, None], stored["esv"][:, None], 0)
    yield from logical_games()


def rows_of(game: Game) -> Iterator[Row]:
    def worth(member: np.ndarray) -> np.ndarray:
        return game.worth(np.atleast_2d(member).astype(bool))[:, 0]

    exact = game.esv[:, 0]
    for budget in BUDGETS:
        if budget >= 2**game.n_frames:
            continue
        for name, make in SAMPLERS.items():
            errors, seconds = [], []
            for seed in range(SEEDS):
                start = time.process_time()
                try:
                    found = make(game.n_frames, seed).approximate(budget, worth)
                except Exception as error:  # a sampler that does not know such a game or budget
                    print(f"{game.name}, {budget}, {name}: {error}", file=sys.stderr)
                    break
                seconds.append(time.process_time() - start)
                esv = np.array([found[(frame,)] for frame in range(game.n_frames)])
                errors.append(np.abs(esv - exact).mean() / np.abs(exact).mean())
            else:
                yield {
                    "game": game.name,
                    "method": f"shapiq {name}",
                    "budget": budget,
                    "error": round(float(np.mean(errors)), 4),
                    "seconds": round(float(np.mean(seconds)), 4),
                }


def main() -> None:
    warnings.filterwarnings("ignore")
    with TABLE.open("w", newline="") as file:
        columns = ("game", "method", "budget", "error", "seconds")
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        for game in games(Path(sys.argv[1])):
            writer.writerows(rows_of(game))
            print(game.name, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
