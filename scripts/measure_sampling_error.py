"""Measure how good the samplers are on validation videos, for one model."""

import sys
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import torch

from playfair.attribution.explained_model import ExplainedModel
from playfair.errors import InputError
from playfair.evaluation.sampling_study import (
    APPROXIMATION_COLUMNS,
    explained_classes,
    study_against_exact,
    study_approximation,
    study_every_frame,
)
from playfair.files import write_csv
from playfair.logs import log_to

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

log_to(snakemake.log[0])

torch.set_num_threads(snakemake.threads)
options = snakemake.params.options
files = dict(snakemake.input.items())
model = ExplainedModel(snakemake.params.model, device=snakemake.params.device, **files)

usable = model.store.sequence_length >= options["n_frames"]
if not usable.any():
    raise InputError(
        f"none of {len(usable)} videos has the {options['n_frames']} frames on which samplers are "
        "compared: choose fewer in figures.sampling_error.n_frames"
    )


def chosen(positions: np.ndarray, n_frames: int) -> tuple[list[np.ndarray], np.ndarray]:
    """The features of some videos, and the class of each that is studied."""
    features = [model.store.features(video) for video in positions]
    label = explained_classes(
        *(model.heads, features, model.store.label[positions], model.priors),
        n_frames=n_frames,
        device=model.device,
    )
    return features, label


positions = np.flatnonzero(usable)[: options["videos"]]
print(f"{len(positions)} videos of {usable.sum()} that are long enough", file=sys.stderr)
features, label = chosen(positions, options["n_frames"])
settings = {
    "budgets": options["budgets"],
    "repetitions": options["repetitions"],
    "device": model.device,
}
fixed = study_against_exact(
    model.heads, features, label, model.priors, n_frames=options["n_frames"], **settings
)
every = options["every_frame_videos"]
long = study_every_frame(
    model.heads,
    features[:every],
    label[:every],
    model.priors,
    reference_budget=options["reference_budget"],
    **settings,
)
runs = pd.concat([fixed, long]).assign(model=snakemake.wildcards.model)
write_csv(runs, snakemake.output.runs)

approximation = dict(options["approximation"])
longest = int(model.store.sequence_length.max())
approximation["n_frames"] = [n for n in approximation["n_frames"] if n <= longest]
if approximation["n_frames"]:
    most = max(approximation["n_frames"])
    positions = np.flatnonzero(model.store.sequence_length >= most)[: approximation.pop("videos")]
    features, label = chosen(positions, most)
    studied = study_approximation(
        model.heads, features, label, model.priors, device=model.device, **approximation
    ).assign(model=snakemake.wildcards.model)
else:
    print(f"no video has more than {longest} frames: no approximation", file=sys.stderr)
    studied = pd.DataFrame(columns=["model", *APPROXIMATION_COLUMNS])
write_csv(studied, snakemake.output.approximation)
