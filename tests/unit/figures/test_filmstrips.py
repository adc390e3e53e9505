import dataclasses
import functools

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex

from playfair.figures.drawing.style import DISTRACTS, RIVAL, SUPPORTS
from playfair.figures.filmstrips import (
    COLUMNS,
    Example,
    drawn_number,
    filmstrips_table,
    plot_filmstrips,
    select_examples,
)
from tests.unit.figures.stand_in import coloured_frames, esv_table, ground_truth_table


def small_table(model="trn"):
    """Six videos of three classes, the last wrong; the spread of ESVs is 0, 1, ... 5 tenths."""
    whole = esv_table(model, 2, video_count=6, class_count=3)
    label = np.array([0, 0, 1, 1, 2, 2])
    scores = np.full((6, 3), 0.1)
    scores[np.arange(6), label] = 0.8
    scores[5] = [0.2, 0.7, 0.1]
    esv = np.zeros((6, 2, 3))
    esv[np.arange(6), 1, label] = np.arange(6) / 10
    return dataclasses.replace(whole, label=label, scores=scores, esv=esv)


def test_right_examples_have_the_widest_spread_and_different_classes():
    examples = select_examples({"trn": small_table()}, per_model_right=3, per_model_wrong=1)
    # 0004 (class 2) before 0003 (class 1) before 0001 (class 0); then the wrong one
    assert examples == [Example("trn", uid) for uid in ("0004", "0003", "0001", "0005")]


def test_classes_repeat_only_when_there_are_no_others():
    examples = select_examples({"trn": small_table()}, per_model_right=5, per_model_wrong=0)
    assert [example.uid for example in examples] == ["0004", "0003", "0001", "0002", "0000"]


def test_other_models_get_other_videos_and_classes():
    tables = {"trn": small_table(), "tsn": small_table("tsn")}
    examples = select_examples(tables, per_model_right=1, per_model_wrong=0)
    assert examples == [Example("trn", "0004"), Example("tsn", "0003")]


def test_a_video_is_shown_once_even_where_all_are_of_one_class():
    tables = {
        model: dataclasses.replace(
            small_table(model),
            label=np.zeros(6, dtype=int),
            scores=np.tile([0.8, 0.1, 0.1], (6, 1)),
        )
        for model in ("trn", "tsn")
    }
    tables["trn"].esv[0, 0, 0] = tables["tsn"].esv[0, 0, 0] = 9
    examples = select_examples(tables, per_model_right=1, per_model_wrong=0)
    assert [example.uid for example in examples] == ["0000", "0001"]


def test_the_most_certain_wrong_predictions_come_first():
    whole = small_table()
    wrong = np.array([[0.1, 0.9, 0.0], [0.0, 0.6, 0.4], [0.5, 0.2, 0.3]] * 2)
    label = np.array([0, 0, 1, 2, 2, 1])
    tables = {"trn": dataclasses.replace(whole, scores=wrong, label=label)}
    examples = select_examples(tables, per_model_right=2, per_model_wrong=2)
    assert [example.uid for example in examples] == ["0000", "0003"]


def test_unlabelled_videos_are_examples_too():
    table = esv_table("trn", 3, labelled=False)
    examples = select_examples({"trn": table}, per_model_right=2, per_model_wrong=2)
    assert len(examples) == 2
    drawn = filmstrips_table(examples, {"trn": table})
    assert set(drawn["outcome"]) == {"unlabelled"}
    row = list(table.uid).index(examples[0].uid)
    assert drawn["score"][0] == pytest.approx(table.scores[row].max())


def test_table_holds_true_class_and_wrong_prediction():
    truth = pd.DataFrame({"uid": ["0005"], "first_frame": [0], "last_frame": [9]})
    table = small_table()
    rows = filmstrips_table([Example("trn", "0005"), Example("trn", "0000")], {"trn": table}, truth)
    wrong, right = rows[rows["example"] == 0], rows[rows["example"] == 1]
    assert wrong["outcome"].tolist() == ["wrong"] * 2
    assert wrong["class_name"].iloc[0] == table.class_name[2]
    assert wrong["rival_class_name"].iloc[0] == table.class_name[1]
    assert wrong["esv"].tolist() == [0.0, 0.5]
    assert (wrong["score"].iloc[0], wrong["rival_score"].iloc[0]) == (0.1, 0.7)
    expected = [float(index <= 9) for index in wrong["frame_idx"]]
    assert wrong["inside"].tolist() == expected and set(expected) == {0.0, 1.0}
    assert right["outcome"].iloc[0] == "right"
    assert right["rival_class_name"].iloc[0] == table.class_name[1]
    assert right["inside"].isna().all()


def test_a_class_that_is_named_is_explained_and_the_strongest_other_is_its_rival():
    table = small_table()
    rows = filmstrips_table([Example("trn", "0005", class_idx=1)], {"trn": table})
    row = table.uid.tolist().index("0005")
    assert set(rows["class_name"]) == {table.class_name[1]}
    assert rows["esv"].tolist() == table.esv[row, :, 1].tolist()
    others = np.where(np.arange(len(table.class_name)) == 1, -np.inf, table.scores[row])
    assert rows["rival_class_name"].iloc[0] == table.class_name[others.argmax()]


