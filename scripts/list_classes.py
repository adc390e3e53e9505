"""List the classes of a data set: the distinct labels of its training clips."""

from typing import TYPE_CHECKING

from playfair.data.clips.labels import list_class_names, read_clips, write_class_names
from playfair.logs import log_to

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

log_to(snakemake.log[0])

clips = read_clips(snakemake.input.clips, "train", snakemake.params.label_name)
write_class_names(list_class_names(clips), snakemake.output.labels)
