"""Draw the synthetic data set."""

from pathlib import Path
from typing import TYPE_CHECKING

from playfair.data.synthetic.dataset import make_synthetic_dataset
from playfair.logs import log_to

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

log_to(snakemake.log[0])

options = snakemake.params.options
make_synthetic_dataset(
    Path(snakemake.output.labels).parent,
    n_train=options["n_train"],
    n_validation=options["n_validation"],
    seed=options["seed"],
    workers=snakemake.threads,
)
