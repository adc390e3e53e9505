"""List the videos with fewer frames than are to be explained."""

import sys
from typing import TYPE_CHECKING

from playfair.data.stores.sequence_lengths import read_sequence_lengths
from playfair.files import write_rows
from playfair.logs import log_to

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

log_to(snakemake.log[0])

n_frames = int(snakemake.wildcards.n_frames)
lengths = read_sequence_lengths(snakemake.input.videos)
short = [(uid, length) for uid, length in lengths.items() if length < n_frames]
print(f"{len(short)} of {len(lengths)} videos have fewer than {n_frames} frames", file=sys.stderr)
write_rows(snakemake.output.table, ("uid", "sequence_length"), short)
