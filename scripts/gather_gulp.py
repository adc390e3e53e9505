"""Join the gulped shards of one split."""

from typing import TYPE_CHECKING

from playfair.data.clips.failed_clips import gather_failed, write_judged
from playfair.data.stores.gathering import gather_gulps
from playfair.logs import log_to

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

log_to(snakemake.log[0])

failed = gather_failed(snakemake.input.failed)
clip_count = len(failed) + gather_gulps(snakemake.input.gulp, snakemake.output.gulp)
share, option = snakemake.params.most_failed
write_judged(failed, clip_count, share, option, snakemake.output.failed)
