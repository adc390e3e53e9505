"""Measure other libraries' explainers on the same game; prints rows as JSON.

They get the scores of all subsets for nothing, from a table, and explain one class, or all of them
where a library can at once; the engine computes the scores and explains all classes.
"""

import json
import sys

import captum.attr
import numpy as np
import shap
import shapiq
import torch

from benchmarks.measuring import FEATURE_DIM, Row, heads, peak_mb, row, shortest, uniform_priors
from playfair.attribution.exact.shapley import exact_values
from playfair.attribution.games.head_games import TRNGame


def score_table(n_frames: int, n_max: int) -> np.ndarray:
    """(2^n, C): the scores of all classes on every subset."""
    game = TRNGame(heads(n_max), torch.randn(1, n_frames, FEATURE_DIM), uniform_priors())
    table = exact_values(game, keep_table=True).table
    assert table is not None
    return table[0].numpy().astype(float)


def measure_others(n_frames: int, n_max: int) -> list[Row]:
    """Other libraries on the same game, with its scores at hand in a table."""
    all_scores = score_table(n_frames, n_max)
    table = all_scores[:, 0].copy()
    powers = 1 << np.arange(n_frames)

    def worth(member: np.ndarray) -> np.ndarray:
        return table[(np.asarray(member) > 0.5) @ powers]

    def with_shapiq() -> None:
        shapiq.ExactComputer(worth, n_frames)("SV")

    masker = shap.maskers.Independent(np.zeros((1, n_frames)))

    def with_shap() -> None:
        shap.explainers.ExactExplainer(worth, masker)(np.ones((1, n_frames)), silent=True)

    def all_worths(member: np.ndarray) -> np.ndarray:
        return all_scores[(np.asarray(member) > 0.5) @ powers]

    def with_shap_all() -> None:
        shap.explainers.ExactExplainer(all_worths, masker)(np.ones((1, n_frames)), silent=True)

    sampler = captum.attr.ShapleyValueSampling(
        lambda member: torch.from_numpy(worth(member.numpy()))
    )

    def with_captum() -> None:
        sampler.attribute(torch.ones(1, n_frames), n_samples=25, perturbations_per_eval=1)

    rows = []
    for kind, run in (
        ("shapiq exact, one class", with_shapiq),
        ("shap exact, one class", with_shap),
        ("shap exact, all classes", with_shap_all),
        ("captum sampler, one class, 25 orders", with_captum),
    ):
        rows.append(row(kind, n_frames, n_max, 1, shortest(run, 3), None, peak_mb()))
    return rows


if __name__ == "__main__":
    torch.manual_seed(0)
    print(json.dumps(measure_others(int(sys.argv[1]), int(sys.argv[2]))))
