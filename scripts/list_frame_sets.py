"""List the smallest sets of frames that keep a prediction, and how many must go to change it."""

from typing import TYPE_CHECKING

import pandas as pd

from playfair.data.stores.esv_store import load_by_model
from playfair.errors import InputError
from playfair.evaluation.frame_sets import (
    frame_set_rows,
    sufficient_frame_rows,
    tables_with_sets,
)
from playfair.files import write_csv
from playfair.logs import log_to

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

log_to(snakemake.log[0])

sizes, frames = [], []
for model, by_n_frames in load_by_model(snakemake.input.collated).items():
    for table in tables_with_sets(by_n_frames):
        sizes.append(frame_set_rows(table).assign(model=model))
        frames.append(sufficient_frame_rows(table).assign(model=model))
if not sizes:
    raise InputError(
        "no model comes with frame sets: explain one by the method exact, with "
        "attribution.frame_sets true where it has more than 12 frames"
    )
write_csv(pd.concat(sizes), snakemake.output.sizes)
order = ["uid", "model", "n_frames", "frame_idx"]
write_csv(pd.concat(frames)[order], snakemake.output.frames)
