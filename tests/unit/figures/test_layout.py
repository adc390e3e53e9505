import functools

import pandas as pd
import pytest

from playfair.figures.class_by_position import class_by_position_table, plot_class_by_position
from playfair.figures.confused_classes import confused_classes_table, plot_confused_classes
from playfair.figures.drawing.style import new_figure
from playfair.figures.esv_by_length import esv_by_length_table, plot_esv_by_length
from playfair.figures.esv_by_position import esv_by_position_table, plot_esv_by_position
from playfair.figures.every_frame import every_frame_table, plot_every_frame
from playfair.figures.filmstrips import filmstrips_table, plot_filmstrips, select_examples
from playfair.figures.localisation import localisation_table, plot_localisation
from playfair.figures.performance import performance_table, plot_performance
from playfair.figures.sampling_error import plot_sampling_error, sampling_error_table
from playfair.figures.training_curves import plot_training_curves, training_curves_table
from tests.unit.figures.layout import (
    assert_publishable,
    drawn_texts,
    texts_outside,
    texts_overlapping,
)
from tests.unit.figures.stand_in import (
    collated,
    coloured_frames,
    every_frame_tables,
    ground_truth_table,
    sampling_runs,
    training_log,
)

CASES = {
    "default": {},
    "one_model_three_classes": {
        "models": ("my_model",),
        "n_frames": range(1, 4),
        "class_count": 3,
    },
    "one_frame": {"models": ("trn",), "n_frames": [1], "class_count": 3},
    "unlabelled": {"n_frames": [2, 4], "labelled": False},
}


@functools.cache
def results(case):
    return collated(**CASES[case])


@pytest.mark.parametrize("case", CASES)
def test_performance_is_publishable(case):
    assert_publishable(plot_performance(performance_table(results(case))))


@pytest.mark.parametrize("case", CASES)
def test_esv_by_position_is_publishable(case):
    assert_publishable(plot_esv_by_position(esv_by_position_table(results(case))))


@pytest.mark.parametrize("case", CASES)
def test_esv_by_length_is_publishable(case):
    assert_publishable(plot_esv_by_length(esv_by_length_table(results(case))))


@pytest.mark.parametrize("case", CASES)
def test_class_by_position_is_publishable(case):
    assert_publishable(plot_class_by_position(class_by_position_table(results(case))))


@pytest.mark.parametrize("case", CASES)
def test_localisation_is_publishable(case):
    truth = ground_truth_table(CASES[case].get("video_count", 60))
    assert_publishable(plot_localisation(localisation_table(results(case), truth)))


@pytest.mark.parametrize(
    ("case", "shape"),
    [
        *((case, (32, 32)) for case in CASES),
        ("one_model_three_classes", (56, 32)),
        ("default", (56, 32)),
    ],
)
def test_filmstrips_are_publishable(case, shape):
    n_frames = max(next(iter(results(case).values())))
    tables = {model: by_n_frames[n_frames] for model, by_n_frames in results(case).items()}
    table = filmstrips_table(select_examples(tables), tables, fps=8.0)
    frames = functools.partial(coloured_frames, height=shape[0], width=shape[1])
    assert_publishable(plot_filmstrips(table, frames))


@pytest.mark.parametrize("case", ["default", "one_frame"])
def test_confused_classes_are_publishable(case):
    tables = {model: by_n_frames[max(by_n_frames)] for model, by_n_frames in results(case).items()}
    table = confused_classes_table(tables, 1)
    assert len(table)
    assert_publishable(plot_confused_classes(table, coloured_frames))


@pytest.mark.parametrize("case", CASES)
def test_filmstrips_without_pictures_are_publishable(case):
    n_frames = max(next(iter(results(case).values())))
    tables = {
        model: by_n_frames[n_frames]
        for model, by_n_frames in results(case).items()
        if n_frames in by_n_frames
    }
    table = filmstrips_table(select_examples(tables), tables)
    figure = plot_filmstrips(table, None)
    assert_publishable(figure)
    written = [text.get_text() for text in figure.texts]
    assert written.count(str(table["frame_idx"].max())) >= 1


@pytest.mark.parametrize(
    ("options", "shape", "factor"),
    [
        ({}, (32, 56), 1),
        ({"models": ("trn", "tsn", "my_own_model_with_a_name", "d", "e", "f")}, (64, 64), 1),
        ({"models": ("trn",), "lengths": (1, 2, 3)}, (56, 32), 1),
        ({"lengths": (90,)}, (32, 32), 0.3),
        ({}, (32, 32), 0.01),
        ({"labelled": False}, None, 3),
    ],
)
def test_every_frame_is_publishable(options, shape, factor):
    tables = every_frame_tables(**options)
    videos = {table.uid[0]: table for table in tables}
    examples = pd.DataFrame(
        [(uid, table.class_name[3 - place]) for place, (uid, table) in enumerate(videos.items())],
        columns=["uid", "class_name"],
    )
    table = every_frame_table(examples, tables, 8.0, ground_truth_table())
    table[["esv", "esv_se"]] *= factor
    frames = shape and functools.partial(coloured_frames, height=shape[0], width=shape[1])
    assert_publishable(plot_every_frame(table, frames))


@pytest.mark.parametrize("log_count", [1, 3, 12])
def test_training_curves_are_publishable(log_count):
    logs = {f"trn_{scale}_frames": training_log(scale, 30) for scale in range(1, log_count + 1)}
    assert_publishable(plot_training_curves(training_curves_table(logs)))


@pytest.mark.parametrize(
    "options", [{}, {"models": ["trn"], "budgets": [1000], "samplers": ["regression"]}]
)
def test_sampling_error_is_publishable(options):
    assert_publishable(plot_sampling_error(sampling_error_table(sampling_runs(**options))))


def test_the_checks_of_layout_find_what_is_cut_off_and_what_overlaps():
    figure = new_figure(2, 3)
    figure.text(0.9, 0.5, "beyond the right edge")
    figure.text(0.1, 0.5, "one")
    figure.text(0.12, 0.52, "other")
    texts = drawn_texts(figure)
    assert texts_outside(figure, texts) == ["beyond the right edge"]
    assert texts_overlapping(texts) == [("one", "other")]
