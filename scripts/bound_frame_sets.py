"""Search all frames of some videos for small sets that keep or change a prediction."""

from itertools import islice
from typing import TYPE_CHECKING

import pandas as pd
import torch
from tqdm import tqdm

from playfair.attribution.explained_model import ExplainedModel
from playfair.attribution.games.from_model import make_game, place_model
from playfair.attribution.greedy_sets import greedy_frame_sets
from playfair.data.stores.esv_store import read_all_frames_esvs
from playfair.errors import InputError
from playfair.evaluation.frame_sets import bound_rows
from playfair.files import write_csv
from playfair.logs import log_to

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

log_to(snakemake.log[0])

torch.set_num_threads(snakemake.threads)
params, files = snakemake.params, snakemake.input
named = {name: files[name] for name in ("features", "priors", "labels", "heads")}
model = ExplainedModel(params.model, device=params.device, **named)
if not params.videos:
    raise InputError(
        "figures.minimal_sets.every_frame_videos is 0: say how many videos are to be searched"
    )
network, device = place_model(model.heads, model.device)
place = {uid: number for number, uid in enumerate(model.store.uid)}
rows = []
tables = islice(read_all_frames_esvs(files.esvs), params.videos)
for table in tqdm(tables, desc="frame sets", total=params.videos, unit="video"):
    features = torch.from_numpy(model.store.features(place[table.uid[0]])[None]).to(device)
    game = make_game(network, features, model.priors)
    found = greedy_frame_sets(game, table.predicted, seed=params.model["all_frames"]["seed"])
    rows.append(bound_rows(table, found.sufficient, found.necessary))
write_csv(pd.concat(rows), snakemake.output.bounds)
