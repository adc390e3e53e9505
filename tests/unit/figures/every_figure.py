"""Every figure of the catalogue, drawn from stand-ins: 174 classes, 16 elements, long names."""

import functools

import numpy as np
import pandas as pd

from playfair.evaluation.frame_order import ORDERS, follow_frames, order_rows
from playfair.evaluation.frame_sets import AT_MOST, frame_set_rows
from playfair.figures.class_by_position import class_by_position_table, plot_class_by_position
from playfair.figures.confused_classes import confused_classes_table, plot_confused_classes
from playfair.figures.discarding import discarding_table, plot_discarding
from playfair.figures.esv_by_length import esv_by_length_table, plot_esv_by_length
from playfair.figures.esv_by_position import esv_by_position_table, plot_esv_by_position
from playfair.figures.every_frame import every_frame_table, plot_every_frame
from playfair.figures.filmstrips import Example, filmstrips_table, plot_filmstrips, select_examples
from playfair.figures.frame_order import frame_order_table, plot_frame_order
from playfair.figures.localisation import localisation_table, plot_localisation
from playfair.figures.localisation_by_method import (
    localisation_by_method_table,
    plot_localisation_by_method,
)
from playfair.figures.masking_check import masking_check_table, plot_masking_check
from playfair.figures.performance import performance_table, plot_performance
from playfair.figures.sampling.approximation import approximation_table, plot_approximation
from playfair.figures.sampling_error import plot_sampling_error, sampling_error_table
from playfair.figures.subsets.interactions import interactions_table, plot_interactions
from playfair.figures.subsets.minimal_sets import plot_minimal_sets
from playfair.figures.subsets.set_sizes import (
    chosen_examples,
    minimal_sets_table,
    sets_of_examples,
)
from playfair.figures.training_curves import plot_training_curves, training_curves_table
from tests.unit.figures.sampling.test_approximation import runs as approximation_runs
from tests.unit.figures.stand_in import (
    collated,
    coloured_frames,
    comparison_tables,
    esv_table,
    every_frame_tables,
    ground_truth_table,
    sampling_runs,
    training_log,
)
from tests.unit.figures.subsets.sets import with_sets

LONG = "videomae_base_finetuned_on_something_something_version_two"
MODELS = ("trn", "tsn", LONG)
VIDEOS = 348


@functools.cache
def results(labelled):
    return collated(
        models=MODELS, n_frames=(2, 8, 16), class_count=174, video_count=VIDEOS, labelled=labelled
    )


def longest(labelled):
    return {model: by_n_frames[16] for model, by_n_frames in results(labelled).items()}


def order_runs(models=MODELS, labelled=True, n_frames=4):
    """Runs of stand-ins, whose ESVs do not follow their frames at all."""
    parts = []
    for model in models:
        own = esv_table(model, n_frames, video_count=30, labelled=labelled)
        videos = np.arange(30)
        backwards = np.tile(np.arange(n_frames)[::-1], (30, 1))
        for order in ORDERS:
            esv = own.esv if order == "as_is" else follow_frames(own.esv, backwards)
            parts.append(order_rows(own, videos, order, own.scores, esv).assign(model=model))
    return pd.concat(parts, ignore_index=True)


def masking_runs(models=MODELS, labelled=True, n_elements=16):
    generator = np.random.default_rng(8)
    rows = [
        (model, fill, f"{video:04d}", kept, labelled, *generator.random(2) * kept / n_elements)
        for model in models
        for fill in ("nearest", "resample", "mean", "black", "blur", "drop")
        for video in range(5)
        for kept in range(1, n_elements + 1)
    ]
    names = ["model", "fill", "uid", "kept", "is_labelled", "accuracy", "score"]
    return pd.DataFrame(rows, columns=names)


def _filmstrips(labelled):
    table = filmstrips_table(
        select_examples(longest(labelled)), longest(labelled), ground_truth_table(VIDEOS), 8.0
    )
    return lambda: plot_filmstrips(table, coloured_frames)


def _confused_classes(labelled):
    table = confused_classes_table(longest(labelled), 2, ground_truth_table(VIDEOS), 8.0)
    return lambda: plot_confused_classes(table, coloured_frames)


