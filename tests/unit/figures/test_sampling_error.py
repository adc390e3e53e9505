import numpy as np
import pandas as pd
import pytest

from playfair.figures.sampling_error import plot_sampling_error, sampling_error_table
from tests.unit.figures.stand_in import sampling_runs


def test_table_holds_means_and_intervals_over_videos():
    runs = pd.DataFrame(
        {
            "sequences": "16 frames",
            "model": "trn",
            "sampler": ["regression"] * 2 + ["permutation"] * 2,
            "budget": 256,
            "video": [0, 0, 0, 1],
            "error": [0.1, 0.3, 0.5, 0.5],
            "seconds": [1.0, np.nan, np.nan, np.nan],
        }
    )
    table = sampling_error_table(runs)
    error, seconds, other = table.to_dict("records")
    assert (error["sampler"], error["measure"], error["run_count"]) == ("regression", "error", 2)
    assert (error["video_count"], other["video_count"]) == (1, 2)
    assert error["mean"] == pytest.approx(0.2)
    assert error["high"] - error["mean"] == pytest.approx(1.959964 * 0.1, rel=1e-6)
    assert (seconds["measure"], seconds["mean"], seconds["run_count"]) == ("seconds", 1.0, 1)
    assert (other["sampler"], other["mean"], other["low"]) == ("permutation", 0.5, 0.5)


def test_lines_of_the_figure_are_the_table():
    table = sampling_error_table(sampling_runs(models=["trn"]))
    figure = plot_sampling_error(table)
    panels = {
        axes.get_title(loc="left").replace("\n", " "): axes
        for axes in figure.get_axes()
        if axes.get_title(loc="left") != "Time"
    }
    assert list(panels) == [
        "Error against exact values",
        "Correlation with exact values",
        "Distance to a long run",
        "Standard error",
        "Efficiency gap",
    ]
    for title, measure in (
        ("Error against exact values", "error"),
        ("Efficiency gap", "efficiency_gap"),
    ):
        rows = table[table["measure"] == measure]
        for line, (_, of_sampler) in zip(
            panels[title].lines, rows.groupby("sampler", sort=False), strict=True
        ):
            assert line.get_xdata().tolist() == [256, 1024, 4096]
            np.testing.assert_allclose(line.get_ydata(), of_sampler["mean"])


def test_measures_that_reach_zero_keep_a_linear_scale():
    figure = plot_sampling_error(sampling_error_table(sampling_runs(models=["trn"])))
    scales = {
        axes.get_title(loc="left").replace("\n", " "): axes.get_yscale()
        for axes in figure.get_axes()
    }
    assert scales["Efficiency gap"] == scales["Correlation with exact values"] == "linear"
    assert scales["Error against exact values"] == scales["Time"] == "log"


def test_budgets_are_written_shortly():
    runs = sampling_runs(models=["trn"], budgets=[500, 20_000, 1_000_000])
    axes = plot_sampling_error(sampling_error_table(runs)).get_axes()[0]
    formatter = axes.xaxis.get_major_formatter()
    assert [formatter(budget) for budget in (500, 20_000, 1_000_000)] == ["500", "20 k", "1 M"]


def test_without_runs_the_figure_says_so():
    figure = plot_sampling_error(sampling_error_table(sampling_runs()[:0]))
    assert "Nothing was sampled" in figure.texts[0].get_text()
