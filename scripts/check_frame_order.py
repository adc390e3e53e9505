"""Ask a model with a head about reversed and shuffled frames."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import torch

from playfair.attribution.explained_model import ExplainedModel
from playfair.data.stores.esv_store import read_esvs
from playfair.evaluation.chosen_videos import chosen_videos
from playfair.evaluation.frame_order import (
    AS_IS,
    drawn_orders,
    follow_frames,
    order_rows,
)
from playfair.files import write_csv
from playfair.logs import log_to

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

log_to(snakemake.log[0])

torch.set_num_threads(snakemake.threads)
params, files = snakemake.params, snakemake.input
study = params.options
own = read_esvs(files.esvs)
named = {name: files[name] for name in ("features", "priors", "labels", "heads")}
model = ExplainedModel(params.model, device=params.device, **named)
place = {uid: number for number, uid in enumerate(model.store.uid)}
videos = chosen_videos(len(own.uid), study["videos"], study["seed"])
features = np.stack([model.store.features(place[own.uid[v]])[own.frame_idx[v]] for v in videos])
rows = [order_rows(own, videos, AS_IS, own.scores[videos], own.esv[videos])]
for name, order in drawn_orders(own.uid[videos], own.n_frames, study["seed"]).items():
    reordered = np.take_along_axis(features, order[:, :, None], axis=1)
    found = model.explain(reordered, params.model["attribution"], own.label[videos])
    rows.append(order_rows(own, videos, name, found.scores, follow_frames(found.esv, order)))
write_csv(pd.concat(rows, ignore_index=True), snakemake.output.runs)