def _every_frame(labelled):
    tables = every_frame_tables(MODELS, labelled=labelled)
    videos = {table.uid[0]: table.class_name[3] for table in tables}
    examples = pd.DataFrame(videos.items(), columns=["uid", "class_name"])
    table = every_frame_table(examples, tables, 8.0, ground_truth_table())
    return lambda: plot_every_frame(table, coloured_frames)


def _localisation(labelled):
    table = localisation_table(results(labelled), ground_truth_table(VIDEOS))
    return lambda: plot_localisation(table)


def _compared(labelled):
    return comparison_tables(MODELS, n_frames=(16,), labelled=labelled)


def _localisation_by_method(labelled):
    table = localisation_by_method_table(_compared(labelled)["clips"])
    return lambda: plot_localisation_by_method(table)


def _discarding(labelled):
    tables = _compared(labelled)
    table = discarding_table(tables["clips"], tables["costs"])
    return lambda: plot_discarding(table, tables["curves"])


def _frame_order(labelled):
    runs = order_runs(labelled=labelled)
    table = frame_order_table(runs)
    return lambda: plot_frame_order(table, runs)


def _masking_check(labelled):
    table = masking_check_table(masking_runs(labelled=labelled))
    return lambda: plot_masking_check(table)


def _training_curves(labelled):
    logs = {f"{LONG}_{scale}_frames": training_log(scale, 5) for scale in range(1, 17)}
    table = training_curves_table(logs)
    return lambda: plot_training_curves(table)


def _sampling_error(labelled):
    table = sampling_error_table(sampling_runs(models=MODELS))
    return lambda: plot_sampling_error(table)


def _approximation(labelled):
    runs = approximation_runs(MODELS, n_frames=(8, 12, 16, 20))
    table = approximation_table(runs)
    return lambda: plot_approximation(table, 2)


def _with_sets(labelled, n_frames=16):
    options = {"class_count": 174, "video_count": VIDEOS, "labelled": labelled}
    return {model: with_sets(model, n_frames, **options) for model in MODELS}


def _interactions(labelled):
    tables = _with_sets(labelled)
    table = interactions_table(tables)
    of_videos = table[table["of"] == "video"].drop_duplicates("model")
    examples = [Example(row.model, row.uid) for row in of_videos.itertuples()]
    strips = filmstrips_table(examples, tables, ground_truth_table(VIDEOS), 8.0)
    return lambda: plot_interactions(table, strips, coloured_frames)


def _minimal_sets(labelled):
    lengths = {n_frames: _with_sets(labelled, n_frames) for n_frames in (8, 16)}
    sizes = pd.concat(
        frame_set_rows(table).assign(model=model)
        for tables in lengths.values()
        for model, table in tables.items()
    )
    strips = sets_of_examples(chosen_examples(sizes), lengths[8], 8.0)
    table = minimal_sets_table(sizes)
    bounds = [(model, measure, 2.5, 3) for model in MODELS for measure in AT_MOST]
    found = pd.DataFrame(bounds, columns=["model", "measure", "mean", "video_count"])
    return lambda: plot_minimal_sets(table, strips, coloured_frames, found)


def _of_results(make_table, plot):
    def case(labelled):
        table = make_table(results(labelled))
        return lambda: plot(table)

    return case


CASES = {
    "approximation": _approximation,
    "class_by_position": _of_results(class_by_position_table, plot_class_by_position),
    "confused_classes": _confused_classes,
    "discarding": _discarding,
    "esv_by_length": _of_results(esv_by_length_table, plot_esv_by_length),
    "esv_by_position": _of_results(esv_by_position_table, plot_esv_by_position),
    "every_frame": _every_frame,
    "filmstrips": _filmstrips,
    "frame_order": _frame_order,
    "interactions": _interactions,
    "localisation": _localisation,
    "localisation_by_method": _localisation_by_method,
    "masking_check": _masking_check,
    "minimal_sets": _minimal_sets,
    "performance": _of_results(performance_table, plot_performance),
    "sampling_error": _sampling_error,
    "training_curves": _training_curves,
}
"""By figure: a function of whether there are labels, which returns one that draws the figure."""
