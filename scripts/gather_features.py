"""Join the features of all shards of one split."""

from typing import TYPE_CHECKING

from playfair.data.stores.gathering import gather_hdf5
from playfair.logs import log_to

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

log_to(snakemake.log[0])

gather_hdf5(snakemake.input.features, snakemake.output.features)
