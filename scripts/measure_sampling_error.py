"""Measure how good the samplers are on validation videos, for one model."""

import sys
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import torch

from playfair.attribution.explained_model import ExplainedModel
from playfair.errors import InputError
from playfair.evaluation.sampling_study import (
    explained_classes,
    study_against_exact,
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
positions = np.flatnonzero(usable)[: options["videos"]]
print(f"{len(positions)} videos of {usable.sum()} that are long enough", file=sys.stderr)
features = [model.store.features(video) for video in positions]
label = explained_classes(
    model.heads,
    features,
    model.store.label[positions],
    model.priors,
    n_frames=options["n_frames"],
    device=model.device,
)
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
