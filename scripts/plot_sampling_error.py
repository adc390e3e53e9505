"""Plot how good sampled ESVs are, and what they cost."""

from typing import TYPE_CHECKING

import pandas as pd

from playfair.figures.drawing.style import save_figure
from playfair.figures.sampling_error import plot_sampling_error, sampling_error_table
from playfair.files import write_csv
from playfair.logs import log_to

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

log_to(snakemake.log[0])

table = sampling_error_table(pd.concat([pd.read_csv(path) for path in snakemake.input.runs]))
save_figure(plot_sampling_error(table), snakemake.output.png, snakemake.output.pdf)
write_csv(table, snakemake.output.table)
