"""Train a backbone end to end with a TRN head."""

import sys
from typing import TYPE_CHECKING

import torch

from playfair.data.gulp import GulpReader
from playfair.data.labels import read_class_names
from playfair.files import write_csv
from playfair.logs import log_to
from playfair.models.checkpoints import save_checkpoint
from playfair.models.training import train_backbone

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

log_to(snakemake.log[0])

torch.set_num_threads(snakemake.threads)
params = snakemake.params
trained = train_backbone(
    GulpReader(snakemake.input.train),
    GulpReader(snakemake.input.validation),
    len(read_class_names(snakemake.input.labels)),
    architecture=params.architecture,
    feature_dim=params.feature_dim,
    device=params.device,
    **params.training,
)
print(f"{trained.left_out_count} clips were left out of the training", file=sys.stderr)
save_checkpoint(snakemake.output.checkpoint, trained.backbone, architecture=params.architecture)
write_csv(trained.log, snakemake.output.training_log)
