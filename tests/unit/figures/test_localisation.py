import dataclasses

import numpy as np
import pandas as pd
import pytest

from playfair.figures.localisation import localisation_table, plot_localisation
from tests.unit.figures.stand_in import collated, esv_table, ground_truth_table


def small_table():
    """Video 0 right, 1 wrong, 2 right without positive mass, 3 without label, 4 without truth."""
    whole = esv_table("trn", 2, video_count=5, class_count=2)
    label = np.array([0, 1, 0, -1, 1])
    esv = np.zeros((5, 2, 2))
    for video, values in enumerate([(0.3, 0.1), (-0.1, 0.2), (-0.2, -0.1), (0.4, 0.2), (1, 1)]):
        esv[video, :, max(label[video], 0)] = values
    scores = np.array([[0.9, 0.1], [0.9, 0.1], [0.6, 0.4], [0.5, 0.5], [0.1, 0.9]])
    return dataclasses.replace(
        whole, label=label, esv=esv, scores=scores, frame_idx=np.array([[2, 7]] * 5)
    )


TRUTH = pd.DataFrame(
    {
        "uid": ["0002", "0000", "0001", "0003", "other"],
        "first_frame": [0, 0, 2, 0, 0],
        "last_frame": [9, 4, 6, 9, 9],
    }
)


def test_table_holds_shares_of_right_and_of_all_clips():
    right, everything = localisation_table({"trn": {2: small_table()}}, TRUTH).to_dict("records")
    # video 0: frame 2 inside, 0.3 of 0.4; video 1: frame 2 inside, 0 of 0.2; video 2: no mass
    assert (right["clips"], right["video_count"], right["without_positive_mass"]) == ("right", 2, 1)
    assert right["mass_inside"] == pytest.approx(0.75)
    assert right["uniform_inside"] == pytest.approx((0.5 + 1) / 2)
    assert right["largest_inside"] == 1.0
    # video 3, of no label but predicted as class 0: both frames inside, 0.6 of 0.6
    assert (everything["clips"], everything["video_count"]) == ("all", 4)
    assert (right["unlabelled_count"], everything["unlabelled_count"]) == (0, 1)
    assert everything["mass_inside"] == pytest.approx((0.75 + 0 + 1) / 3)
    assert everything["uniform_inside"] == pytest.approx((0.5 + 0.5 + 1 + 1) / 4)
    assert everything["largest_inside"] == pytest.approx(3 / 4)


def test_a_video_may_have_several_intervals():
    second = pd.DataFrame({"uid": ["0000"], "first_frame": [6], "last_frame": [8]})
    table = localisation_table({"trn": {2: small_table()}}, pd.concat([TRUTH, second]))
    # Both frames of video 0 are inside, each in an interval of its own.
    assert table["mass_inside"][0] == 1.0
    assert table["uniform_inside"][0] == 1.0


def test_uniform_attribution_scores_what_the_table_says_of_it():
    whole = esv_table("trn", 4)
    uniform = dataclasses.replace(whole, esv=np.ones_like(whole.esv))
    table = localisation_table({"trn": {4: uniform}}, ground_truth_table())
    np.testing.assert_allclose(table["mass_inside"], table["uniform_inside"])


def test_lines_of_the_figure_are_the_table():
    table = localisation_table(collated(n_frames=[2, 4]), ground_truth_table())
    columns = (("mass_inside", "mass"), ("largest_inside", "largest"), ("auroc", "auroc"))
    panels = plot_localisation(table).get_axes()
    for axes, (column, short) in zip(panels, columns, strict=True):
        drawn = [line.get_ydata().tolist() for line in axes.lines]
        for (_, _), rows in table.groupby(["model", "clips"]):
            assert rows[column].tolist() in drawn
        over_all = table[table["clips"] == "all"].groupby("n_frames")
        uniform = over_all["uniform_inside"].mean().tolist()
        assert (uniform if short != "auroc" else [0.5, 0.5]) in drawn
        assert over_all[f"middle_{short}"].mean().tolist() in drawn


def test_values_by_position_are_those_of_the_middle_frames_whatever_they_show():
    whole = esv_table("trn", 4, video_count=2, class_count=2)
    table = dataclasses.replace(whole, frame_idx=np.array([[1, 3, 5, 7]] * 2))
    truth = pd.DataFrame({"uid": ["0000", "0001"], "first_frame": [3, 0], "last_frame": [5, 1]})
    row = localisation_table({"trn": {4: table}}, truth).iloc[1]
    # The two frames in the middle are inside, then only the first of all.
    assert row["middle_auroc"] == pytest.approx((1 + 0.5 / 3) / 2)
    assert row["middle_largest"] == pytest.approx(1 / 2)


def test_a_model_that_gets_nothing_right_is_drawn_all_the_same():
    whole = esv_table("trn", 2)
    nothing_right = dataclasses.replace(whole, scores=np.roll(whole.scores, 1, axis=1))
    nothing_right.scores[np.arange(60), whole.label] = 0
    table = localisation_table({"trn": {2: nothing_right}}, ground_truth_table())
    right = table[table["clips"] == "right"]
    assert right["video_count"].tolist() == [0]
    assert right[["mass_inside", "largest_inside"]].isna().all(axis=None)
    plot_localisation(table)


def test_ground_truth_of_other_videos_is_said_to_be_of_no_use():
    truth = TRUTH.assign(uid=["a", "b", "c", "d", "e"])
    figure = plot_localisation(localisation_table({"trn": {2: small_table()}}, truth))
    assert "names none of the videos" in figure.texts[0].get_text()


def test_without_labels_all_clips_are_drawn_and_the_figure_says_so():
    results = collated(models=("trn",), n_frames=[2], labelled=False)
    table = localisation_table(results, ground_truth_table())
    assert table["video_count"].tolist() == [0, 60]
    figure = plot_localisation(table)
    assert "No video has a label" in figure.get_suptitle()
    assert table["mass_inside"].tolist()[1] in [
        line.get_ydata().tolist()[0] for line in figure.get_axes()[0].lines
    ]
