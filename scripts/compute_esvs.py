"""Compute the exact ESVs of one model at one number of frames."""

import sys
from typing import TYPE_CHECKING

import numpy as np
import torch
from tqdm import tqdm

from playfair.attribution.exact import exact_esvs
from playfair.data.esv_store import write_esvs
from playfair.data.feature_store import FeatureStore
from playfair.data.frame_sampling import sample_frame_idx
from playfair.data.labels import read_class_names, read_class_priors
from playfair.files import file_hash
from playfair.logs import log_to
from playfair.models.checkpoints import load_weights
from playfair.models.devices import resolve_device
from playfair.models.heads import TRN, TSN
from playfair.provenance import value_hash

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

log_to(snakemake.log[0])

torch.set_num_threads(snakemake.threads)
options = snakemake.params.model
n_frames = int(snakemake.wildcards.n_frames)
class_names = read_class_names(snakemake.input.labels)
priors = read_class_priors(snakemake.input.priors, class_names)
store = FeatureStore(snakemake.input.features)

if options["head"] == "tsn":
    head = TSN(store.feature_dim, len(class_names))
    model = load_weights(head, snakemake.input.heads[0])
else:
    model = []
    for scale, path in enumerate(snakemake.input.heads, start=1):
        head = TRN(scale, store.feature_dim, options["hidden_dim"], len(class_names))
        model.append(load_weights(head, path))

positions = np.flatnonzero(store.sequence_length >= n_frames)
print(
    f"{len(store) - len(positions)} of {len(store)} videos have fewer than {n_frames} frames",
    file=sys.stderr,
)
attributes = {
    "dataset": snakemake.wildcards.dataset,
    "model": snakemake.wildcards.model,
    "method": "exact",
    "seed": 0,
    "checkpoint_hash": [file_hash(path) for path in snakemake.input.heads],
    "backbone_checkpoint_hash": store.attributes["checkpoint_hash"],
    "config_hash": value_hash(options),
}
batch_size = snakemake.params.batch_size
with (
    write_esvs(snakemake.output.esvs, n_frames, class_names, priors, attributes) as writer,
    tqdm(total=len(positions), desc="ESVs", unit="video") as bar,
):
    for first in range(0, len(positions), batch_size):
        batch = positions[first : first + batch_size]
        frame_idx = np.stack([sample_frame_idx(store.sequence_length[v], n_frames) for v in batch])
        features = np.stack(
            [store.features(v)[idx] for v, idx in zip(batch, frame_idx, strict=True)]
        )
        scores, esv = exact_esvs(
            model, features, priors, device=resolve_device(snakemake.params.device)
        )
        writer.append(
            uid=store.uid[batch],
            label=store.label[batch],
            sequence_length=store.sequence_length[batch],
            frame_idx=frame_idx,
            scores=scores,
            esv=esv,
        )
        bar.update(len(batch))
