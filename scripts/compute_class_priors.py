"""Compute the class priors of the training split."""

from typing import TYPE_CHECKING

from playfair.data.clips.class_priors import compute_class_priors
from playfair.data.clips.labels import check_splits_differ, read_class_names
from playfair.data.stores.feature_sources import read_split
from playfair.files import write_rows
from playfair.logs import log_to

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

log_to(snakemake.log[0])

labels, label_name = snakemake.input.labels, snakemake.params.label_name
clips = read_split(snakemake.input.clips, "train", labels, label_name)
others = read_split(snakemake.input.validation, "validation", labels, label_name)
check_splits_differ(clips, others)
class_names = read_class_names(labels)
priors = compute_class_priors(clips, class_names)
write_rows(snakemake.output.priors, ("class", "prior"), zip(class_names, priors, strict=True))
