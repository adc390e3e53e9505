"""Write the gulped frames of validation clips as JPEG files."""

from typing import TYPE_CHECKING

from playfair.data.clips.labels import read_uids
from playfair.data.video.webm import write_jpegs
from playfair.logs import log_to

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

log_to(snakemake.log[0])

uids = set(read_uids(snakemake.input.uids)) if snakemake.input.uids else None
write_jpegs(snakemake.input.gulp, snakemake.output.frames, uids)
