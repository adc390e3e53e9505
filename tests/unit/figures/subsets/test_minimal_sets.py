import dataclasses

import numpy as np
import pandas as pd
import pytest

from playfair.evaluation.frame_sets import bound_rows, frame_set_rows
from playfair.figures.subsets.minimal_sets import plot_minimal_sets
from playfair.figures.subsets.set_sizes import (
    bounds_table,
    chosen_examples,
    minimal_sets_table,
    sets_of_examples,
)
from tests.unit.figures.layout import assert_publishable
from tests.unit.figures.stand_in import coloured_frames
from tests.unit.figures.subsets.sets import small_sizes, with_sets

LONG = "videomae_base_finetuned_on_something_something_version_two"


def drawn(models, lengths=(2, 4, 8), frames=coloured_frames, bounded=False, **options):
    by_model = {model: {n: with_sets(model, n, **options) for n in lengths} for model in models}
    sizes = pd.concat(
        frame_set_rows(table).assign(model=model)
        for model, tables in by_model.items()
        for table in tables.values()
    )
    drawn_at = max([n for n in lengths if n <= 10] or lengths)
    chosen = {model: tables[drawn_at] for model, tables in by_model.items()}
    strips = sets_of_examples(chosen_examples(sizes), chosen, fps=8.0)
    found = bounds_table(bounds(models)) if bounded else pd.DataFrame()
    return plot_minimal_sets(minimal_sets_table(sizes), strips, frames, found)


def bounds(models):
    """Of three videos of every model, one of them without a label."""
    table = with_sets(models[0], 24, video_count=3)
    table = dataclasses.replace(table, label=np.array([0, 1, -1]))
    keeps, gone = np.zeros((2, 3, 24), bool)
    keeps[0, :1] = keeps[1, 4:6] = keeps[2, 9:12] = True
    gone[0, :5] = True
    return pd.concat(bound_rows(table, keeps, gone).assign(model=model) for model in models)


def test_lines_of_the_figure_are_the_means_and_shares_of_the_table():
    models = ("trn", "tsn")
    sizes = pd.concat(
        frame_set_rows(with_sets(model, n)).assign(model=model) for model in models for n in (2, 8)
    )
    table = minimal_sets_table(sizes)
    figure = drawn(models, lengths=(2, 8))
    means, _, shares, _ = figure.get_axes()[:4]
    of = table[(table["class_name"] == "") & (table["measure"] == "keep")]
    for line, spread, model in zip(means.lines, shares.lines, models, strict=True):
        rows = of[of["model"] == model]
        np.testing.assert_allclose(line.get_ydata(), rows[rows["count"] == 1]["mean"])
        np.testing.assert_allclose(spread.get_ydata(), rows[rows["n_frames"] == 8]["share"])
    assert figure.texts[1].get_text().startswith("60 videos")


@pytest.mark.parametrize(
    ("models", "options"),
    [
        (("trn", "tsn", "clip"), {"bounded": True}),
        (("trn", "tsn", LONG, "d", "e", "f", "g"), {}),
        (("trn",), {"lengths": (1,)}),
        (("trn", "tsn"), {"lengths": (4, 12), "class_count": 60, "video_count": 120}),
        (("trn",), {"lengths": (12,)}),
        (("trn",), {"labelled": False, "frames": None}),
    ],
)
def test_minimal_sets_are_publishable_on_a_page(models, options):
    figure = drawn(models, **options)
    assert_publishable(figure)
    assert figure.get_size_inches()[1] <= 11.69


def test_bounds_are_called_so_in_the_table_and_in_words():
    found = bounds_table(bounds(["trn"])).set_index("measure")
    assert found["mean"].to_dict() == {"keep_at_most": 2, "must_go_at_most": (5 + 24 + 24) / 3}
    assert set(found["n_frames"]) == {"all"} and set(found["unlabelled_count"]) == {1}
    assert bounds(["trn"])["frame_idx"].str.split().str.len().tolist() == [1, 2, 3]
    said = [text.get_text() for text in drawn(["trn"], bounded=True).texts]
    assert "TRN: at most 2.00 keep, at most 17.67 must go (3 videos)" in said
    assert any("upper bounds" in words for words in said)
    assert not any("at most" in text.get_text() for text in drawn(["trn"]).texts)


def test_without_sets_the_figure_says_so():
    nothing = minimal_sets_table(small_sizes()).iloc[:0]
    assert "no sets" in plot_minimal_sets(nothing, nothing, None, nothing).texts[0].get_text()
