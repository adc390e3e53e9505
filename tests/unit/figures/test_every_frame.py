import dataclasses

import numpy as np
import pandas as pd
import pytest

from playfair.errors import InputError
from playfair.figures.every_frame import COLUMNS, every_frame_table, plot_every_frame
from tests.unit.figures.stand_in import class_names, coloured_frames, every_frame_tables

CLASS = class_names(6)[2]
TRUTH = pd.DataFrame({"uid": ["0000"], "first_frame": [5], "last_frame": [9]})


def examples(*pairs):
    return pd.DataFrame(pairs, columns=["uid", "class_name"])


def make_table(uids=("0000",), truth=TRUTH, **options):
    chosen = examples(*((uid, CLASS) for uid in uids))
    return every_frame_table(chosen, every_frame_tables(**options), 8.0, truth)


def curve_axes(figure):
    return [axes for axes in figure.get_axes() if axes.collections]


def test_table_holds_the_class_of_the_example_for_every_model_and_frame():
    table = make_table()
    assert table.columns.tolist() == COLUMNS
    assert table.groupby("model", sort=False).size().to_dict() == {"trn": 24, "tsn": 24}
    tsn = table[table["model"] == "tsn"]
    (source,) = (
        one
        for one in every_frame_tables()
        if one.uid[0] == "0000" and one.attributes["model"] == "tsn"
    )
    np.testing.assert_allclose(tsn["esv"], source.esv[0, :, 2])
    np.testing.assert_allclose(tsn["esv_se"], source.standard_error[0, :, 2])
    assert tsn["score"].iloc[0] == pytest.approx(source.scores[0, 2])
    assert set(tsn["evaluations"]) == {1000}
    np.testing.assert_allclose(tsn["seconds"], np.arange(24) / 8)


def test_priors_and_the_values_of_all_frames_sum_to_scores():
    for _, rows in make_table(("0000", "0001")).groupby(["example", "model"]):
        total = rows["prior"].iloc[0] + rows["esv"].sum()
        assert total == pytest.approx(rows["score"].iloc[0], abs=1e-6)


def test_examples_keep_their_order_and_a_video_comes_once_per_class():
    chosen = examples(
        ("0001", CLASS), ("0001", CLASS), ("0000", CLASS), ("0001", class_names(6)[0])
    )
    table = every_frame_table(chosen, every_frame_tables(), 8.0)
    first = table.groupby("example").first()
    assert first["uid"].tolist() == ["0001", "0000", "0001"]
    assert first["class_name"].tolist() == [CLASS, CLASS, class_names(6)[0]]
    assert table["inside"].isna().all()


def test_frames_of_the_interval_are_inside():
    table = make_table(("0000", "0001"), models=("trn",))
    known = table[table["uid"] == "0000"]
    assert known.loc[known["inside"] == 1, "frame_idx"].tolist() == [5, 6, 7, 8, 9]
    assert table.loc[table["uid"] == "0001", "inside"].isna().all()


def test_outcome_is_that_of_each_model_on_all_frames():
    right, wrong = every_frame_tables(models=("trn", "tsn"), lengths=(4,))
    predicted = int(right.predicted[0])
    right = dataclasses.replace(right, label=np.array([predicted]))
    wrong = dataclasses.replace(wrong, label=np.array([(wrong.predicted[0] + 1) % 6]))
    table = every_frame_table(examples(("0000", CLASS)), [right, wrong], 8.0)
    assert table.groupby("model")["outcome"].first().to_dict() == {"trn": "right", "tsn": "wrong"}
    assert set(make_table(labelled=False)["outcome"]) == {"unlabelled"}


def test_values_without_standard_errors_are_refused():
    exact = dataclasses.replace(every_frame_tables()[0], standard_error=None)
    with pytest.raises(InputError, match="'0000' by trn have no standard errors"):
        every_frame_table(examples(("0000", CLASS)), [exact], 8.0)


