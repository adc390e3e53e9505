"""Accuracy of samplers at n = 16: ours, the paper's and shapiq's, at the same budgets.

Games are random TSN heads on random features, at three confidences. The error is the mean absolute
error of the ESVs of the predicted class over the mean absolute ESV; coverage is the share of all
values that lie within 1.96 standard errors. Writes benchmarks/sampling.csv and prints it.

Of the multi-scale joint estimate the bias is measured, too: the error of the mean over seeds.
"""

import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import shapiq
import torch
from shapiq.approximator.regression import kADDSHAP

from playfair.attribution.exact.exact import exact_esvs
from playfair.attribution.exact.shapley import exact_values
from playfair.attribution.explain import explain
from playfair.attribution.games.from_model import make_game
from playfair.attribution.methods.registry import samplers
from playfair.models.heads.tsn_trn import TRN, TSN

N_FRAMES, CLASS_COUNT, FEATURE_DIM, HIDDEN_DIM = 16, 20, 64, 64
BUDGETS = (256, 1024, 4096)
CONFIDENCES = (2.0, 6.0, 12.0)
GAMES, SEEDS = 3, 5
PRIORS = np.full(CLASS_COUNT, 1 / CLASS_COUNT)

Row = dict[str, float | str]

APPROXIMATORS: dict[str, Callable[[int], Any]] = {
    "shapiq KernelSHAP": lambda seed: shapiq.KernelSHAP(N_FRAMES, random_state=seed),
    "shapiq kADDSHAP": lambda seed: kADDSHAP(N_FRAMES, max_order=2, random_state=seed),
    "shapiq kADDSHAP, order 3": lambda seed: kADDSHAP(N_FRAMES, max_order=3, random_state=seed),
    "shapiq SVARM": lambda seed: shapiq.SVARM(N_FRAMES, random_state=seed),
    "shapiq unbiased KernelSHAP": lambda seed: shapiq.UnbiasedKernelSHAP(
        N_FRAMES, random_state=seed
    ),
}


def tsn_games() -> Iterator[tuple[float, TSN, torch.Tensor]]:
    """Confidence, head and features (1, n, D) of random games."""
    for confidence in CONFIDENCES:
        for game in range(GAMES):
            torch.manual_seed(game)
            head = TSN(FEATURE_DIM, CLASS_COUNT)
            with torch.no_grad():
                head.classifier.weight *= confidence
            yield confidence, head, torch.randn(1, N_FRAMES, FEATURE_DIM)


def relative_error(found: np.ndarray, exact: np.ndarray) -> float:
    return float(np.abs(found - exact).mean() / np.abs(exact).mean())


def variable_length_rows() -> Iterator[Row]:
    for confidence, head, features in tsn_games():
        values = exact_values(make_game(head, features, PRIORS), keep_table=True)
        assert values.table is not None
        predicted = int(values.scores[0].argmax())
        exact = values.esv[0].numpy()
        table = values.table[0, :, predicted].numpy().astype(float)
        for budget in BUDGETS:
            common: Row = {"model": "TSN", "confidence": confidence, "budget": budget}
            for method in samplers():
                for seed in range(SEEDS):
                    run = explain(features, head, PRIORS, method, seed, budget=budget)
                    inside = np.abs(run.esv[0] - exact) <= 1.96 * run.standard_error[0]
                    error = relative_error(run.esv[0, :, predicted], exact[:, predicted])
                    coverage = float(inside.mean())
                    yield {**common, "method": method, "error": error, "coverage": coverage}
            for name, approximator in APPROXIMATORS.items():
                for seed in range(2):
                    found = _with_shapiq(approximator(seed), budget, table)
                    error = relative_error(found, exact[:, predicted])
                    yield {**common, "method": name, "error": error}


def _with_shapiq(approximator: Any, budget: int, table: np.ndarray) -> np.ndarray:
    powers = 1 << np.arange(N_FRAMES)
    answer = approximator.approximate(budget, lambda member: table[member.astype(int) @ powers])
    return np.array([answer[(frame,)] for frame in range(N_FRAMES)])


def multi_scale_rows() -> Iterator[Row]:
    for confidence in CONFIDENCES:
        torch.manual_seed(0)
        heads = [TRN(scale, FEATURE_DIM, HIDDEN_DIM, CLASS_COUNT) for scale in range(1, 9)]
        for head in heads:
            for parameter in head.parameters():
                parameter.data *= confidence**0.5
        features = torch.randn(GAMES, N_FRAMES, FEATURE_DIM)
        _, exact = exact_esvs(heads, features, PRIORS)
        for budget in BUDGETS:
            for method in samplers():
                runs = [
                    explain(features, heads, PRIORS, method, seed, budget=budget)
                    for seed in range(SEEDS)
                ]
                inside = [
                    np.abs(run.esv - exact) <= 1.96 * np.asarray(run.standard_error) for run in runs
                ]
                yield {
                    "model": "TRN",
                    "confidence": confidence,
                    "budget": budget,
                    "method": method,
                    "error": float(np.mean([relative_error(run.esv, exact) for run in runs])),
                    "coverage": float(np.mean(inside)),
                    "bias": relative_error(np.mean([run.esv for run in runs], axis=0), exact),
                }


def main() -> None:
    warnings.filterwarnings("ignore", module="shapiq")
    rows = []
    for row in (*variable_length_rows(), *multi_scale_rows()):
        rows.append(row)
    table = pd.DataFrame(rows)
    keys = ["model", "confidence", "method", "budget"]
    table = table.groupby(keys, sort=False).mean(numeric_only=True).reset_index()
    table.to_csv(Path(__file__).with_suffix("").parent / "sampling.csv", index=False)
    wide = table.pivot(index=keys[:3], columns="budget")
    print(wide.to_string(float_format=lambda value: f"{value:.3f}", na_rep="-"))


if __name__ == "__main__":
    main()
