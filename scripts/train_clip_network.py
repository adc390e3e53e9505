"""Train the small network of whole clips, end to end."""

from typing import TYPE_CHECKING

import torch

from playfair.data.clips.labels import read_class_names
from playfair.data.video.gulp import GulpReader
from playfair.logs import log_to
from playfair.models.training.clip_training import train_clip_network
from playfair.models.training.resume import ResumeFile, fingerprint
from playfair.models.training.trained import save_trained
from playfair.models.training.training_clips import AugmentationOptions

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

log_to(snakemake.log[0])

torch.set_num_threads(snakemake.threads)
params = snakemake.params
resume = ResumeFile(params.resume, fingerprint(dict(params.items()), snakemake.input))
training = dict(params.training)
trained = train_clip_network(
    GulpReader(snakemake.input.train),
    GulpReader(snakemake.input.validation),
    len(read_class_names(snakemake.input.labels)),
    params.clip_frames,
    augmentation=AugmentationOptions(**training.pop("augmentation")),
    device=params.device,
    resume=resume,
    **training,
)
save_trained(
    trained, trained.network, snakemake.output.checkpoint, snakemake.output.training_log, resume
)
