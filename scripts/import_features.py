"""Check the features of one shard of a split and bring them into a feature file."""

import sys
from typing import TYPE_CHECKING

from playfair.data.import_features import import_features
from playfair.data.labels import read_class_names
from playfair.data.shards import read_shard
from playfair.files import write_csv
from playfair.logs import log_to

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

log_to(snakemake.log[0])

wildcards = snakemake.wildcards
clips = read_shard(snakemake.input.clips, wildcards.scatteritem)
failed = import_features(
    snakemake.input.features,
    snakemake.output.features,
    clips,
    read_class_names(snakemake.input.labels),
    feature_dim=snakemake.params.feature_dim,
    attributes={
        "dataset": wildcards.dataset,
        "split": wildcards.split,
        "backbone": wildcards.backbone,
    },
)
print(f"{len(failed)} of {len(clips)} videos failed", file=sys.stderr)
write_csv(failed, snakemake.output.failed)
