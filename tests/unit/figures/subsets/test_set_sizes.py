import numpy as np

from playfair.figures.filmstrips import Example
from playfair.figures.subsets.set_sizes import (
    chosen_examples,
    minimal_sets_table,
    sets_of_examples,
)
from tests.unit.figures.subsets.sets import small_sizes, with_sets


def test_table_has_shares_and_means_by_number_of_frames_and_class():
    table = minimal_sets_table(small_sizes())
    everything = table[(table["class_name"] == "") & (table["n_frames"] == 3)]
    keep = everything[everything["measure"] == "keep"]
    assert keep["count"].tolist() == [1, 2, 3]
    assert keep["share"].tolist() == [0.5, 0.25, 0.25]
    assert set(keep["mean"]) == {1.75}
    assert set(keep["video_count"]) == {4} and set(keep["unlabelled_count"]) == {1}
    must_go = everything[everything["measure"] == "must_go"]
    assert must_go["share"].tolist() == [0.5, 0.25, 0.25]
    down = table[(table["class_name"] == "down") & (table["measure"] == "must_go")]
    assert down["share"].tolist() == [0.5, 0.5, 0]
    half_width = 1.959964 * np.std([1, 2], ddof=1) / np.sqrt(2)
    np.testing.assert_allclose(down["high"], 1.5 + half_width, atol=1e-5)
    assert set(table[table["class_name"] != ""]["n_frames"]) == {3}


def test_examples_take_few_and_many_frames_and_are_right():
    sizes = small_sizes()
    assert chosen_examples(sizes) == [Example("trn", "d"), Example("trn", "b")]
    assert chosen_examples(sizes[sizes["uid"] == "c"]) == [Example("trn", "c")]


def test_strips_mark_the_frames_that_keep_the_prediction():
    table = with_sets("trn", 8)
    strips = sets_of_examples([Example("trn", "0003")], {"trn": table})
    assert strips["inside"].tolist() == table.sufficient_frames[3].tolist()
    assert strips["inside"].sum() >= 1
