import pandas as pd

from playfair.figures.training_curves import plot_training_curves, training_curves_table
from tests.unit.figures.stand_in import training_log


def test_table_holds_all_logs_in_order():
    logs = {"backbone": training_log(0, epochs=2), "trn": training_log(1, epochs=3)}
    table = training_curves_table(logs)
    columns = ["log", "epoch", "split", "loss", "accuracy", "clip_count", "kept"]
    assert table.columns.tolist() == columns
    assert table["log"].tolist() == ["backbone"] * 4 + ["trn"] * 6
    assert table["loss"].tolist()[4:] == logs["trn"]["loss"].tolist()


def test_lines_of_the_figure_are_the_logs():
    log = training_log(0, epochs=5)
    accuracy_axes, loss_axes = plot_training_curves(training_curves_table({"tsn": log})).get_axes()
    for axes, measure in ((accuracy_axes, "accuracy"), (loss_axes, "loss")):
        for line, split in zip(axes.lines, ("train", "validation"), strict=True):
            rows = log[log["split"] == split]
            assert line.get_xdata().tolist() == [1, 2, 3, 4, 5]
            assert line.get_ydata().tolist() == rows[measure].tolist()


def test_title_gives_the_accuracy_after_the_epoch_that_was_kept():
    rows = [
        (1, "train", 1.0, 0.8, 9, False), (2, "train", 1.0, 0.9, 9, True),
        (2, "validation", 1.0, 0.876, 3, True), (1, "validation", 1.0, 0.5, 3, False),
    ]  # fmt: skip
    log = pd.DataFrame(rows, columns=training_log().columns)
    logs = {"trn_1_frames": log, "trn_11_frames": log[log["split"] == "train"]}
    logs["trn_2_frames"] = log.assign(kept=~log["kept"])
    logs["tsn"] = log.iloc[:1].assign(split="test")
    figure = plot_training_curves(training_curves_table(logs))
    titles = [axes.get_title(loc="left") for axes in figure.get_axes()]
    assert [title for title in titles if title] == [
        "TRN 1 frame\nvalidation 88 %",
        "TRN 11 frames\ntrain 90 %",
        "TRN 2 frames\nvalidation 50 %",
        "TSN\nno epoch logged",
    ]


def test_the_figure_says_of_how_many_clips_it_is():
    logs = {"trn_1_frames": training_log(), "trn_4_frames": training_log()}
    short = logs["trn_4_frames"]["split"] == "train"
    logs["trn_4_frames"].loc[short, "clip_count"] = 650
    words = plot_training_curves(training_curves_table(logs)).get_suptitle().replace("\n", " ")
    assert words.endswith("650 to 700 training clips, 180 validation clips")
    alone = training_curves_table({"tsn": training_log(splits=("train",))})
    assert plot_training_curves(alone).get_suptitle().endswith("\n700 training clips")


def test_an_epoch_that_was_kept_before_the_last_is_marked_and_explained():
    early, last = training_log(0, epochs=6), training_log(1, epochs=6)
    early["kept"] = early["epoch"] == 4
    figure = plot_training_curves(training_curves_table({"trn": early, "tsn": last}))
    marks = [
        [line.get_xdata() for line in axes.lines if line.get_linestyle() == "--"]
        for axes in figure.get_axes()
    ]
    assert marks == [[[4, 4]], [], [[4, 4]], []]
    words = [text.get_text() for text in figure.legends[0].get_texts()]
    assert words == ["training clips", "validation clips", "epoch kept"]
    figure = plot_training_curves(training_curves_table({"tsn": last}))
    assert len(figure.legends[0].get_texts()) == 2


def test_losses_share_a_scale_that_holds_the_highest_of_them():
    logs = {"low": training_log(0, epochs=3), "high": training_log(0, epochs=1)}
    logs["high"]["loss"] = [7.9, 8.0]
    figure = plot_training_curves(training_curves_table(logs))
    for loss_axes in figure.get_axes()[2:]:
        bottom, top = loss_axes.get_ylim()
        assert bottom == 0 and top > 8.4


def test_without_logs_the_figure_says_so():
    figure = plot_training_curves(training_curves_table({}))
    assert "No network was trained here" in figure.texts[0].get_text()
