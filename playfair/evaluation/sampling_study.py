"""How good the samplers are on the videos at hand: errors, their estimates and time by budget."""

import time
from collections.abc import Sequence
from functools import partial
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import torch
from tqdm import tqdm

from playfair.attribution.explain import explain
from playfair.attribution.games.calls import Model
from playfair.attribution.methods.registry import method_class, samplers
from playfair.attribution.samplers.sampler import SamplerOptions
from playfair.data.clips.frame_sampling import sample_frame_idx
from playfair.evaluation.sampling_error import correlation, relative_error

Models = Model | Sequence[Model]
Device = torch.device | str | None
REFERENCE_SAMPLER = "regression"
REFERENCE_RUNS = 10
"""Runs that share the evaluations of a long run, so that it needs a tenth of the memory."""
PAPER_SAMPLER, OUR_SAMPLER, EXACT = "constructive", "regression", "exact"
APPROXIMATION_COLUMNS = (
    *("sampler", "video", "evaluations", "seconds", "n_frames", "samples_per_scale", "iterations"),
    *("repetition", "error", "correlation"),
)
MOST_EVALUATIONS = 1_000_000
"""More than the paper's sampler needs for its samples: they decide, not the budget."""


def studied() -> list[str]:
    """The samplers but for those made for slow models, which would take most of its time."""
    return [name for name in samplers() if not method_class(name).for_slow_models]


def explained_classes(
    model: Models,
    features: Sequence[np.ndarray],
    label: np.ndarray,
    priors: np.ndarray,
    *,
    n_frames: int,
    device: Device = None,
) -> np.ndarray:
    """The classes (V,) to study: `label`, and where it is -1 what `n_frames` frames are taken for.

    Args:
        features: (T, D) per video, T >= n_frames. label: (V,) class indices, -1 where unknown.
    """
    classes = np.array(label, dtype=np.int64)
    unknown = np.flatnonzero(classes < 0)
    if len(unknown):
        batch = _sampled([features[int(video)] for video in unknown], n_frames)
        classes[unknown] = explain(batch, model, priors, device=device).scores.argmax(axis=1)
    return classes


def study_against_exact(
    model: Models,
    features: Sequence[np.ndarray],
    label: np.ndarray,
    priors: np.ndarray,
    *,
    n_frames: int,
    budgets: Sequence[int],
    repetitions: int,
    device: Device = None,
    progress: bool = True,
) -> pd.DataFrame:
    """Sample the ESVs of the true class at `n_frames` frames, and compare them with the exact ones.

    Args:
        features: (T, D) per video, T >= n_frames. label: (V,) class indices.
        budgets: evaluations per video. repetitions: runs of each sampler, with seeds 1, 2, ...

    Returns:
        One row per sampler, budget, video and repetition, with the columns sequences, sampler,
        budget, video, repetition, error, correlation and seconds (per video); see
        `playfair.figures.sampling_error.sampling_error_table`.
    """
    batch = _sampled(features, n_frames)
    classes, column = np.unique(label, return_inverse=True)
    exact = explain(batch, model, priors, classes=classes, device=device)
    reference = _of_video(exact.esv, column)
    rows = []
    run = partial(_run, model, batch, priors, classes=classes, column=column, device=device)
    runs = [(s, b, r) for s in studied() for b in budgets for r in range(1, repetitions + 1)]
    for sampler, budget, repetition in tqdm(runs, desc="samplers", disable=not progress):
        row, esv = run(sampler, budget, repetition)
        row["error"] = relative_error(esv, reference)
        row["correlation"] = correlation(esv, reference)
        row = row.drop(columns=["standard_error", "efficiency_gap"])
        rows.append(row.assign(sequences=f"{n_frames} frames", repetition=repetition))
    return pd.concat(rows, ignore_index=True)


def study_every_frame(
    model: Models,
    features: Sequence[np.ndarray],
    label: np.ndarray,
    priors: np.ndarray,
    *,
    budgets: Sequence[int],
    repetitions: int,
    reference_budget: int = 200_000,
    device: Device = None,
    progress: bool = True,
) -> pd.DataFrame:
    """Sample the ESVs of the true class for every frame, and compare them with a very long run.

    Arguments and result are those of :func:`study_against_exact`; instead of error and correlation
    there are standard_error, efficiency_gap and distance, the relative error against the mean of
    ten runs of `reference_budget` evaluations in all.
    """
    rows = []
    runs = [(s, b, r) for s in studied() for b in budgets for r in range(1, repetitions + 1)]
    with tqdm(
        total=len(features) * (len(runs) + 1), desc="every frame", disable=not progress
    ) as bar:
        for video, (frames, class_idx) in enumerate(zip(features, label, strict=True)):
            batch, classes, column = frames[None], np.array([class_idx]), np.zeros(1, np.int64)
            run = partial(_run, model, batch, priors, classes=classes, column=column, device=device)
            reference = _long_run(model, batch, priors, reference_budget, classes, device)
            bar.update()
            for sampler, budget, repetition in runs:
                row, esv = run(sampler, budget, repetition)
                row["distance"] = relative_error(esv, reference)
                rows.append(row.assign(video=video, sequences="every frame", repetition=repetition))
                bar.update()
    return pd.concat(rows, ignore_index=True)


