"""Sample the ESVs of one model for every frame of every video."""

from typing import TYPE_CHECKING

import numpy as np
import torch
from tqdm import tqdm

from playfair.attribution.explain import explain
from playfair.attribution.methods.registry import own_options, stored_fields
from playfair.data.clips.labels import read_class_names, read_class_priors
from playfair.data.stores.esv_store import write_esvs
from playfair.data.stores.feature_store import FeatureStore
from playfair.data.stores.run_attributes import esv_attributes
from playfair.logs import log_to
from playfair.models.devices import resolve_device
from playfair.models.heads.loading import load_heads

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

log_to(snakemake.log[0])

torch.set_num_threads(snakemake.threads)
options = snakemake.params.model["all_frames"]
batch_size = snakemake.params.batch_size
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

method_options = own_options(options)
optional = stored_fields(options)
with (
    write_esvs(snakemake.output.esvs, None, class_names, priors, attributes, optional) as writer,
    tqdm(total=len(store), desc="ESVs", unit="video") as bar,
):
    for first in range(0, len(store), batch_size):
        batch = np.arange(first, min(first + batch_size, len(store)))
        features = [store.features(v) for v in batch]
        method, seed = options["method"], options["seed"]
        result = explain(features, model, priors, method, seed, device=device, **method_options)
        writer.append(
            result,
            uid=store.uid[batch],
            label=store.label[batch],
            sequence_length=store.sequence_length[batch],
            frame_idx=[np.arange(len(frames)) for frames in features],
        )
        bar.update(len(batch))
