"""Plot the ESVs by position of the frame in the sequence."""

from typing import TYPE_CHECKING

from playfair.data.stores.esv_store import load
from playfair.figures.drawing.style import save_figure
from playfair.figures.esv_by_position import esv_by_position_table, plot_esv_by_position
from playfair.files import write_csv
from playfair.logs import log_to

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

log_to(snakemake.log[0])

collated = [load(path) for path in snakemake.input.collated]
table = esv_by_position_table({results.attributes["model"]: results for results in collated})
save_figure(plot_esv_by_position(table), snakemake.output.png, snakemake.output.pdf)
write_csv(table, snakemake.output.table)