def test_one_class_alone_has_no_rival():
    table = esv_table("tsn", 4, video_count=3, class_count=1)
    strips = filmstrips_table(select_examples({"tsn": table}), {"tsn": table})
    assert set(strips["rival_class_name"]) == {""}
    assert strips[["rival_prior", "rival_score", "rival_esv"]].isna().all(axis=None)
    figure = plot_filmstrips(strips, None)
    figure.canvas.draw()
    assert "next best" not in "".join(text.get_text() for text in figure.texts)
    assert "other class" not in "".join(t.get_text() for t in figure.legends[0].get_texts())


def test_scores_are_priors_plus_the_esvs_of_all_frames():
    tables = {"trn": esv_table("trn", 5)}
    rows = filmstrips_table(select_examples(tables, 3, 3), tables)
    for _, example in rows.groupby("example"):
        for prefix in ("", "rival_"):
            total = example[f"{prefix}prior"].iloc[0] + example[f"{prefix}esv"].sum()
            assert total == pytest.approx(example[f"{prefix}score"].iloc[0], abs=1e-6)


def draw(n_frames, truth=None):
    tables = {"trn": esv_table("trn", n_frames)}
    table = filmstrips_table(select_examples(tables, 1, 0), tables, truth)
    return table, plot_filmstrips(table, coloured_frames)


def test_bars_lead_from_the_prior_to_the_score_and_show_their_sign_by_colour():
    table, figure = draw(6)
    (axes,) = [axes for axes in figure.get_axes() if axes.patches]
    bars = axes.patches
    np.testing.assert_allclose([bar.get_height() for bar in bars], table["esv"])
    ends = [bar.get_y() + bar.get_height() for bar in bars]
    np.testing.assert_allclose(bars[0].get_y(), table["prior"].iloc[0])
    np.testing.assert_allclose([bar.get_y() for bar in bars[1:]], ends[:-1], atol=1e-12)
    np.testing.assert_allclose(ends[-1], table["score"].iloc[0], atol=1e-6)
    expected = [SUPPORTS if value >= 0 else DISTRACTS for value in table["esv"]]
    assert [to_hex(bar.get_facecolor()).upper() for bar in bars] == [
        colour.upper() for colour in expected
    ]
    (rival,) = [line for line in axes.lines if line.get_color() == RIVAL]
    totals = table["rival_prior"] + table["rival_esv"].cumsum()
    np.testing.assert_allclose(rival.get_ydata()[:-1], totals)
    np.testing.assert_allclose(rival.get_ydata()[-1], table["rival_score"].iloc[0], atol=1e-6)


def test_a_wrong_prediction_has_the_true_minus_the_predicted_class_on_a_scale_of_its_own():
    rows = filmstrips_table([Example("trn", "0005")], {"trn": small_table()})
    rows = rows.assign(esv=[0.2, -0.1], rival_esv=[0.5, -0.2])
    figure = plot_filmstrips(rows, coloured_frames)
    whole, difference = [axes for axes in figure.get_axes() if axes.patches]
    np.testing.assert_allclose([bar.get_height() for bar in difference.patches], [-0.3, 0.1])
    assert [label.get_text() for label in difference.get_xticklabels()] == ["−0.30", "+0.10"]
    np.testing.assert_allclose(difference.get_ylim(), (-0.33, 0.33))
    assert difference.get_ylim() != whole.get_ylim()
    labels = [text.get_text() for text in figure.legends[0].get_texts()]
    assert "true − predicted, own scale" in labels


def test_a_strip_says_which_video_it_is_how_many_frames_it_has_and_when_they_are_shown():
    table, figure = draw(4)
    written = [text.get_text() for text in figure.texts]
    assert f"video {table['uid'].iloc[0]}, 4 frames" in written
    assert not any(words.endswith(" s") for words in written)
    tables = {"trn": esv_table("trn", 4)}
    timed = filmstrips_table(select_examples(tables, 1, 0), tables, fps=8.0)
    np.testing.assert_allclose(timed["seconds"], timed["frame_idx"] / 8)
    written = [text.get_text() for text in plot_filmstrips(timed, coloured_frames).texts]
    assert [words for words in written if words.endswith(" s")] == [
        f"{seconds:.1f} s" for seconds in timed["seconds"]
    ]


def test_without_a_label_a_strip_says_whether_the_class_is_the_predicted_one():
    table = esv_table("trn", 3, labelled=False)
    predicted = int(table.predicted[0])
    uid = str(table.uid[0])
    for class_idx, words in ((predicted, "TRN predicted"), (predicted - 1, "TRN not predicted")):
        rows = filmstrips_table([Example("trn", uid, class_idx % 12)], {"trn": table})
        written = [text.get_text() for text in plot_filmstrips(rows, None).texts]
        assert words in written


