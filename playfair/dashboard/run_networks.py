"""The networks of a finished run, for tables of its stored features."""

from pathlib import Path

import torch

from playfair.dashboard.tables import TableMaker
from playfair.models.heads.loading import load_heads
from playfair.runs import Run
from playfair.trust import Trust


def table_maker(directory: Path, name: str, trust: Trust) -> TableMaker:
    """What makes the tables of a model of a run.

    Raises:
        InputError: if its networks or features are missing, have changed, or are made by a function
            that nobody trusts.
    """
    # One video's products are small: threads would take the cores of others for nothing.
    torch.set_num_threads(1)
    run = Run(directory, trust)
    model = run.heads(name)
    stores = run.features(model)
    feature_dim = stores[0].feature_dim
    heads = load_heads(model.options, model.heads, feature_dim, len(model.class_name))
    score = model.options["attribution"].get("score", "probability")
    return TableMaker(heads, model.prior, stores, model.frame_sampling, score)
