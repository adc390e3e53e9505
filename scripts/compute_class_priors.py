"""Compute the class priors of the training split."""

from typing import TYPE_CHECKING

from playfair.data.labels import compute_class_priors, read_class_names, read_clips
from playfair.files import written_whole
from playfair.logs import log_to

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

log_to(snakemake.log[0])

priors = compute_class_priors(
    read_clips(snakemake.input.clips), read_class_names(snakemake.input.labels)
)
with written_whole(snakemake.output.priors) as temporary:
    priors.to_csv(temporary, index=False)