def test_frames_of_the_figure_are_the_sampled_ones_in_order():
    table, figure = draw(4)
    shown = [axes.images[0].get_array() for axes in figure.get_axes() if axes.images]
    expected = coloured_frames(table["uid"].iloc[0], table["frame_idx"].tolist())
    assert len(shown) == 4
    for picture, frame in zip(shown, expected, strict=True):
        np.testing.assert_array_equal(picture, frame)


def test_an_example_without_pictures_shows_numbers_beside_others_that_have_some():
    tables = {"trn": small_table()}
    table = filmstrips_table([Example("trn", uid) for uid in tables["trn"].uid[:2]], tables)
    first, _ = table["uid"].unique()

    def frames(uid, frame_idx):
        return None if uid == first else coloured_frames(uid, frame_idx)

    figure = plot_filmstrips(table, frames)
    assert sum(len(axes.images) for axes in figure.axes) == 2


def test_line_above_the_frames_covers_those_with_evidence():
    table, figure = draw(8, ground_truth_table())
    evidence = figure.get_axes()[0]
    inside = np.flatnonzero(table["inside"] == 1)
    (line,) = evidence.lines
    start, end = line.get_xdata()
    assert start == pytest.approx(inside[0], abs=0.1)
    assert end == pytest.approx(inside[-1] + 1, abs=0.1)
    labels = [text.get_text() for text in figure.legends[0].get_texts()]
    assert labels[-1] == "frames with evidence"


def test_evidence_in_two_intervals_has_a_line_above_each():
    tables = {"trn": esv_table("trn", 8)}
    chosen = select_examples(tables, 1, 0)
    (position,) = np.flatnonzero(tables["trn"].uid == chosen[0].uid)
    idx = tables["trn"].frame_idx[position]
    truth = pd.DataFrame(
        {"uid": chosen[0].uid, "first_frame": idx[[1, 5]], "last_frame": idx[[2, 5]]}
    )
    table = filmstrips_table(chosen, tables, truth)
    assert table["inside"].tolist() == [0, 1, 1, 0, 0, 1, 0, 0]
    lines = plot_filmstrips(table, coloured_frames).get_axes()[0].lines
    np.testing.assert_allclose([line.get_xdata() for line in lines], [[1, 3], [5, 6]], atol=0.1)


def test_without_ground_truth_no_evidence_is_marked():
    _, figure = draw(8)
    assert not figure.get_axes()[0].lines
    labels = [text.get_text() for text in figure.legends[0].get_texts()]
    assert "frames with evidence" not in labels


def test_more_than_ten_frames_are_broken_into_rows():
    _, figure = draw(16)
    lefts = [axes.get_position().x0 for axes in figure.get_axes() if axes.images]
    assert len(lefts) == 16
    np.testing.assert_allclose(lefts[:8], lefts[8:])


def numbers_below(figure):
    (axes,) = [axes for axes in figure.get_axes() if axes.patches]
    return [label.get_text() for label in axes.get_xticklabels()]


def test_numbers_below_the_frames_are_signed_and_those_near_zero_have_no_sign():
    table, _ = draw(4)
    figure = plot_filmstrips(table.assign(esv=[0.123, -0.05, -0.004, 0.006]), coloured_frames)
    assert numbers_below(figure) == ["+0.12", "−0.05", "0.00", "+0.01"]


def test_numbers_have_a_third_decimal_where_all_are_small():
    table, _ = draw(4)
    small = table.assign(esv=[0.012, -0.003, -0.0004, 0.0006], rival_esv=0.04)
    figure = plot_filmstrips(small, coloured_frames)
    assert numbers_below(figure) == ["+0.012", "−0.003", "0.000", "+0.001"]


@pytest.mark.parametrize(
    ("prior", "score", "words"),
    [
        (0.0625, 0.9025, "score 0.90 = 0.06 + 0.84"),
        (0.0625, 0.0671, "score 0.07 ≈ 0.06 + 0.00"),
        (0.2, 0.1, "score 0.10 = 0.20 − 0.10"),
    ],
)
def test_score_equals_its_sum_only_where_the_rounded_numbers_do(prior, score, words):
    table, _ = draw(4)
    figure = plot_filmstrips(table.assign(prior=prior, score=score), coloured_frames)
    assert words in [text.get_text() for text in figure.texts]


def test_frames_too_narrow_for_numbers_have_none():
    table, _ = draw(10)
    figure = plot_filmstrips(table, functools.partial(coloured_frames, height=160, width=32))
    assert numbers_below(figure) == [""] * 10


@pytest.mark.parametrize(
    ("numbers", "asked", "drawn"),
    [([1, 2, 4, 8], None, 8), ([1, 2, 4, 8], 4, 4), ([1, 2, 4, 8], 6, 8), ([2, 4], 16, 4)],
)
def test_a_model_without_the_number_asked_for_is_drawn_at_the_nearest(numbers, asked, drawn):
    assert drawn_number(numbers, asked) == drawn


def test_without_examples_the_figure_says_so():
    table = filmstrips_table([], {})
    assert table.columns.tolist() == COLUMNS == draw(2)[0].columns.tolist()
    figure = plot_filmstrips(table, coloured_frames)
    assert "no example" in figure.texts[0].get_text()
