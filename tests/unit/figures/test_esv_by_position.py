import dataclasses

import numpy as np
import pytest

from playfair.figures.esv_by_position import esv_by_position_table, plot_esv_by_position
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
    table = esv_by_position_table({"trn": {2: small_table()}})
    assert table["position"].tolist() == [1, 2]
    assert table["video_count"].tolist() == [4, 4]
    assert table["unlabelled_count"].tolist() == [1, 1]
    np.testing.assert_allclose(table["esv_mean"], [0.2, -0.1], rtol=1e-6)
    np.testing.assert_allclose(table["esv_median"], [0.2, -0.15], rtol=1e-6)
    np.testing.assert_allclose(table["esv_q75"], [0.225, 0.025], rtol=1e-6)
    np.testing.assert_allclose(table["supporting_share"], [1, 1 / 4])
    half_width = 1.959964 * np.sqrt(0.02 / 3) / np.sqrt(4)
    np.testing.assert_allclose(table["esv_high"][0] - 0.2, half_width, rtol=1e-5)


def test_mean_esvs_add_up_to_mean_score_minus_prior():
    results = collated(n_frames=[1, 5])
    table = esv_by_position_table(results)
    for (model, n_frames), rows in table.groupby(["model", "n_frames"]):
        videos = results[model][n_frames]
        score = videos.scores[np.arange(len(videos.label)), videos.label].mean()
        assert rows["esv_mean"].sum() == pytest.approx(score - 1 / 12, abs=1e-6)


def test_lines_of_the_figure_are_the_table():
    table = esv_by_position_table(collated(n_frames=[1, 3]))
    figure = plot_esv_by_position(table)
    panels = [axes for axes in figure.get_axes() if axes.get_visible()]
    titles = [axes.get_title(loc="left") for axes in panels]
    assert titles == ["1 frame", "3 frames"] * 2
    for axes, n_frames, column in zip(
        panels, (1, 3, 1, 3), ["esv_mean"] * 2 + ["supporting_share"] * 2, strict=True
    ):
        lines = {line.get_label(): line for line in axes.lines}
        for model in ("trn", "tsn"):
            rows = table[(table["model"] == model) & (table["n_frames"] == n_frames)]
            assert lines[model.upper()].get_xdata().tolist() == rows["position"].tolist()
            np.testing.assert_allclose(lines[model.upper()].get_ydata(), rows[column])


def test_the_figure_says_which_class_videos_without_a_label_are_explained_for():
    whole = plot_esv_by_position(esv_by_position_table(collated(n_frames=[2])))
    assert "label" not in whole.get_suptitle()
    some = plot_esv_by_position(esv_by_position_table({"trn": {2: small_table()}}))
    assert "1 video without a label: predicted class" in some.get_suptitle()
    none = plot_esv_by_position(esv_by_position_table(collated(n_frames=[2], labelled=False)))
    assert "No video has a label" in none.get_suptitle()
    words = [block.get_suptitle() for block in none.subfigs]
    assert all("predicted class" in line and "true class" not in line for line in words)
