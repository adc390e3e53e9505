import dataclasses

import numpy as np

from playfair.figures.confused_classes import confused_classes_table, plot_confused_classes
from tests.unit.figures.stand_in import coloured_frames, esv_table

LABEL = np.array([0, 0, 0, 1, 2, -1])
PREDICTED = [1, 1, 0, 2, 0, 1]
CERTAINTY = [0.5, 0.7, 0.9, 0.6, 0.6, 0.9]


def small_table():
    """Twice class 0 is taken for class 1, once 1 for 2, once 2 for 0; the last has no label."""
    whole = esv_table("trn", 2, video_count=6, class_count=3)
    scores = np.full((6, 3), 0.1)
    scores[np.arange(6), PREDICTED] = CERTAINTY
    esv = np.zeros((6, 2, 3))
    esv[0, :, :2] = [[0.3, 0.1], [0.0, 0.4]]
    esv[1, :, :2] = [[0.2, 0.2], [-0.1, 0.1]]
    return dataclasses.replace(whole, label=LABEL, scores=scores, esv=esv)


def test_pairs_come_by_how_often_they_are_confused_with_the_strongest_example():
    table = confused_classes_table({"trn": small_table()}, pairs_per_model=3)
    name = small_table().class_name
    first = table[table["position"] == 1]
    pairs = list(zip(first["class_name"], first["rival_class_name"], strict=True))
    once = sorted([(name[1], name[2]), (name[2], name[0])])
    assert pairs == [(name[0], name[1]), *once]
    assert first["video_count"].tolist() == [2, 1, 1]
    assert first["class_count"].iloc[0] == 3
    assert first["uid"].iloc[0] == "0001"
    assert set(first["outcome"]) == {"wrong"}
    assert len(confused_classes_table({"trn": small_table()}, pairs_per_model=1)) == 2


def test_differences_are_means_over_the_videos_of_a_pair():
    table = confused_classes_table({"trn": small_table()}, pairs_per_model=2)
    pair = table[table["example"] == 0]
    # True minus predicted: .2 and -.4 in one video, 0 and -.2 in the other.
    np.testing.assert_allclose(pair["difference_mean"], [0.1, -0.3])
    half_width = 1.959964 * np.std([0.2, 0.0], ddof=1) / np.sqrt(2)
    np.testing.assert_allclose(pair["difference_high"], [0.1 + half_width, -0.3 + half_width])
    np.testing.assert_allclose(pair["esv"], [0.2, -0.1])
    alone = table[table["example"] == 1]
    assert alone["difference_low"].isna().all()


def test_bars_of_the_figure_are_the_means_and_it_says_how_many_videos_there_are():
    table = confused_classes_table({"trn": small_table()}, pairs_per_model=1)
    figure = plot_confused_classes(table, coloured_frames)
    heights = [bar.get_height() for bar in figure.get_axes()[-1].patches]
    np.testing.assert_allclose(heights, table["difference_mean"])
    assert "2 of 3 videos:" in [text.get_text() for text in figure.texts]


def test_without_wrong_predictions_the_figure_says_so():
    table = dataclasses.replace(small_table(), label=np.array(PREDICTED))
    found = confused_classes_table({"trn": table})
    assert found.empty
    assert "wrong prediction" in plot_confused_classes(found, None).texts[0].get_text()
