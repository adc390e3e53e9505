"""The figure about when sampling pays is its table, and stands on a page."""

import numpy as np
import pandas as pd
import pytest

from playfair.figures.sampling.approximation import approximation_table, plot_approximation
from tests.unit.figures.layout import assert_publishable


def runs(models=("trn",), n_frames=(8, 16), samples=(4, 64), iterations=(1, 4)):
    """As many errors as runs, which fall with evaluations; ours are a tenth of the paper's."""
    rows = []
    for model in models:
        for number in n_frames:
            rows.append((model, number, "exact", 0, 0, 2**number - 1, 0.0, 1.0, 0.01 * number))
            for sampler, share in (("constructive", 1.0), ("regression", 0.1)):
                for most in samples:
                    for count in iterations:
                        evaluations = number * most * count
                        for video in (0, 1):
                            error = share * (1 + video) / np.sqrt(evaluations)
                            key = (model, number, sampler, most, count, evaluations)
                            rows.append((*key, error, 1 - error, 0.02))
    columns = ["model", "n_frames", "sampler", "samples_per_scale", "iterations", "evaluations"]
    return pd.DataFrame(rows, columns=[*columns, "error", "correlation", "seconds"])


def test_table_holds_means_and_intervals_over_runs():
    table = approximation_table(runs())
    assert len(table) == 2 * (1 + 2 * 2 * 2) * 3
    row = table.query(
        "n_frames == 16 and sampler == 'regression' and samples_per_scale == 64 "
        "and iterations == 4 and measure == 'error'"
    ).iloc[0]
    low, high = 0.1 / 64, 0.2 / 64
    assert (row["evaluations"], row["run_count"]) == (4096, 2)
    assert row["mean"] == pytest.approx((low + high) / 2)
    assert row["high"] - row["mean"] == pytest.approx(1.959964 * (high - low) / 2, rel=1e-6)


def test_lines_of_the_figure_are_the_table():
    table = approximation_table(runs())
    figure = plot_approximation(table, 2)
    error = table.query("measure == 'error' and n_frames == 16")
    axes = figure.get_axes()[1]
    assert axes.get_title(loc="left") == "16 frames"
    drawn = {line.get_label(): line.get_xydata() for line in axes.lines}
    for label, sampler, count in (
        ("constructive, 1 iteration", "constructive", 1),
        ("constructive, 4 iterations", "constructive", 4),
    ):
        rows = error[(error["sampler"] == sampler) & (error["iterations"] == count)]
        np.testing.assert_allclose(drawn[label], rows[["evaluations", "mean"]])
    ours = error[error["sampler"] == "regression"].sort_values("evaluations")
    np.testing.assert_allclose(drawn["regression"], ours[["evaluations", "mean"]])
    # Exact values stand at their evaluations, and below in time at their seconds.
    assert 2**16 - 1 in {line.get_xdata()[0] for line in axes.lines}
    seconds = {line.get_ydata()[0] for line in figure.get_axes()[5].lines}
    assert 0.16 in seconds


@pytest.mark.parametrize("models", [["trn"], ["trn", "tsn", "a model with a long name of its own"]])
def test_it_is_publishable(models):
    table = approximation_table(runs(models, n_frames=(8, 12, 16, 20), samples=(4, 16, 64)))
    figure = plot_approximation(table, 2)
    assert_publishable(figure)
    assert figure.get_figheight() * 25.4 <= 297
    more = "2 of 3 models, the first" in figure.get_suptitle()
    assert more == (len(models) > 2)


def test_no_video_that_is_long_enough_is_said():
    figure = plot_approximation(approximation_table(runs(models=())), 0)
    assert "No video has as many frames" in "".join(text.get_text() for text in figure.texts)
