"""The figure of localisation by method: means over the clips that it names."""

import pytest

from playfair.figures.localisation_by_method import (
    ALL_CLASSES,
    localisation_by_method_table,
    plot_localisation_by_method,
)
from tests.unit.figures.layout import assert_publishable
from tests.unit.figures.stand_in import comparison_tables


def test_rows_are_means_over_all_clips_and_over_those_that_all_models_get_right():
    clips = comparison_tables()["clips"]
    table = localisation_by_method_table(clips)
    true = clips[(clips["explained"] == "true") & (clips["method"] == "esv")]
    right = true.groupby("uid")["is_right"].all()
    chosen = true[(true["model"] == "trn") & true["uid"].isin(right.index[right])]
    assert 0 < len(chosen) < 40
    name = clips["class_name"].iloc[1]
    for of_clips, class_name, expected in (
        ("right", ALL_CLASSES, chosen),
        ("right", name, chosen[chosen["class_name"] == name]),
        ("all", ALL_CLASSES, true[true["model"] == "trn"]),
    ):
        row = table[
            (table["clips"] == of_clips)
            & (table["class_name"] == class_name)
            & (table["model"] == "trn")
            & (table["method"] == "esv")
        ].iloc[0]
        assert row["video_count"] == len(expected)
        for measure in ("auroc", "average_precision", "mass_inside", "largest_inside"):
            assert row[measure] == pytest.approx(expected[measure].mean())
            assert row[f"{measure}_low"] <= row[measure] <= row[f"{measure}_high"]


def test_dots_of_the_figure_are_the_table():
    table = localisation_by_method_table(comparison_tables()["clips"])
    shown = table[(table["class_name"] == ALL_CLASSES) & (table["model"] == "trn")]
    axes = plot_localisation_by_method(table).get_axes()[0]
    dots = sorted(line.get_xdata().item() for line in axes.lines)
    assert dots == sorted(shown["auroc"])


def test_without_known_evidence_the_figure_says_so():
    clips = comparison_tables()["clips"].assign(auroc=float("nan"), average_precision=float("nan"))
    figure = plot_localisation_by_method(localisation_by_method_table(clips))
    assert "names none" in figure.texts[0].get_text()


@pytest.mark.parametrize(
    "how",
    [{}, {"labelled": False}, {"models": ("my_model",)}, {"methods": ("esv", "uniform")}],
)
def test_localisation_by_method_is_publishable(how):
    table = localisation_by_method_table(comparison_tables(**how)["clips"])
    assert_publishable(plot_localisation_by_method(table))
