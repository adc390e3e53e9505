import dataclasses

import numpy as np
import pytest
from matplotlib.collections import LineCollection, QuadMesh

from playfair.figures.esv_by_length import esv_by_length_table, plot_esv_by_length
from tests.unit.figures.stand_in import collated, esv_table


def small_tables():
    """Two videos of class 0, the second one wrong, at 1 and at 4 frames."""
    tables = {}
    for n_frames, values in (
        (1, [[0.6], [-0.2]]),
        (4, [[0.5, 0, 0.01, -0.1], [0.1, 0.2, -0.3, 0]]),
    ):
        whole = esv_table("trn", n_frames, video_count=2, class_count=2)
        esv = np.zeros((2, n_frames, 2))
        esv[:, :, 0] = values
        scores = np.array([[0.9, 0.1], [0.3, 0.7]])
        tables[n_frames] = dataclasses.replace(
            whole, esv=esv, scores=scores, label=np.zeros(2, int)
        )
    return {"trn": tables}


def value(table, n_frames, measure, column="value"):
    return table.query(f"n_frames == {n_frames} and measure == '{measure}'")[column].tolist()


def test_shares_of_frames_are_means_over_videos_of_what_is_above_and_below_neutral():
    table = esv_by_length_table(small_tables(), neutral=0.01)
    assert value(table, 1, "supporting") == [0.5]
    assert value(table, 1, "distracting") == [0.5]
    # Of four frames 1 and 2 support, 2 and 1 are neutral, 1 and 1 distract.
    assert value(table, 4, "supporting") == [0.375]
    assert value(table, 4, "neutral") == [0.375]
    assert value(table, 4, "distracting") == [0.25]
    half_width = 1.959964 * np.sqrt(0.03125) / np.sqrt(2)
    assert value(table, 4, "supporting", "low") == [pytest.approx(0.375 - half_width)]
    assert value(esv_by_length_table(small_tables(), neutral=0.15), 4, "neutral") == [0.625]


def test_ends_are_the_first_and_the_last_frame_and_the_mean_of_those_between():
    table = esv_by_length_table(small_tables())
    assert value(table, 4, "first") == [pytest.approx(0.3)]
    assert value(table, 4, "last") == [pytest.approx(-0.05)]
    assert value(table, 4, "others") == [pytest.approx((0.01 - 0.1) / 4)]
    assert value(table, 1, "first") == value(table, 1, "last") == [pytest.approx(0.2)]
    assert np.isnan(value(table, 1, "others")).all()


def test_the_example_is_a_video_that_the_model_gets_right_at_every_number_of_frames():
    table = esv_by_length_table(small_tables())
    assert value(table, 1, "example") == [0.6]
    assert value(table, 4, "example") == [0.5, 0, 0.01, -0.1]
    assert value(table, 4, "example", "position") == [1, 2, 3, 4]
    assert set(value(table, 4, "example", "uid")) == {"0000"}


def test_lines_and_cells_of_the_figure_are_the_table():
    table = esv_by_length_table(collated(n_frames=[1, 3, 4]))
    figure = plot_esv_by_length(table)
    shares, ends, cells = figure.get_axes()[3:6]
    for axes, measures in (
        (shares, ("supporting", "neutral", "distracting")),
        (ends, ("first", "others", "last")),
    ):
        lines = {line.get_label(): line.get_ydata() for line in axes.lines}
        for measure in measures:
            expected = table.query(f"model == 'tsn' and measure == '{measure}'")["value"]
            np.testing.assert_allclose(lines[measure], expected)
    meshes = [mesh for mesh in cells.collections if isinstance(mesh, QuadMesh)]
    drawn = [np.ravel(mesh.get_array()) for mesh in meshes]
    expected = table.query("model == 'tsn' and measure == 'example'")["value"]
    np.testing.assert_allclose(np.concatenate(drawn), expected)
    assert "60 videos; neutral: at most ±0.01" in figure.get_suptitle()


def test_cells_that_distract_bear_a_minus_sign_where_they_are_not_nearly_white():
    figure = plot_esv_by_length(esv_by_length_table(small_tables()))
    cells = figure.get_axes()[2]
    # The last of four frames, -0.1 where the largest is 0.6.
    lines = [one for one in cells.collections if isinstance(one, LineCollection)]
    signs = [tuple(ends.mean(axis=0)) for one in lines for ends in one.get_segments()]
    assert signs == [(0.875, 1)]
