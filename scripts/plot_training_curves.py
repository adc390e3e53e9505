"""Plot loss and accuracy per epoch of every network."""

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from playfair.figures.drawing.style import save_figure
from playfair.figures.training_curves import plot_training_curves, training_curves_table
from playfair.files import write_csv
from playfair.logs import log_to

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

log_to(snakemake.log[0])

logs = {}
for path in map(Path, snakemake.input.training_logs):
    part = path.stem.removeprefix("head").strip("_").replace("_", " ")
    logs[f"{path.parent.name} {part}".strip()] = pd.read_csv(path)
table = training_curves_table(logs)
save_figure(plot_training_curves(table), snakemake.output.png, snakemake.output.pdf)
write_csv(table, snakemake.output.table)
