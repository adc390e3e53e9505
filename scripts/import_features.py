"""Check the features of one shard of a split and bring them into a feature file."""

import sys
from typing import TYPE_CHECKING

from playfair.data.clips.failed_clips import write_failed
from playfair.data.clips.labels import read_class_names
from playfair.data.clips.shards import clips_of_shard
from playfair.data.stores.feature_sources import read_split
from playfair.data.stores.import_features import import_features
from playfair.logs import log_to

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

log_to(snakemake.log[0])

wildcards = snakemake.wildcards
clips = clips_of_shard(
    read_split(
        snakemake.input.clips,
        wildcards.split,
        snakemake.input.labels,
        snakemake.params.label_name,
    ),
    wildcards.scatteritem,
    snakemake.params.shard_by,
)
failed = import_features(
    snakemake.input.features,
    snakemake.output.features,
    clips,
    read_class_names(snakemake.input.labels),
    feature_dim=snakemake.params.feature_dim,
    fps=snakemake.params.fps,
    attributes={
        "dataset": wildcards.dataset,
        "split": wildcards.split,
        "backbone": wildcards.backbone,
    },
)
print(f"{len(failed)} of {len(clips)} videos failed", file=sys.stderr)
write_failed(failed, snakemake.output.failed)
