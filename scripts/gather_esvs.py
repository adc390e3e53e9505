"""Join the ESVs of all shards at one number of frames."""

from typing import TYPE_CHECKING

from playfair.data.stores.gathering import gather_hdf5
from playfair.logs import log_to

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

log_to(snakemake.log[0])

gather_hdf5(snakemake.input.esvs, snakemake.output.esvs)
