import dataclasses

import numpy as np
import pytest
from matplotlib.collections import QuadMesh

from playfair.errors import InputError
from playfair.figures.class_by_position import (
    MAX_CLASSES_DRAWN,
    class_by_position_table,
    plot_class_by_position,
)
from playfair.figures.drawing.style import class_title
from tests.unit.figures.stand_in import collated, esv_table


def small_table():
    """Class 0 leans on the last frame, class 1 on the first, class 2 has no video.

    The last video has no label and is predicted as class 0.
    """
    whole = esv_table("trn", 2, video_count=4, class_count=3)
    esv = np.zeros((4, 2, 3))
    label = np.array([0, 0, 1, -1])
    for video, values in enumerate([(0.0, 0.4), (-0.2, 0.2), (0.3, 0.1), (0.5, 0.1)]):
        esv[video, :, max(label[video], 0)] = values
    names = np.array(["Late [thing]", "Early [thing]", "Never seen"], dtype=object)
    scores = np.array([[0.8, 0.1, 0.1], [0.8, 0.1, 0.1], [0.1, 0.8, 0.1], [0.7, 0.2, 0.1]])
    return dataclasses.replace(whole, esv=esv, label=label, class_name=names, scores=scores)


def test_table_holds_means_per_class_ordered_by_where_the_support_is():
    table = class_by_position_table({"trn": {2: small_table()}})
    assert table["class_name"].tolist() == ["Early [thing]"] * 2 + ["Late [thing]"] * 2
    np.testing.assert_allclose(table["esv_mean"], [0.3, 0.1, 0.1, 0.7 / 3])
    assert table["video_count"].tolist() == [1, 1, 3, 3]
    assert table["unlabelled_count"].tolist() == [0, 0, 1, 1]
    # Centres of the two positions are 1/4 and 3/4 of the video; the last video counts, too.
    early, third = (0.3 / 4 + 0.1 * 3 / 4) / 0.4, (0.5 / 4 + 0.1 * 3 / 4) / 0.6
    late = np.mean([3 / 4, 3 / 4, third])
    np.testing.assert_allclose(table["lean"], [early] * 2 + [late] * 2)
    half_width = 1.959964 * np.std([3 / 4, 3 / 4, third], ddof=1) / np.sqrt(3)
    np.testing.assert_allclose(table["lean_low"][2], late - half_width, rtol=1e-6)
    # With a single video there is no interval, and so no lean.
    assert table["kind"].tolist() == ["middle"] * 4


def tables_of(*videos):
    """Two models of the same videos, each a class and its ESVs at four positions."""
    whole = esv_table("trn", 4, video_count=len(videos), class_count=4)
    esv, label = np.zeros((len(videos), 4, 4)), np.array([class_idx for class_idx, _ in videos])
    for video, (class_idx, values) in enumerate(videos):
        esv[video, :, class_idx] = values
    table = dataclasses.replace(whole, esv=esv, label=label)
    return {"trn": {4: table}, "tsn": {4: table}}


def test_classes_are_early_middle_late_or_of_single_frames():
    spread = [(0, [0.3, 0.2, 0.1, -0.1]), (0, [0.3, 0.2, 0.2, -0.1])]
    later = [(1, [0, 0.1, 0.2, 0.3]), (1, [-0.1, 0.2, 0.2, 0.3])]
    both = [(2, [0.3, 0.2, 0.1, 0]), (2, [0, 0.1, 0.2, 0.3])]
    single = [(3, [0.4, 0, 0, 0]), (3, [0, 0, 0, 0.4])]
    results = tables_of(*spread, *later, *both, *single)
    table = class_by_position_table(results)
    first = table[table["position"].eq(1) & table["model"].eq("trn")]
    assert first["kind"].tolist() == ["early", "middle", "late", "single frame"]
    names = [results["trn"][4].class_name[class_idx] for class_idx in (0, 2, 1, 3)]
    assert first["class_name"].tolist() == names
    np.testing.assert_allclose(first["sharing"].iloc[3], 1)
    share = np.array([0.3, 0.2, 0.1]) / 0.6
    expected = np.exp(-(share * np.log(share)).sum())
    np.testing.assert_allclose(first["sharing"].iloc[1], expected)
    words = {text.get_text() for text in plot_class_by_position(table).get_axes()[2].texts}
    assert words == {"early", "middle", "late", "single frame"}


def test_largest_common_number_of_frames_is_taken():
    results = collated(n_frames=[2, 4])
    results["trn"][8] = esv_table("trn", 8)
    table = class_by_position_table(results)
    assert set(table["n_frames"]) == {4}
    assert set(table["position"]) == {1, 2, 3, 4}


def test_models_without_a_common_number_of_frames_are_refused():
    results = {"trn": {2: esv_table("trn", 2)}, "tsn": {3: esv_table("tsn", 3)}}
    with pytest.raises(InputError, match=r"trn: \[2\]; tsn: \[3\]: collate them"):
        class_by_position_table(results)


def test_cells_of_the_figure_are_the_table_in_the_same_order_for_all_models():
    table = class_by_position_table(collated(n_frames=[3]))
    trn, tsn = plot_class_by_position(table).get_axes()[:2]
    names = [label.get_text().replace("\n", " ") for label in trn.get_yticklabels()]
    for axes, model in ((trn, "trn"), (tsn, "tsn")):
        (cells,) = (one for one in axes.collections if isinstance(one, QuadMesh))
        rows = table[table["model"] == model]
        np.testing.assert_allclose(cells.get_array().ravel(), rows["esv_mean"])
        assert [class_title(name) for name in rows["class_name"][::3]] == names
        low, high = cells.get_clim()
        assert low == -high == -table["esv_mean"].abs().max()


def test_of_too_many_classes_the_earliest_and_the_latest_are_drawn_and_it_says_so():
    table = class_by_position_table(collated(n_frames=[2], class_count=50, video_count=100))
    figure = plot_class_by_position(table)
    half = MAX_CLASSES_DRAWN // 2
    classes = table.drop_duplicates("class_name").sort_values(["lean", "class_name"])
    in_order = classes["class_name"].tolist()
    labels = [
        label.get_text().replace("\n", " ") for label in figure.get_axes()[0].get_yticklabels()
    ]
    chosen = {*in_order[:half], *in_order[-half:]}
    expected = [class_title(name) for name in dict.fromkeys(table["class_name"]) if name in chosen]
    assert all(
        name.startswith(label.removesuffix(" …"))
        for label, name in zip(labels, expected, strict=True)
    )
    assert "30 of 50 classes: the 15 earliest and 15 latest" in figure.get_suptitle()


def test_the_figure_says_that_predicted_classes_stand_for_labels():
    def words(table):
        figure = plot_class_by_position(table)
        return figure.get_suptitle(), figure.get_axes()[-1].get_xlabel()

    some = words(class_by_position_table({"trn": {2: small_table()}}))
    assert "1 video without a label: predicted class" in some[0]
    assert "true class" in some[1]
    none = words(class_by_position_table(collated(n_frames=[2], labelled=False)))
    assert "No video has a label" in none[0]
    assert "predicted class" in none[1]
