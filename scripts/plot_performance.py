"""Plot accuracy and true-class score by number of frames."""

from typing import TYPE_CHECKING

from playfair.data.stores.esv_store import load
from playfair.figures.drawing.style import save_figure
from playfair.figures.performance import performance_table, plot_performance
from playfair.files import write_csv
from playfair.logs import log_to

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

log_to(snakemake.log[0])

collated = [load(path) for path in snakemake.input.collated]
table = performance_table({results.attributes["model"]: results for results in collated})
save_figure(plot_performance(table), snakemake.output.png, snakemake.output.pdf)
write_csv(table, snakemake.output.table)
