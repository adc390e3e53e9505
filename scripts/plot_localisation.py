"""Plot how much of the ESV mass lies where the evidence is."""

from typing import TYPE_CHECKING

from playfair.data.clips.ground_truth import read_ground_truth
from playfair.data.stores.esv_store import load
from playfair.figures.drawing.style import save_figure
from playfair.figures.localisation import localisation_table, plot_localisation
from playfair.files import write_csv
from playfair.logs import log_to

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

log_to(snakemake.log[0])

collated = [load(path) for path in snakemake.input.collated]
table = localisation_table(
    {results.attributes["model"]: results for results in collated},
    read_ground_truth(snakemake.input.ground_truth, snakemake.params.evidence_rate),
)
save_figure(plot_localisation(table), snakemake.output.png, snakemake.output.pdf)
write_csv(table, snakemake.output.table)
