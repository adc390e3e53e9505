import dataclasses

import numpy as np
import pytest

from playfair.figures.filmstrips import Example, filmstrips_table
from playfair.figures.subsets.interactions import interactions_table, plot_interactions
from tests.unit.figures.layout import assert_publishable
from tests.unit.figures.stand_in import coloured_frames
from tests.unit.figures.subsets.sets import with_sets

LONG = "videomae_base_finetuned_on_something_something_version_two"


def drawn(tables, frames=coloured_frames):
    table = interactions_table(tables)
    of_videos = table[table["of"] == "video"].drop_duplicates("model")
    examples = [Example(row.model, row.uid) for row in of_videos.itertuples()]
    return plot_interactions(table, filmstrips_table(examples, tables), frames)


def small_table():
    """Of two frames: class 0 has 0000, 0002 and, without a label, 0003; 0001 is wrong."""
    whole = with_sets("trn", 2, video_count=4, class_count=2)
    scores = np.array([[0.9, 0.1], [0.9, 0.1], [0.8, 0.2], [0.7, 0.3]])
    pairs = np.zeros((4, 2, 2, 2))
    for video, (true, predicted) in enumerate(((0.1, 0.1), (0.7, -0.7), (0.3, 0.3), (9, 0.5))):
        pairs[video, :, 0, 1] = pairs[video, :, 1, 0] = true, predicted
    label = np.array([0, 1, 0, -1])
    return dataclasses.replace(whole, scores=scores, label=label, interactions=pairs)


def test_table_has_means_over_all_over_classes_and_the_strongest_right_video():
    table = interactions_table({"trn": small_table()}).set_index(["of", "class_name"])
    names = small_table().class_name
    assert table["first"].eq(1).all() and table["second"].eq(2).all()
    # Of the one without a label the predicted class is explained.
    assert table["interaction"]["all", ""] == pytest.approx((0.1 + 0.7 + 0.3 + 0.5) / 4)
    assert table["interaction"]["class", names[0]] == pytest.approx((0.1 + 0.3 + 0.5) / 3)
    assert table["video_count"]["class", names[0]] == 3
    assert table["unlabelled_count"]["class", names[0]] == 1
    assert table["interaction"]["class", names[1]] == pytest.approx(0.7)
    # .7 is of a wrong prediction.
    assert table["uid"]["video", names[0]] == "0003"
    assert table["interaction"]["video", names[0]] == pytest.approx(0.5)


def test_of_a_wrong_prediction_there_are_the_pairs_of_both_classes():
    small = small_table()
    table = interactions_table({"trn": small}).set_index("of")
    true, predicted = table.loc["wrong_true"], table.loc["wrong_predicted"]
    assert true["uid"] == predicted["uid"] == "0001"
    assert (true["class_name"], predicted["class_name"]) == tuple(small.class_name[[1, 0]])
    assert (true["interaction"], predicted["interaction"]) == pytest.approx((0.7, -0.7))
    words = [text.get_text() for text in drawn({"trn": small}).texts]
    assert words.count("✗ video 0001") == 2
    assert any(one.startswith("true: ") for one in words)
    assert any(one.startswith("predicted: ") for one in words)
    right = dataclasses.replace(small, label=np.array([0, 0, 0, -1]))
    assert "wrong_true" not in set(interactions_table({"trn": right})["of"])


def test_cells_of_the_figure_are_the_pairs_of_the_table_both_ways():
    figure = drawn({"trn": small_table()})
    maps = [axes.collections[0] for axes in figure.get_axes() if axes.collections]
    cells = [one.get_array() for one in maps if np.ma.size(one.get_array()) == 4]
    found = [np.ma.filled(one, 0).reshape(2, 2) for one in cells]
    # The example; all; a wrong prediction for the true and the predicted class; one class.
    means = [0.5, 0.4, 0.7, -0.7, 0.7]
    expected = [[[0, mean], [mean, 0]] for mean in means]
    np.testing.assert_allclose(found, expected, atol=1e-7)


@pytest.mark.parametrize(
    ("models", "options"),
    [
        (("trn", "tsn", "clip"), {}),
        (("trn", LONG, "c", "d", "e", "f"), {"n_frames": 16}),
        (("trn",), {"n_frames": 2, "labelled": False}),
        (("trn", "tsn", "clip"), {"n_frames": 12, "class_count": 60, "video_count": 120}),
    ],
)
def test_interactions_are_publishable_on_a_page(models, options):
    figure = drawn({model: with_sets(model, **options) for model in models})
    assert_publishable(figure)
    assert figure.get_size_inches()[1] <= 11.69


def test_without_pictures_and_pairs_there_is_a_figure():
    assert_publishable(drawn({"trn": with_sets("trn")}, frames=None))
    nothing = interactions_table({"trn": with_sets("trn")}).iloc[:0]
    figure = plot_interactions(nothing, nothing, None)
    assert "no pairs" in figure.texts[0].get_text()
