"""Plot the sampled ESVs of every frame of the example videos."""

from typing import TYPE_CHECKING

import pandas as pd

from playfair.data.clips.ground_truth import read_ground_truth
from playfair.data.stores.esv_store import read_all_frames_esvs
from playfair.data.video.gulp import GulpReader
from playfair.figures.drawing.style import save_figure
from playfair.figures.every_frame import every_frame_table, plot_every_frame
from playfair.files import write_csv
from playfair.logs import log_to

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

log_to(snakemake.log[0])

examples = pd.read_csv(snakemake.input.examples, dtype={"uid": str})
uids = examples["uid"].unique().tolist()
truth = snakemake.input.ground_truth
table = every_frame_table(
    examples,
    [one_video for path in snakemake.input.esvs for one_video in read_all_frames_esvs(path, uids)],
    snakemake.params.fps,
    read_ground_truth(truth, snakemake.params.evidence_rate) if truth else None,
)
frames = GulpReader(snakemake.input.gulp).frames if snakemake.input.gulp else None
figure = plot_every_frame(table, frames)
save_figure(figure, snakemake.output.png, snakemake.output.pdf)
write_csv(table, snakemake.output.table)
