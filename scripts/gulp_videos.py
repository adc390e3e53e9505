"""Gulp the videos of one shard of a split."""

import sys
from typing import TYPE_CHECKING

from playfair.data.clips.failed_clips import write_failed
from playfair.data.clips.labels import (
    UNKNOWN_LABEL,
    class_indices,
    read_class_names,
    read_clips,
    video_path,
)
from playfair.data.clips.shards import clips_of_shard
from playfair.data.stores.feature_sources import as_video, read_split
from playfair.data.stores.sequence_lengths import read_sequence_lengths
from playfair.data.video.gulp import VideoFile, gulp_videos
from playfair.logs import log_to

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

log_to(snakemake.log[0])

wildcards = snakemake.wildcards
label_name = snakemake.params.label_name
n_frames = {}
if snakemake.input.features:
    # Pictures beside features that another program computed, of the clips that have some.
    n_frames = read_sequence_lengths(snakemake.input.features)
    listed = read_split(snakemake.input.clips, wildcards.split, snakemake.input.labels, label_name)
    clips = [as_video(clip) for clip in listed if clip.uid in n_frames]
else:
    clips = clips_of_shard(
        read_clips(snakemake.input.clips, wildcards.split, label_name),
        wildcards.scatteritem,
        snakemake.params.shard_by,
    )
names = read_class_names(snakemake.input.labels) if snakemake.input.labels else None
indices = [UNKNOWN_LABEL] * len(clips) if names is None else class_indices(clips, names)
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
        n_frames=n_frames.get(clip.uid),
    )
    for clip, index in zip(clips, indices, strict=True)
]
failed = gulp_videos(
    videos, snakemake.output.gulp, workers=snakemake.threads, **snakemake.params.options
)
print(f"{len(failed)} of {len(videos)} videos failed", file=sys.stderr)
write_failed(failed, snakemake.output.failed)
