"""One clip explained by the models of a finished run, from its video or from its features."""

import argparse
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from playfair.commands.options import is_features, method_options
from playfair.data.stores.esv_table import EsvTable
from playfair.data.stores.feature_sources import read_array
from playfair.errors import InputError
from playfair.evaluation.familiarity import unfamiliarity, words
from playfair.runs import ClipView, Run, RunModel, explain_view
from playfair.trust import trust_of


def explain_with_run(
    options: argparse.Namespace, device: Any
) -> tuple[dict[str, EsvTable], ClipView, list[str]]:
    """The explained clip by model, as all their backbones saw it, and how far from what they know.

    Raises:
        InputError: if two backbones of the run saw the clip at different rates.
    """
    run = Run(options.run, trust_of(options))
    chosen = method_options(options)
    values = read_array(options.clip) if is_features(options.clip) else None
    models = _models(run, options.model, values is not None)
    uid, views = options.clip.stem, {}
    for name in dict.fromkeys(model.options["backbone"] for model in models):
        if values is None:
            views[name] = run.view(options.clip, name, device)
        else:
            views[name] = run.view_of_features(values, uid, name, options.video)
    tables = {}
    for model in models:
        view = views[model.options["backbone"]]
        tables[model.name] = explain_view(view, uid, model, device, options.n_frames, **chosen)
    first = views[models[0].options["backbone"]]
    for model in models:
        view = views[model.options["backbone"]]
        if (view.fps, len(view.features)) != (first.fps, len(first.features)):
            raise InputError(
                f"{run.directory} explains {model.name} at {view.fps:g} frames per second and "
                f"{models[0].name} at {first.fps:g}: explain one of them with --model, or run the "
                "workflow again"
            )
    for name, table in tables.items():
        if table.attributes.get("advice"):
            print(f"note: {name}: {table.attributes['advice']}", file=sys.stderr)
    return tables, first, _familiarity(run, models, views)


def _familiarity(run: Run, models: Sequence[RunModel], views: Mapping[str, ClipView]) -> list[str]:
    """A line for each backbone on how far the clip is from what it knows: any clip gets a class."""
    lines = []
    for name, view in views.items():
        model = next(model for model in models if model.options["backbone"] == name)
        stores, known = run.known_features(model)
        found = unfamiliarity(view.features, stores)
        for store in stores:
            store.close()
        if found is not None:
            lines.append(f"{name}: {words(found, known)}")
    return lines


def _models(run: Run, names: Sequence[str] | None, for_features: bool) -> list[RunModel]:
    """The named models; by default all whose networks are still those of the run."""
    if names:
        model = run.heads if for_features else run.model
        return [model(name) for name in dict.fromkeys(names)]
    models, left_out = run.usable_models(for_features)
    if left_out:
        print(
            f"note: left out {', '.join(left_out)}, whose networks are not those of their "
            f"results, or not trusted (--model {left_out[0]} says why)",
            file=sys.stderr,
        )
    return models
