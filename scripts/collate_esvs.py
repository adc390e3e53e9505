"""Join the ESV files of one model over the videos common to all."""

import sys
from typing import TYPE_CHECKING

from playfair.data.clips.labels import read_uids
from playfair.data.stores.collation import collate_esvs
from playfair.logs import log_to

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

log_to(snakemake.log[0])

uids = read_uids(snakemake.input.uids) if snakemake.input.uids else None
kept = collate_esvs(snakemake.input.esvs, snakemake.output.collated, uids)
print(f"{kept} videos are common to {len(snakemake.input.esvs)} ESV files", file=sys.stderr)
