"""Compute the class priors of the training split."""

from typing import TYPE_CHECKING

from playfair.data.clips.labels import compute_class_priors, read_class_names
from playfair.data.stores.feature_sources import read_split
from playfair.files import write_csv
from playfair.logs import log_to

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

log_to(snakemake.log[0])

clips = read_split(snakemake.input.clips, "train", snakemake.input.labels)
class_names = read_class_names(snakemake.input.labels)
write_csv(compute_class_priors(clips, class_names), snakemake.output.priors)
