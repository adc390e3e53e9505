"""Compute the class priors of the training split."""

from typing import TYPE_CHECKING

from playfair.data.labels import compute_class_priors, read_class_names, read_clips
from playfair.files import write_csv
from playfair.logs import log_to

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

log_to(snakemake.log[0])

priors = compute_class_priors(
    read_clips(snakemake.input.clips, "train"), read_class_names(snakemake.input.labels)
)
write_csv(priors, snakemake.output.priors)
