"""List the videos of a split whose features could not be imported, if they are not too many."""

from typing import TYPE_CHECKING

from playfair.data.clips.failed_clips import gather_failed, write_judged
from playfair.data.stores.feature_sources import read_split
from playfair.logs import log_to

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

log_to(snakemake.log[0])

failed = gather_failed(snakemake.input.failed)
clip_count = len(
    read_split(
        snakemake.input.clips,
        snakemake.wildcards.split,
        snakemake.input.labels,
        snakemake.params.label_name,
    )
)
share, option = snakemake.params.most_failed
write_judged(failed, clip_count, share, option, snakemake.output.failed)
