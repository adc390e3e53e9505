"""Deal the clips of one split out to shards."""

import sys
from typing import TYPE_CHECKING

from playfair.data.feature_sources import read_split
from playfair.data.shards import write_shards
from playfair.logs import log_to

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

log_to(snakemake.log[0])

labels = snakemake.input.labels or None
clips = read_split(snakemake.input.clips, snakemake.wildcards.split, labels)
write_shards(clips, snakemake.output.clips, snakemake.params.shard_count, snakemake.params.shard_by)
print(f"{len(clips)} clips in {snakemake.params.shard_count} shards", file=sys.stderr)
