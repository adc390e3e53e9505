import dataclasses

import numpy as np
import pytest

from playfair.evaluation.intervals import wilson_interval
from playfair.figures.performance import performance_table, plot_performance
from tests.unit.figures.stand_in import collated, esv_table


def test_table_holds_accuracy_scores_and_chance_of_labelled_videos():
    whole = esv_table("trn", 2, video_count=4, class_count=3)
    scores = np.array([[0.6, 0.3, 0.1], [0.2, 0.5, 0.3], [0.2, 0.1, 0.7], [0.1, 0.8, 0.1]])
    table = dataclasses.replace(
        whole, scores=scores, label=np.array([0, 0, 2, -1]), prior=np.array([0.5, 0.2, 0.3])
    )
    (row,) = performance_table({"trn": {2: table}}).to_dict("records")
    assert (row["model"], row["n_frames"], row["video_count"]) == ("trn", 2, 3)
    assert row["unlabelled_count"] == 1
    assert row["accuracy"] == pytest.approx(2 / 3)
    assert (row["accuracy_low"], row["accuracy_high"]) == tuple(map(float, wilson_interval(2, 3)))
    assert row["score_mean"] == pytest.approx((0.6 + 0.2 + 0.7) / 3)
    assert row["chance"] == pytest.approx(1 / 3)
    assert row["prior_mean"] == pytest.approx((0.5 + 0.5 + 0.3) / 3)


def test_lines_of_the_figure_are_the_table():
    table = performance_table(collated(n_frames=[1, 2, 4]))
    accuracy_axes, score_axes = plot_performance(table).get_axes()
    for axes, column in ((accuracy_axes, "accuracy"), (score_axes, "score_mean")):
        lines = {line.get_label(): line for line in axes.lines}
        for model in ("trn", "tsn"):
            rows = table[table["model"] == model]
            line = lines[model.upper()]
            assert line.get_xdata().tolist() == [1, 2, 4]
            np.testing.assert_allclose(line.get_ydata(), rows[column])
    chance = [line for line in accuracy_axes.lines if "1 of 12" in str(line.get_label())]
    np.testing.assert_allclose(chance[0].get_ydata(), 1 / 12)


def test_top_five_accuracy_counts_the_true_class_among_the_five_highest():
    whole = esv_table("trn", 2, video_count=3, class_count=7)
    scores = np.tile(np.arange(7) / 21, (3, 1))
    table = dataclasses.replace(whole, scores=scores, label=np.array([6, 2, 1]))
    rows = performance_table({"trn": {2: table}})
    assert rows["accuracy"].item() == pytest.approx(1 / 3)
    assert rows["top5_accuracy"].item() == pytest.approx(2 / 3)
    assert (rows["top5_low"].item(), rows["top5_high"].item()) == tuple(
        map(float, wilson_interval(2, 3))
    )


@pytest.mark.parametrize(("class_count", "lines"), [(5, 0), (6, 1)])
def test_top_five_accuracy_is_drawn_where_there_are_more_classes(class_count, lines):
    table = performance_table({"trn": {2: esv_table("trn", 2, class_count=class_count)}})
    axes, _ = plot_performance(table).get_axes()
    drawn = [line for line in axes.lines if "5 highest" in str(line.get_label())]
    assert len(drawn) == lines


def test_without_labels_the_figure_says_so():
    figure = plot_performance(performance_table(collated(n_frames=[2], labelled=False)))
    assert "No video has a known label" in figure.texts[0].get_text()


def test_with_some_labels_the_figure_says_how_many_videos_are_left_out():
    table = esv_table("trn", 2)
    some = dataclasses.replace(table, label=np.where(np.arange(60) < 7, -1, table.label))
    figure = plot_performance(performance_table({"trn": {2: some}}))
    assert "53 videos, 7 without a label left out" in figure.get_suptitle()


def test_logits_may_lie_outside_of_the_range_of_probabilities():
    whole = esv_table("trn", 2, video_count=3, class_count=3)
    scores = np.array([[4.0, -2.0, -2.0], [3.0, -1.0, -2.0], [2.5, -2.0, -0.5]])
    table = dataclasses.replace(
        whole, scores=scores, label=np.zeros(3, int), attributes={"score": "logit"}
    )
    rows = performance_table({"trn": {2: table}})
    assert rows["score_high"].item() > rows["score_mean"].item() == pytest.approx(9.5 / 3)
    assert plot_performance(rows).get_axes()[1].get_ylim()[1] > 3
