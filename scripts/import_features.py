"""Check the features of one split and bring them into a feature file."""

import sys
from typing import TYPE_CHECKING

from playfair.data.gulp import check_failed_share
from playfair.data.import_features import import_features
from playfair.data.labels import read_class_names, read_clips
from playfair.files import write_csv
from playfair.logs import log_to

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

log_to(snakemake.log[0])

wildcards = snakemake.wildcards
clips = read_clips(snakemake.input.clips, wildcards.split) if snakemake.input.clips else None
failed, video_count = import_features(
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
# A failed job's outputs are removed: the log keeps the table.
print(
    f"{len(failed)} of {video_count} videos failed\n{failed.to_csv(index=False)}", file=sys.stderr
)
check_failed_share(failed, video_count, snakemake.params.max_failed_share)
write_csv(failed, snakemake.output.failed)
