"""Extract the features of every frame of one split."""

from typing import TYPE_CHECKING

import torch

from playfair.data.stores.feature_store import write_features
from playfair.data.stores.run_attributes import backbone_attributes
from playfair.data.video.gulp import GulpReader
from playfair.files import file_hash
from playfair.logs import log_to
from playfair.models.backbones.architectures import build_backbone, weights_file
from playfair.models.backbones.extraction import extract_features
from playfair.models.devices import resolve_devices

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

log_to(snakemake.log[0])

torch.set_num_threads(snakemake.threads)
params = snakemake.params
devices = resolve_devices(params.device, snakemake.resources.gpu)
network = params.backbone
checkpoint = snakemake.input.checkpoint or weights_file(network["architecture"], params.weights)
backbone = build_backbone(**network, weights=params.weights, checkpoint=checkpoint)
reader = GulpReader(snakemake.input.gulp)
with write_features(
    snakemake.output.features,
    uids=reader.uids,
    labels=[reader.labels[uid] for uid in reader.uids],
    sequence_lengths=[reader.lengths[uid] for uid in reader.uids],
    feature_dim=network["feature_dim"],
    attributes={
        "dataset": snakemake.wildcards.dataset,
        "split": snakemake.wildcards.split,
        "backbone": snakemake.wildcards.backbone,
        "checkpoint_hash": file_hash(checkpoint),
        **backbone_attributes(
            f"results/{snakemake.wildcards.dataset}",
            checkpoint,
            network=network,
            code=params.code,
            weights=params.weights,
            batch_size=params.batch_size,
            precision=params.precision,
            decoding=params.decoding,
        ),
    },
) as writer:
    for features in extract_features(
        backbone,
        reader,
        reader.uids,
        batch_size=params.batch_size,
        precision=params.precision,
        device=devices,
        decoders=0 if devices[0].type == "cpu" else snakemake.threads,
    ):
        writer.append(features)
