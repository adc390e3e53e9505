"""Train the head of a model that takes any number of frames."""

from typing import TYPE_CHECKING

import torch

from playfair.data.clips.labels import read_class_names
from playfair.data.stores.feature_store import FeatureStore
from playfair.logs import log_to
from playfair.models.training.head_training import train_head
from playfair.models.training.resume import ResumeFile, fingerprint
from playfair.models.training.trained import save_trained

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

log_to(snakemake.log[0])

torch.set_num_threads(snakemake.threads)
params = snakemake.params
resume = ResumeFile(params.resume, fingerprint(dict(params.items()), snakemake.input))
trained = train_head(
    "tsn",
    FeatureStore(snakemake.input.train),
    FeatureStore(snakemake.input.validation),
    len(read_class_names(snakemake.input.labels)),
    device=params.device,
    resume=resume,
    **params.training,
)
save_trained(
    trained, trained.head, snakemake.output.checkpoint, snakemake.output.training_log, resume
)
