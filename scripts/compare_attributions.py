"""Compare attribution methods of one model: discarding, localisation and cost."""

from itertools import product
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import torch

from playfair.attribution.explained_model import ExplainedModel
from playfair.attribution.games.from_model import make_game, place_model
from playfair.attribution.methods.registry import method_class
from playfair.data.clips.ground_truth import read_ground_truth
from playfair.data.stores.attribution_store import read_given_values
from playfair.data.stores.esv_store import read_esvs
from playfair.errors import InputError
from playfair.evaluation.compared import compared_values, esv_values
from playfair.evaluation.comparison import clip_table, curve_table, discard_frames, measure_costs
from playfair.files import write_csv
from playfair.logs import log_to

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

log_to(snakemake.log[0])

torch.set_num_threads(snakemake.threads)
params, files = snakemake.params, snakemake.input
options, sections = params.options, params.sections
named = {name: files[name] for name in ("features", "priors", "labels", "heads")}
model = ExplainedModel(params.model, device=params.device, **named)
network, device = place_model(model.heads, model.device)
truth = read_ground_truth(files.ground_truth, params.evidence_rate) if files.ground_truth else None
path_of = dict(zip(product(sections, options["n_frames"]), files.of_methods, strict=True))
place = {uid: number for number, uid in enumerate(model.store.uid)}
tables: dict[str, list[pd.DataFrame]] = {"clips": [], "curves": [], "costs": []}

for n_frames, path in zip(options["n_frames"], files.esvs, strict=True):
    own = read_esvs(path)
    unknown = [uid for uid in own.uid if uid not in place]
    if unknown or not len(own.uid):
        raise InputError(
            f"{path} has {len(own.uid)} videos, of which {files.features} lacks {len(unknown)}: "
            f"make both from the same videos, some of them of {n_frames} frames or more"
        )
    videos = zip(own.uid, own.frame_idx, strict=True)
    features = torch.from_numpy(
        np.stack([model.store.features(place[uid])[frames] for uid, frames in videos])
    )
    values = {
        name: esv_values(read_esvs(path_of[name, n_frames]), own)
        if method_class(section["method"]).gives_esvs
        else read_given_values(path_of[name, n_frames], own.uid, n_frames)
        for name, section in sections.items()
    }
    for name, given in zip(params.given, files.given, strict=True):
        values[name] = read_given_values(given, own.uid, n_frames)
    compared = compared_values(own, values, truth)
    game = make_game(network, features[:1].to(device), model.priors)
    discarded = discard_frames(game, features, compared)
    timed = np.random.default_rng(n_frames).permutation(len(own.uid))[: options["timed_clips"]]
    costs = measure_costs(
        game,
        features[timed],
        {"esv": params.model["attribution"], **sections},
        own.label[timed],
    )
    found = {
        "clips": clip_table(compared, discarded),
        "curves": curve_table(compared, discarded),
        "costs": costs,
    }
    for name, table in found.items():
        tables[name].append(table.assign(model=snakemake.wildcards.model, n_frames=n_frames))

for name, parts in tables.items():
    write_csv(pd.concat(parts), snakemake.output[name])
