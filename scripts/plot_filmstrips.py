"""Plot example videos with the ESVs of their frames."""

from typing import TYPE_CHECKING

from playfair.data.clips.ground_truth import read_ground_truth
from playfair.data.stores.esv_store import load
from playfair.data.video.gulp import GulpReader
from playfair.figures.drawing.style import save_figure
from playfair.figures.filmstrips import filmstrips_table, plot_filmstrips, select_examples
from playfair.files import write_csv
from playfair.logs import log_to

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

log_to(snakemake.log[0])

collated = [load(path) for path in snakemake.input.collated]
tables = {results.attributes["model"]: results[snakemake.params.n_frames] for results in collated}
truth = snakemake.input.ground_truth
table = filmstrips_table(
    select_examples(tables, snakemake.params.per_model_right, snakemake.params.per_model_wrong),
    tables,
    read_ground_truth(truth, snakemake.params.evidence_rate) if truth else None,
)
frames = GulpReader(snakemake.input.gulp).frames if snakemake.input.gulp else None
figure = plot_filmstrips(table, frames)
save_figure(figure, snakemake.output.png, snakemake.output.pdf)
write_csv(table, snakemake.output.table)
