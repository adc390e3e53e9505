"""The figure of discarding: its table is made of clips, its lines are its tables."""

import numpy as np
import pytest

from playfair.evaluation.intervals import bootstrap_interval
from playfair.figures.discarding import discarding_table, plot_discarding
from tests.unit.figures.layout import assert_publishable
from tests.unit.figures.stand_in import METHODS, comparison_tables

KEY = ["model", "n_frames", "explained", "method"]


def test_areas_are_means_over_clips_with_paired_differences_to_esvs():
    tables = comparison_tables(n_frames=(4, 8))
    # Values from elsewhere may be of some clips only.
    clips = tables["clips"]
    clips = clips[(clips["method"] != "mine") | (clips["uid"] < "0010")]
    table = discarding_table(clips, tables["costs"]).set_index(KEY)
    rows = clips.set_index([*KEY, "uid"])["score_lowest"].sort_index()
    for method, count in (("esv", 40), ("mine", 10), ("best_order", 40)):
        key = ("tsn", 8, "predicted", method)
        found = rows.loc[key]
        assert table.loc[key, "video_count"] == count == len(found)
        assert table.loc[key, "score_lowest"] == pytest.approx(found.mean())
        difference = found - rows.loc[("tsn", 8, "predicted", "esv")].loc[found.index]
        assert table.loc[key, "score_lowest_to_esv"] == pytest.approx(difference.mean())
    mean, low, high = bootstrap_interval(rows.loc[("tsn", 8, "predicted", "esv")].to_numpy())
    esv = table.loc[("tsn", 8, "predicted", "esv")]
    found = esv[["score_lowest", "score_lowest_low", "score_lowest_high"]].to_numpy(np.float64)
    np.testing.assert_allclose(found, [mean, low, high])
    assert (esv[["score_lowest_to_esv_low", "score_lowest_to_esv_high"]] == 0).all()
    assert esv["evaluations"] == 255
    assert np.isnan(table.loc[("tsn", 8, "predicted", "uniform"), "evaluations"])
    assert np.isnan(table.loc[("tsn", 8, "true", "best_order"), "accuracy_lowest"])


def test_lines_of_the_figure_are_its_tables():
    tables = comparison_tables(n_frames=(4, 8))
    table = discarding_table(tables["clips"], tables["costs"])
    axes = plot_discarding(table, tables["curves"]).get_axes()
    curves = tables["curves"].query("model == 'trn' and n_frames == 8 and explained == 'true'")
    drawn = [line.get_ydata().tolist() for line in axes[0].lines]
    assert len(drawn) == 2 * len(METHODS)
    for _, rows in curves.groupby(["method", "first"]):
        assert rows["score"].tolist() in drawn
    for place, explained in ((1, "true"), (2, "predicted")):
        rows = table.query(f"model == 'trn' and n_frames == 8 and explained == '{explained}'")
        dots = [line.get_xdata().item() for line in axes[place].lines]
        assert sorted(dots) == sorted([*rows["score_highest"], *rows["score_lowest"]])
    accuracy = curves.query("method == 'esv' and first == 'lowest'")["accuracy"].dropna()
    assert accuracy.tolist() in [line.get_ydata().tolist() for line in axes[3].lines]


@pytest.mark.parametrize(
    "how",
    [
        {},
        {"labelled": False},
        {"models": ("a_model_with_a_long_name",), "n_frames": (1,)},
        {"models": ("trn", "tsn", "third")},
        {"methods": ("esv", "uniform", "centred_gaussian"), "n_frames": (16,)},
    ],
)
def test_discarding_is_publishable(how):
    tables = comparison_tables(**how)
    table = discarding_table(tables["clips"], tables["costs"])
    assert_publishable(plot_discarding(table, tables["curves"]))
