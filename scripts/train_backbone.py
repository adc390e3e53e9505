"""Train a backbone end to end with a TRN head."""

from typing import TYPE_CHECKING

import torch

from playfair.data.gulp import GulpReader
from playfair.data.labels import read_class_names
from playfair.logs import log_to
from playfair.models.clips import AugmentationOptions
from playfair.models.resume import ResumeFile, fingerprint
from playfair.models.trained import save_trained
from playfair.models.training import train_backbone

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

log_to(snakemake.log[0])

torch.set_num_threads(snakemake.threads)
params = snakemake.params
resume = ResumeFile(params.resume, fingerprint(dict(params.items()), snakemake.input))
training = dict(params.training)
trained = train_backbone(
    GulpReader(snakemake.input.train),
    GulpReader(snakemake.input.validation),
    len(read_class_names(snakemake.input.labels)),
    architecture=params.architecture,
    feature_dim=params.feature_dim,
    augmentation=AugmentationOptions(**training.pop("augmentation")),
    device=params.device,
    resume=resume,
    **training,
)
save_trained(
    trained,
    trained.backbone,
    snakemake.output.checkpoint,
    snakemake.output.training_log,
    resume,
    architecture=params.architecture,
)