def study_approximation(
    model: Models,
    features: Sequence[np.ndarray],
    label: np.ndarray,
    priors: np.ndarray,
    *,
    n_frames: Sequence[int],
    samples_per_scale: Sequence[int],
    iterations: Sequence[int],
    repetitions: int,
    device: Device = None,
    progress: bool = True,
) -> pd.DataFrame:
    """The paper's sampler by its own two options, ours at as many evaluations, and exact values.

    Args:
        features: (T, D) per video, T >= the largest of n_frames. label: (V,) class indices.
        samples_per_scale, iterations: of the constructive sampler, see `ConstructiveSampler`.
        repetitions: runs of each, with seeds 1, 2, ...

    Returns:
        One row per n_frames, sampler (constructive, regression, exact), samples_per_scale and
        iterations (0 for exact values), video and repetition, with evaluations, error, correlation
        and seconds per video. Ours is left out where it needs more evaluations.
    """
    classes, column = np.unique(label, return_inverse=True)
    least = {n: method_class(OUR_SAMPLER).least_budget(n, SamplerOptions()) for n in n_frames}
    runs = list(product(samples_per_scale, iterations, range(1, repetitions + 1)))
    rows = []
    total = len(n_frames) * len(runs)
    with tqdm(total=total, desc="approximation", disable=not progress) as bar:
        for number in n_frames:
            batch = _sampled(features, number)
            run = partial(_run, model, batch, priors, classes=classes, column=column, device=device)
            # What is computed once for a number of frames is not a video's time.
            run(EXACT)
            row, reference = run(EXACT)
            rows.append(_compared(row, reference, reference, number, 0, 0, 1))
            for samples, count, repetition in runs:
                options: dict[str, Any] = {"max_samples_per_scale": samples, "iterations": count}
                found = [run(PAPER_SAMPLER, MOST_EVALUATIONS, repetition, **options)]
                evaluations = int(found[0][0]["evaluations"].iloc[0])
                if evaluations >= least[number]:
                    found.append(run(OUR_SAMPLER, evaluations, repetition))
                rows += [
                    _compared(row, esv, reference, number, samples, count, repetition)
                    for row, esv in found
                ]
                bar.update()
    return pd.concat(rows, ignore_index=True)


def _sampled(features: Sequence[np.ndarray], n_frames: int) -> np.ndarray:
    """Videos (T, D) each, at `n_frames` frames: (V, n, D)."""
    return np.stack([video[sample_frame_idx(len(video), n_frames)] for video in features])


def _compared(
    row: pd.DataFrame,
    esv: np.ndarray,
    reference: np.ndarray,
    n_frames: int,
    samples_per_scale: int,
    iterations: int,
    repetition: int,
) -> pd.DataFrame:
    row = row[["sampler", "video", "evaluations", "seconds"]].assign(
        n_frames=n_frames,
        samples_per_scale=samples_per_scale,
        iterations=iterations,
        repetition=repetition,
    )
    error, alike = relative_error(esv, reference), correlation(esv, reference)
    return row.assign(error=error, correlation=alike)


def _run(
    model: Models,
    batch: np.ndarray,
    priors: np.ndarray,
    sampler: str,
    budget: int | None = None,
    seed: int = 0,
    *,
    classes: np.ndarray,
    column: np.ndarray,
    device: Device,
    **options: Any,
) -> tuple[pd.DataFrame, np.ndarray]:
    """What one run says of itself, a row per video, and its ESVs (V, n) of each video's class."""
    if budget is not None:
        options["budget"] = budget
    start = time.perf_counter()
    estimate = explain(
        batch, model, priors, sampler, seed, classes=classes, device=device, **options
    )
    seconds = time.perf_counter() - start
    error = estimate.standard_error
    row = pd.DataFrame(
        {
            "sampler": sampler,
            "budget": budget,
            "evaluations": estimate.evaluations,
            "video": np.arange(len(batch)),
            "standard_error": np.nan if error is None else _of_video(error, column).mean(axis=1),
            "efficiency_gap": np.abs(estimate.efficiency_gap[np.arange(len(batch)), column]),
            "seconds": seconds / len(batch),
        }
    )
    return row, _of_video(estimate.esv, column)


def _long_run(
    model: Models,
    batch: np.ndarray,
    priors: np.ndarray,
    budget: int,
    classes: np.ndarray,
    device: Device,
) -> np.ndarray:
    """(1, n): the mean over runs, with seeds that no repetition has, of `budget` in all."""
    runs = [
        explain(
            batch,
            model,
            priors,
            REFERENCE_SAMPLER,
            seed=1_000_000 + run,
            classes=classes,
            device=device,
            budget=max(budget // REFERENCE_RUNS, 1),
        ).esv[..., 0]
        for run in range(REFERENCE_RUNS)
    ]
    mean: np.ndarray = np.mean(runs, axis=0)
    return mean


def _of_video(values: np.ndarray, column: np.ndarray) -> np.ndarray:
    """(V, n, K) -> (V, n): of each video the class in its column."""
    return np.take_along_axis(values, column[:, None, None], axis=2)[:, :, 0]
