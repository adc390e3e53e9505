"""Link the clips of all shards into one directory."""

from typing import TYPE_CHECKING

from playfair.data.stores.gathering import gather_files
from playfair.logs import log_to

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

log_to(snakemake.log[0])

gather_files(snakemake.input.webm, snakemake.output.webm)
