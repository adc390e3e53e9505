"""Measure how good the samplers are on validation videos, for one model."""

import sys
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import torch

from playfair.data.clips.labels import read_class_names, read_class_priors
from playfair.data.stores.feature_store import FeatureStore
from playfair.errors import InputError
from playfair.evaluation.sampling_study import (
    explained_classes,
    study_against_exact,
    study_every_frame,
)
from playfair.files import write_csv
from playfair.logs import log_to
from playfair.models.devices import resolve_device
from playfair.models.heads.loading import load_heads

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

log_to(snakemake.log[0])

torch.set_num_threads(snakemake.threads)
options = snakemake.params.options
device = resolve_device(snakemake.params.device)
class_names = read_class_names(snakemake.input.labels)
priors = read_class_priors(snakemake.input.priors, class_names)
store = FeatureStore(snakemake.input.features)
model = load_heads(
    snakemake.params.model, snakemake.input.heads, store.feature_dim, len(class_names)
)

usable = store.sequence_length >= options["n_frames"]
if not usable.any():
    raise InputError(
        f"none of {len(usable)} videos has the {options['n_frames']} frames on which samplers are "
        "compared: choose fewer in figures.sampling_error.n_frames"
    )
positions = np.flatnonzero(usable)[: options["videos"]]
print(f"{len(positions)} videos of {usable.sum()} that are long enough", file=sys.stderr)
features = [store.features(video) for video in positions]
label = explained_classes(
    model,
    features,
    store.label[positions],
    priors,
    n_frames=options["n_frames"],
    device=device,
)
settings = {"budgets": options["budgets"], "repetitions": options["repetitions"], "device": device}
fixed = study_against_exact(
    model, features, label, priors, n_frames=options["n_frames"], **settings
)
every = options["every_frame_videos"]
long = study_every_frame(
    model,
    features[:every],
    label[:every],
    priors,
    reference_budget=options["reference_budget"],
    **settings,
)
runs = pd.concat([fixed, long]).assign(model=snakemake.wildcards.model)
write_csv(runs, snakemake.output.runs)
