"""Sample the ESVs of one model for every frame of every video."""

from typing import TYPE_CHECKING

import numpy as np
import torch
from tqdm import tqdm

from playfair.attribution.explained_model import ExplainedModel
from playfair.attribution.methods.registry import stored_fields
from playfair.data.stores.esv_store import write_esvs
from playfair.logs import log_to

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

log_to(snakemake.log[0])

torch.set_num_threads(snakemake.threads)
options = snakemake.params.model["all_frames"]
batch_size = snakemake.params.batch_size
files = dict(snakemake.input.items())
model = ExplainedModel(snakemake.params.model, device=snakemake.params.device, **files)
dataset = snakemake.wildcards.dataset
attributes = model.attributes(f"results/{dataset}", dataset, snakemake.wildcards.model, options)

optional = stored_fields(options)
with (
    write_esvs(
        snakemake.output.esvs, None, model.class_names, model.prior(options), attributes, optional
    ) as writer,
    tqdm(total=len(model.store), desc="ESVs", unit="video") as bar,
):
    for first in range(0, len(model.store), batch_size):
        batch = np.arange(first, min(first + batch_size, len(model.store)))
        features = [model.store.features(v) for v in batch]
        result = model.explain(features, options)
        writer.append(
            result,
            uid=model.store.uid[batch],
            label=model.store.label[batch],
            sequence_length=model.store.sequence_length[batch],
            frame_idx=[np.arange(len(frames)) for frames in features],
        )
        bar.update(len(batch))
