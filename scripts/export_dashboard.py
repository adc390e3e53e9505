"""Write the dashboard of the configured data set as plain files."""

from pathlib import Path
from typing import TYPE_CHECKING

import torch

from playfair.attribution.explained_model import ExplainedModel
from playfair.dashboard.export import export_page, telling_uids
from playfair.dashboard.shown_results import ShownResults
from playfair.dashboard.stored_tables import StoredTables
from playfair.dashboard.tables import TableMaker
from playfair.files import read_csv
from playfair.logs import log_to

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

log_to(snakemake.log[0])

torch.set_num_threads(snakemake.threads)
files, params = snakemake.input, snakemake.params
results = ShownResults(
    Path("results", params.dataset),
    files.ground_truth or None,
    params.evidence_rate,
    list(params.models),
)
makers: dict[str, TableMaker | StoredTables] = {
    name: StoredTables(results, name) for name, model in results.models.items() if model.sees_clips
}
for name, features in params.features.items():
    model = ExplainedModel(
        params.models[name],
        heads=params.heads[name],
        features=features,
        priors=params.priors[name],
        labels=files.labels,
        device="cpu",
    )
    makers[name] = TableMaker(
        model.heads,
        model.priors,
        [model.store],
        params.frame_sampling,
        results.models[name].score,
    )
examples = list(dict.fromkeys(read_csv(files.examples)["uid"]))
count = params.options["clips"]
uids = results.uid if count is None else telling_uids(results, count, examples)
export_page(results, makers, snakemake.output.dashboard, uids)
