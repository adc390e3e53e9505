import dataclasses

import numpy as np
import pytest

from playfair.figures.esv_by_position import (
    esv_by_position_table,
    lengths_to_draw,
    plot_esv_by_position,
)
from tests.unit.figures.stand_in import collated, esv_table


def small_table():
    whole = esv_table("trn", 2, video_count=4, class_count=2)
    esv = np.zeros((4, 2, 2), dtype=np.float32)
    label = np.array([0, 1, 1, -1])
    for video, values in enumerate([(0.1, -0.2), (0.3, 0.4), (0.2, -0.5), (0.2, -0.1)]):
        esv[video, :, max(label[video], 0)] = values
    scores = np.array([[0.2, 0.8], [0.3, 0.7], [0.4, 0.6], [0.9, 0.1]])
    return dataclasses.replace(whole, esv=esv, label=label, scores=scores)


def test_table_holds_statistics_of_the_explained_class_by_position():
    """The true class, and of the last video, which has no label, the predicted one."""
    table = esv_by_position_table({"trn": {2: small_table()}}).query("outcome == 'all'")
    assert table["position"].tolist() == [1, 2]
    assert table["video_count"].tolist() == [4, 4]
    assert table["unlabelled_count"].tolist() == [1, 1]
    np.testing.assert_allclose(table["esv_mean"], [0.2, -0.1], rtol=1e-6)
    np.testing.assert_allclose(table["esv_median"], [0.2, -0.15], rtol=1e-6)
    np.testing.assert_allclose(table["esv_q75"], [0.225, 0.025], rtol=1e-6)
    np.testing.assert_allclose(table["esv_q05"], [0.115, -0.455], rtol=1e-6)
    np.testing.assert_allclose(table["supporting_share"], [1, 1 / 4])
    half_width = 1.959964 * np.sqrt(0.02 / 3) / np.sqrt(4)
    np.testing.assert_allclose(table["esv_high"][0] - 0.2, half_width, rtol=1e-5)


def test_right_and_wrong_videos_and_those_without_a_label_stand_apart():
    table = esv_by_position_table({"trn": {2: small_table()}})
    first = table[table["position"] == 1].set_index("outcome")
    assert first.index.tolist() == ["all", "right", "wrong", "unlabelled"]
    # Right are the videos of 0.3 and 0.2, wrong is that of 0.1.
    np.testing.assert_allclose(first["esv_mean"], [0.2, 0.25, 0.1, 0.2], rtol=1e-6)
    assert first["video_count"].tolist() == [4, 2, 1, 1]
    assert first["unlabelled_count"].tolist() == [1, 0, 0, 1]


def test_mean_esvs_add_up_to_mean_score_minus_prior():
    results = collated(n_frames=[1, 5])
    table = esv_by_position_table(results).query("outcome == 'all'")
    for (model, n_frames), rows in table.groupby(["model", "n_frames"]):
        videos = results[model][n_frames]
        score = videos.scores[np.arange(len(videos.label)), videos.label].mean()
        assert rows["esv_mean"].sum() == pytest.approx(score - 1 / 12, abs=1e-6)


def test_boxes_of_the_figure_are_the_table_on_one_scale():
    table = esv_by_position_table(collated(n_frames=[1, 3]))
    panels = plot_esv_by_position(table).get_axes()
    assert [axes.get_title(loc="left") for axes in panels] == ["1 frame", "3 frames", "", ""]
    assert len({axes.get_ylim() for axes in panels}) == 1
    places = [(model, n_frames) for model in ("trn", "tsn") for n_frames in (1, 3)]
    for axes, (model, n_frames) in zip(panels, places, strict=True):
        rows = table[table["model"].eq(model) & table["n_frames"].eq(n_frames)]
        rows = rows[rows["outcome"] != "all"]
        boxes = [box.get_path().get_extents() for box in axes.patches]
        np.testing.assert_allclose([box.y0 for box in boxes], rows["esv_q25"])
        np.testing.assert_allclose([box.y1 for box in boxes], rows["esv_q75"])
        assert [round((box.x0 + box.x1) / 2) for box in boxes] == rows["position"].tolist()
        means = [line for line in axes.lines if line.get_marker() == "o"]
        drawn = np.concatenate([line.get_ydata() for line in means])
        np.testing.assert_allclose(drawn, rows["esv_mean"])
    counts = table.query("model == 'tsn' and n_frames == 3 and position == 1")
    right, wrong = counts.set_index("outcome")["video_count"][["right", "wrong"]]
    assert panels[-1].get_title(loc="right") == f"{right} right, {wrong} wrong"


@pytest.mark.parametrize(
    ("lengths", "drawn"),
    [([3], [3]), ([1, 2, 4, 8], [1, 2, 4, 8]), ([*range(1, 9)], [2, 4, 6, 8])],
)
def test_of_many_numbers_of_frames_some_are_drawn_the_largest_always(lengths, drawn):
    assert lengths_to_draw(lengths) == drawn


def test_the_figure_says_which_class_videos_without_a_label_are_explained_for():
    whole = plot_esv_by_position(esv_by_position_table(collated(n_frames=[2])))
    assert "label" not in whole.get_suptitle()
    some = plot_esv_by_position(esv_by_position_table({"trn": {2: small_table()}}))
    assert "1 video without a label: predicted class" in some.get_suptitle()
    none = plot_esv_by_position(esv_by_position_table(collated(n_frames=[2], labelled=False)))
    assert "No video has a label" in none.get_suptitle()
    assert "ESV of the predicted class, 60 videos" in none.get_suptitle()