def test_curves_and_bands_of_the_figure_are_the_table():
    table = make_table()
    (axes,) = curve_axes(plot_every_frame(table))
    curves = [line for line in axes.lines if len(line.get_xdata()) == 24]
    bars = [part for part in axes.collections if hasattr(part, "get_segments")]
    for curve, bar, (_, rows) in zip(curves, bars, table.groupby("model", sort=False), strict=True):
        np.testing.assert_allclose(curve.get_xdata(), rows["seconds"])
        np.testing.assert_allclose(curve.get_ydata(), rows["esv"])
        low, high = np.array(bar.get_segments())[:, :, 1].T
        np.testing.assert_allclose((low + high) / 2, rows["esv"])
        np.testing.assert_allclose(high - low, 2 * 1.959964 * rows["esv_se"], rtol=1e-6)


def test_interval_covers_its_frames_whole():
    (axes,) = curve_axes(plot_every_frame(make_table()))
    (shading,) = axes.patches
    assert shading.get_x() == pytest.approx(4.5 / 8)
    assert shading.get_width() == pytest.approx(5 / 8)
    unknown = plot_every_frame(make_table(truth=None))
    assert not curve_axes(unknown)[0].patches
    assert [text.get_text() for text in unknown.legends[0].get_texts()] == [
        "sampled ESV with its 95 % interval"
    ]


def test_evidence_in_two_intervals_is_shaded_twice():
    twice = pd.DataFrame({"uid": "0000", "first_frame": [2, 12], "last_frame": [5, 12]})
    (axes,) = curve_axes(plot_every_frame(make_table(truth=twice)))
    shaded = [(part.get_x(), part.get_width()) for part in axes.patches]
    np.testing.assert_allclose(shaded, [(1.5 / 8, 4 / 8), (11.5 / 8, 1 / 8)])


def test_pictures_stand_above_their_times():
    asked = []

    def frames(uid, frame_idx):
        asked.append(frame_idx)
        return coloured_frames(uid, frame_idx)

    figure = plot_every_frame(make_table(), frames)
    (axes,) = curve_axes(figure)
    pictures = [part.get_position() for part in figure.get_axes() if part.images]
    assert len(pictures) == len(asked[-1]) > 5
    left, right = axes.get_position().x0, axes.get_position().x1
    for place, frame_idx in zip(pictures, asked[-1], strict=True):
        share = ((place.x0 + place.x1) / 2 - left) / (right - left)
        assert share * 24 - 0.5 == pytest.approx(frame_idx, abs=0.51)


def test_a_video_without_pictures_has_its_curves_alone():
    table = make_table()
    bare = plot_every_frame(table, lambda uid, frame_idx: None)
    assert not any(axes.images for axes in bare.axes)
    assert len(curve_axes(bare)) == len(curve_axes(plot_every_frame(table)))


def test_all_panels_share_one_scale():
    panels = curve_axes(plot_every_frame(make_table(("0000", "0001"))))
    assert len(panels) == 2
    assert panels[0].get_ylim() == panels[1].get_ylim()


def test_small_values_are_written_shortly():
    small = make_table(models=("trn",)).assign(esv=np.linspace(-0.0003, 0.0004, 24), esv_se=0)
    (axes,) = curve_axes(plot_every_frame(small))
    labels = axes.yaxis.get_major_formatter().format_ticks([-2e-4, 0, 4e-4])
    assert labels == ["−2e−4", "0", "4e−4"]


def test_unknown_standard_errors_leave_the_curve_without_a_band():
    table = make_table(models=("trn",)).assign(esv_se=np.nan)
    (axes,) = curve_axes(plot_every_frame(table))
    low, high = axes.get_ylim()
    assert low < table["esv"].min() < table["esv"].max() < high


def test_words_say_which_video_and_how_many_evaluations():
    words = [text.get_text() for text in plot_every_frame(make_table()).texts]
    assert "video 0000, 24 frames" in words and "1000 evaluations" in words


def test_without_examples_the_figure_says_so():
    table = every_frame_table(examples(), every_frame_tables(), 8.0)
    assert table.columns.tolist() == COLUMNS
    assert "no example" in plot_every_frame(table, coloured_frames).texts[0].get_text()
