"""Gulp the videos of one split."""

import sys
from typing import TYPE_CHECKING

from playfair.data.gulp import VideoFile, check_failed_share, gulp_videos
from playfair.data.labels import class_indices, read_class_names, read_clips, video_path
from playfair.files import write_csv
from playfair.logs import log_to

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

log_to(snakemake.log[0])

options = snakemake.params.options
clips = read_clips(snakemake.input.clips, snakemake.wildcards.split)
indices = class_indices(clips, read_class_names(snakemake.input.labels))
videos = [
    VideoFile(
        uid=clip.uid,
        path=video_path(clip, snakemake.input.videos, snakemake.params.extension),
        meta={
            "class": clip.class_name,
            "class_index": int(index),
            "label": clip.description,
            "placeholders": clip.placeholders,
        },
    )
    for clip, index in zip(clips, indices, strict=True)
]
failed = gulp_videos(
    videos,
    snakemake.output.gulp,
    fps=options["fps"],
    short_side=options["short_side"],
    chunk_size=options["chunk_size"],
    shuffle=options["shuffle"],
    seed=options["seed"],
    workers=snakemake.threads,
)
# A failed job's outputs are removed: the log keeps the table.
print(
    f"{len(failed)} of {len(videos)} videos failed\n{failed.to_csv(index=False)}", file=sys.stderr
)
check_failed_share(failed, len(videos), options["max_failed_share"])
write_csv(failed, snakemake.output.failed)
