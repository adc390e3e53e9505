"""Ask a network of whole clips about reversed and shuffled clips."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import torch

from playfair.attribution.clip_reading import clips_at_once, read_clips
from playfair.attribution.explained_clips import read_explained_clips
from playfair.data.stores.esv_store import read_esvs
from playfair.data.video.gulp import GulpReader
from playfair.evaluation.chosen_videos import chosen_videos
from playfair.evaluation.frame_order import (
    AS_IS,
    REVERSED,
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
options, study = dict(params.model), params.options
weights = files.network[0] if options.pop("is_trained") else options["weights"]
model = read_explained_clips(
    {**options, "weights": weights}, params.prior, params.device, files.labels, files.priors
)
own = read_esvs(files.esvs)
n_elements = own.n_frames
section = {**options["attribution"], "subset_scores": False}
reader = GulpReader(files.gulp)
videos = chosen_videos(len(own.uid), study["clips"], study["seed"])
uids = [str(uid) for uid in own.uid[videos]]
orders = drawn_orders(uids, n_elements, study["seed"])
rows = [order_rows(own, videos, AS_IS, own.scores[videos], own.esv[videos])]
done = 0
for batch in read_clips(
    reader, uids, model.network, n_elements, clips_at_once(options["batch_size"], n_elements)
):
    of_batch = slice(done, done + len(batch.uid))
    elements = batch.clips.unflatten(1, (n_elements, -1))
    for name, order in orders.items():
        places = torch.from_numpy(np.ascontiguousarray(order[of_batch]))
        reordered = elements[torch.arange(len(places))[:, None], places]
        # Played backwards, the frames of an element come in the other order, too.
        clips = (reordered.flip(2) if name == REVERSED else reordered).flatten(1, 2)
        found = model.explain(clips, n_elements, section, batch.label)
        followed = follow_frames(found.esv, order[of_batch])
        rows.append(order_rows(own, videos[of_batch], name, found.scores, followed))
    done += len(batch.uid)
write_csv(pd.concat(rows, ignore_index=True), snakemake.output.runs)
