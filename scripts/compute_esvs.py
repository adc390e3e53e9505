"""Compute the ESVs of one model at one number of frames."""

from typing import TYPE_CHECKING

import torch

from playfair.attribution.explained_model import ExplainedModel
from playfair.attribution.methods.registry import settled_section, stored_fields
from playfair.data.stores.esv_store import write_esvs
from playfair.data.stores.feature_store import sampled_batches
from playfair.logs import log_to

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

log_to(snakemake.log[0])

torch.set_num_threads(snakemake.threads)
n_frames = int(snakemake.wildcards.n_frames)
options = settled_section(snakemake.params.model["attribution"], n_frames)
rounding = snakemake.params.frame_sampling
files = dict(snakemake.input.items())
model = ExplainedModel(snakemake.params.model, device=snakemake.params.device, **files)
dataset = snakemake.wildcards.dataset
attributes = model.attributes(f"results/{dataset}", dataset, snakemake.wildcards.model, options)
attributes["frame_sampling"], attributes["prior"] = rounding, snakemake.params.prior

optional = stored_fields(options)
with write_esvs(
    snakemake.output.esvs, n_frames, model.class_names, model.prior(options), attributes, optional
) as writer:
    for videos, frame_idx, features in sampled_batches(
        model.store, n_frames, snakemake.params.batch_size, rounding
    ):
        result = model.explain(features, options, model.store.label[videos])
        writer.append(
            result,
            uid=model.store.uid[videos],
            label=model.store.label[videos],
            sequence_length=model.store.sequence_length[videos],
            frame_idx=frame_idx,
        )
