"""List the videos of a split whose features could not be imported, if they are not too many."""

import sys
from typing import TYPE_CHECKING

from playfair.data.feature_sources import read_split
from playfair.data.gathering import gather_tables
from playfair.data.gulp import check_failed_share
from playfair.files import write_csv
from playfair.logs import log_to

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

log_to(snakemake.log[0])

failed = gather_tables(snakemake.input.failed)
clip_count = len(
    read_split(snakemake.input.clips, snakemake.wildcards.split, snakemake.input.labels)
)
# A failed job's outputs are removed: the log keeps the table.
print(f"{len(failed)} of {clip_count} videos failed\n{failed.to_csv(index=False)}", file=sys.stderr)
check_failed_share(failed, clip_count, snakemake.params.max_failed_share)
write_csv(failed, snakemake.output.failed)
