"""Compute the values of a method that gives no ESVs, of one model at one number of frames."""

from typing import TYPE_CHECKING

import torch

from playfair.attribution.explain import explain
from playfair.attribution.methods.registry import own_options
from playfair.data.clips.labels import read_class_names, read_class_priors
from playfair.data.stores.attribution_store import write_attributions
from playfair.data.stores.feature_store import FeatureStore, sampled_batches
from playfair.data.stores.run_attributes import esv_attributes
from playfair.logs import log_to
from playfair.models.devices import resolve_device
from playfair.models.heads.loading import load_heads

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

log_to(snakemake.log[0])

torch.set_num_threads(snakemake.threads)
options = snakemake.params.model["attribution"]
n_frames = int(snakemake.wildcards.n_frames)
device = resolve_device(snakemake.params.device)
class_names = read_class_names(snakemake.input.labels)
priors = read_class_priors(snakemake.input.priors, class_names)
store = FeatureStore(snakemake.input.features)
model = load_heads(
    snakemake.params.model, snakemake.input.heads, store.feature_dim, len(class_names)
)
attributes = esv_attributes(
    f"results/{snakemake.wildcards.dataset}",
    snakemake.wildcards.dataset,
    snakemake.wildcards.model,
    options,
    snakemake.input.heads,
    store.attributes["checkpoint_hash"],
    snakemake.params.model,
)

with write_attributions(snakemake.output.attributions, n_frames, attributes) as writer:
    for videos, frame_idx, features in sampled_batches(
        store, n_frames, snakemake.params.batch_size
    ):
        result = explain(
            features,
            model,
            priors,
            options["method"],
            options["seed"],
            labels=store.label[videos],
            device=device,
            **own_options(options),
        )
        writer.append(result, uid=store.uid[videos], label=store.label[videos], frame_idx=frame_idx)
