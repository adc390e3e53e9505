"""Average what a model says of the training clips, as its score of no frames."""

from typing import TYPE_CHECKING

import torch

from playfair.attribution.mean_output import mean_output
from playfair.data.clips.labels import read_class_names
from playfair.data.stores.feature_store import FeatureStore
from playfair.files import write_rows
from playfair.logs import log_to
from playfair.models.devices import resolve_device
from playfair.models.heads.loading import load_heads

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

log_to(snakemake.log[0])

torch.set_num_threads(snakemake.threads)
files, params = snakemake.input, snakemake.params
class_names = read_class_names(files.labels)
store = FeatureStore(files.features)
heads = load_heads(params.model, files.heads, store.feature_dim, len(class_names))
device = resolve_device(params.device)
prior = mean_output(heads, store, params.n_frames, device, params.frame_sampling)
write_rows(snakemake.output.priors, ("class", "prior"), zip(class_names, prior, strict=True))
