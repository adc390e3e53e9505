"""Compute the class priors of the training split."""

from typing import TYPE_CHECKING

from playfair.data.import_features import FeatureTable
from playfair.data.labels import compute_class_priors, read_class_names, read_clips
from playfair.files import write_csv
from playfair.logs import log_to

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

log_to(snakemake.log[0])

class_names = read_class_names(snakemake.input.labels)
if snakemake.input.features:
    clips = FeatureTable(snakemake.input.features).clips(class_names)
else:
    clips = read_clips(snakemake.input.clips, "train")
write_csv(compute_class_priors(clips, class_names), snakemake.output.priors)
