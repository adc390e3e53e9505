"""Train the head of one scale of a multi-scale model."""

import sys
from typing import TYPE_CHECKING

import torch

from playfair.data.feature_store import FeatureStore
from playfair.data.labels import read_class_names
from playfair.files import write_csv
from playfair.logs import log_to
from playfair.models.checkpoints import save_checkpoint
from playfair.models.training import train_head

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

log_to(snakemake.log[0])

torch.set_num_threads(snakemake.threads)
train = FeatureStore(snakemake.input.train)
validation = FeatureStore(snakemake.input.validation)
trained = train_head(
    "trn",
    train.videos(),
    train.label,
    validation.videos(),
    validation.label,
    len(read_class_names(snakemake.input.labels)),
    n_frames=int(snakemake.wildcards.scale),
    hidden_dim=snakemake.params.hidden_dim,
    relu_input=snakemake.params.relu_input,
    device=snakemake.params.device,
    **snakemake.params.training,
)
print(f"{trained.left_out_count} clips were left out of the training", file=sys.stderr)
save_checkpoint(snakemake.output.checkpoint, trained.head)
write_csv(trained.log, snakemake.output.training_log)
