"""Ask a network of whole clips about clips of which elements are missing, with every stand-in."""

from typing import TYPE_CHECKING

import pandas as pd
import torch

from playfair.attribution.clip_reading import clips_at_once, read_clips
from playfair.attribution.explained_clips import read_explained_clips, takes_fill
from playfair.data.stores.esv_store import read_subset_scores
from playfair.data.video.gulp import GulpReader
from playfair.evaluation.chosen_videos import chosen_videos
from playfair.evaluation.masking_check import check_masking, check_stored
from playfair.files import write_csv
from playfair.logs import log_to

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

log_to(snakemake.log[0])

torch.set_num_threads(snakemake.threads)
params, files = snakemake.params, snakemake.input
options, study = dict(params.model), params.options
weights = files.network[0] if options.pop("is_trained") else options["weights"]
own = {**options, "weights": weights, "fill": "nearest"}
model = read_explained_clips(own, "uniform", params.device, files.labels)
network = model.network
unit = options["attribution"]["score"]
own_runs = check_stored(read_subset_scores(files.esvs), options["fill"], unit)
models = {
    fill: model.with_fill(fill)
    for fill in dict.fromkeys([options["fill"], *study["fills"]])
    if takes_fill(network, fill, params.n_elements) and (own_runs.empty or fill != options["fill"])
}
reader = GulpReader(files.gulp)
places = chosen_videos(len(reader.uids), study["videos"], study["seed"])
uids = [reader.uids[place] for place in places]
count = clips_at_once(options["batch_size"], params.n_elements)
runs, similarity = check_masking(
    models,
    read_clips(reader, uids, network, params.n_elements, count),
    params.n_elements,
    study["most_subsets"],
    study["seed"],
)
runs = runs if own_runs.empty else pd.concat([own_runs, runs], ignore_index=True)
write_csv(runs, snakemake.output.runs)
write_csv(similarity, snakemake.output.similarity)
