"""Compute the ESVs of a network of whole clips, over a number of elements."""

import sys
from typing import TYPE_CHECKING

import torch
from tqdm import tqdm

from playfair.attribution.clip_reading import clips_at_once, read_clips
from playfair.attribution.explained_clips import elements_frames, read_explained_clips
from playfair.attribution.methods.registry import stored_fields
from playfair.data.stores.esv_store import write_esvs
from playfair.data.stores.run_attributes import esv_attributes
from playfair.data.video.gulp import GulpReader
from playfair.logs import log_to
from playfair.models.clip_networks.loading import network_files

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

log_to(snakemake.log[0])

torch.set_num_threads(snakemake.threads)
params, files = snakemake.params, snakemake.input
options = dict(params.model)
weights = files.network[0] if options.pop("is_trained") else options["weights"]
n_elements = int(snakemake.wildcards.n_frames)
model = read_explained_clips(
    {**options, "weights": weights}, params.prior, params.device, files.labels, files.priors
)
network = model.network
section = model.stored_section(options["attribution"], n_elements)
if params.left_out:
    print(
        f"left out of n_frames, since they do not divide the {network.clip_frames} frames of the "
        f"network: {', '.join(map(str, params.left_out))}",
        file=sys.stderr,
    )
dataset, name = snakemake.wildcards.dataset, snakemake.wildcards.model
attributes = esv_attributes(
    f"results/{dataset}",
    dataset,
    name,
    section,
    network_files(options["network"], weights),
    "",
    options,
)
reader = GulpReader(files.gulp)
count = clips_at_once(options["batch_size"], n_elements)
with (
    write_esvs(
        snakemake.output.esvs,
        n_elements,
        model.class_names,
        model.file_prior(n_elements, section["score"]),
        {**attributes, "fill": options["fill"], "prior": params.prior},
        stored_fields(section),
        elements_frames(network, n_elements, options["fill"]),
    ) as writer,
    tqdm(total=len(reader.uids), desc=f"{n_elements} elements", unit="video") as bar,
):
    for batch in read_clips(reader, reader.uids, network, n_elements, count):
        result = model.explain(batch.clips, n_elements, section, batch.label)
        writer.append(
            result,
            uid=batch.uid,
            label=batch.label,
            sequence_length=batch.sequence_length,
            frame_idx=batch.frame_idx,
            element_frame_idx=batch.element_frame_idx,
        )
        bar.update(len(batch.uid))
