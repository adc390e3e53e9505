import numpy as np
import pandas as pd
import pytest

from playfair.evaluation.frame_order import ORDERS
from playfair.figures.frame_order import frame_order_table, plot_frame_order
from tests.unit.figures.every_figure import LONG, order_runs
from tests.unit.figures.layout import assert_publishable


def small_runs():
    """Two videos of two frames; backwards one is wrong, and its ESVs change by .1 and .3."""
    rows = []
    for order, right, esv in (
        ("as_is", [True, True], [[0.1, 0.4], [0.2, 0.0]]),
        ("reversed", [True, False], [[0.1, 0.4], [0.3, 0.3]]),
        ("shuffled", [True, True], [[0.4, 0.1], [0.2, 0.0]]),
    ):
        for video, uid in enumerate(("a", "b")):
            for position in (1, 2):
                values = (uid, order, 2, True, right[video], right[video], 0.5, position)
                rows.append((*values, esv[video][position - 1]))
    names = ["uid", "order", "n_frames", "is_labelled", "is_right", "keeps_prediction", "score"]
    return pd.DataFrame(rows, columns=[*names, "position", "esv"]).assign(model="trn")


def test_table_compares_every_order_with_the_frames_as_they_are():
    table = frame_order_table(small_runs()).set_index("order")
    assert table.index.tolist() == list(ORDERS)
    assert table["accuracy"].tolist() == [1, 0.5, 1]
    assert table["kept"].tolist() == [1, 0.5, 1]
    assert table["video_count"].tolist() == [2, 2, 2]
    np.testing.assert_allclose(table["esv_difference"], [0, 0.1, 0.15])
    np.testing.assert_allclose(table["esv_difference_max"], [0, 0.3, 0.3])
    # Backwards the second video's ESVs are all the same: it has no correlation.
    np.testing.assert_allclose(table["esv_correlation"], [1, 1, 0], atol=1e-12)
    # Wilson, of one in two.
    assert table["accuracy_low"]["reversed"] == pytest.approx(0.0945, abs=1e-4)


def test_points_of_the_figure_are_the_frames_of_the_runs():
    runs = small_runs()
    figure = plot_frame_order(frame_order_table(runs), runs)
    _, score, _, frames = figure.get_axes()[:4]
    assert score.lines[0].get_ydata().tolist() == [0.5] * 3
    backwards = frames.lines[1]
    np.testing.assert_allclose(backwards.get_xdata(), [0.1, 0.4, 0.2, 0.0])
    np.testing.assert_allclose(backwards.get_ydata(), [0.1, 0.4, 0.3, 0.3])
    assert frames.get_title(loc="left") == "TRN: n = 2\ncorrelation 1.00, 0.00"


@pytest.mark.parametrize(
    "options",
    [{"models": ("trn", "tsn")}, {"models": ("trn", "tsn", LONG, "d")}, {"models": ("my_model",)}],
)
def test_frame_order_is_publishable(options):
    runs = order_runs(**options)
    assert_publishable(plot_frame_order(frame_order_table(runs), runs))


def test_without_labels_there_is_no_accuracy():
    runs = order_runs(["trn"], labelled=False)
    table = frame_order_table(runs)
    assert set(table["unlabelled_count"]) == {30}
    assert table["accuracy"].isna().all()
    figure = plot_frame_order(table, runs)
    assert_publishable(figure)
    assert not figure.get_axes()[0].axison
    assert figure.get_axes()[1].get_title(loc="left") == "score of the predicted class"
