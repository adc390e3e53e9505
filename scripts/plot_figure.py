"""Draw one figure and write the table of its numbers."""

from importlib import import_module
from typing import TYPE_CHECKING

from playfair.figures.drawing.paper import Paper, drawn_on
from playfair.figures.drawing.style import save_figure
from playfair.files import write_csv
from playfair.logs import log_to

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

log_to(snakemake.log[0])

files = {name: given or None for name, given in snakemake.input.items()}
with drawn_on(Paper(snakemake.params.width)):
    table, figure = import_module(snakemake.params.module).draw(**files, **snakemake.params.options)
save_figure(figure, snakemake.output.png, snakemake.output.pdf)
write_csv(table, snakemake.output.table)
