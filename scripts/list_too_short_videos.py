"""List the videos with fewer frames than are to be explained."""

import sys
from typing import TYPE_CHECKING

import pandas as pd

from playfair.data.gulp import GulpReader
from playfair.files import write_csv
from playfair.logs import log_to

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

log_to(snakemake.log[0])

n_frames = int(snakemake.wildcards.n_frames)
reader = GulpReader(snakemake.input.gulp)
short = [(uid, reader.lengths[uid]) for uid in reader.uids if reader.lengths[uid] < n_frames]
print(
    f"{len(short)} of {len(reader.uids)} videos have fewer than {n_frames} frames", file=sys.stderr
)
write_csv(pd.DataFrame(short, columns=["uid", "sequence_length"]), snakemake.output.table)
