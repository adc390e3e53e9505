"""Encode the gulped clips for people to watch."""

from typing import TYPE_CHECKING

from playfair.data.clips.labels import read_uids
from playfair.data.video.webm import encode_clips
from playfair.logs import log_to

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

log_to(snakemake.log[0])

encode_clips(
    snakemake.input.gulp,
    snakemake.output.webm,
    crf=snakemake.params.options["crf"],
    uids=set(read_uids(snakemake.input.uids)) if snakemake.input.uids else None,
    workers=snakemake.threads,
)
