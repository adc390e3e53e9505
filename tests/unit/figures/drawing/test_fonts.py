"""Names are drawn as they are written, in whatever script."""

import logging
import warnings

import matplotlib
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from playfair.attribution.result import Attribution
from playfair.figures.drawing.esv_curve import plot_result
from playfair.figures.drawing.style import class_title, look, new_figure, save_figure

NAMES = {
    "Chinese": "把东西推到左边",
    "Japanese": "何かをテーブルに落とす",
    "Korean": "무언가를 떨어뜨리기",
    "Arabic": "دفع شيء",
    "Hindi": "कुछ गिराना",
    "Thai": "ผลักบางอย่าง",
    "pictures": "🎬👍😀",
    "signs": "✓ → é ß Ж",
}


def pixels(figure):
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba()).copy()


def with_text(words, **how):
    with matplotlib.rc_context(look()):
        figure = Figure(figsize=(3, 0.5))
        figure.text(0.1, 0.4, words, **how)
        return figure


@pytest.mark.parametrize("words", ["Price $5 to $6", r"a $\frac$ b", r"a \$ b", "$x^2$ _y_"])
def test_dollars_begin_no_formula(words):
    drawn = pixels(with_text(words))
    assert np.array_equal(drawn, pixels(with_text(words, parse_math=False)))
    assert not np.array_equal(drawn, pixels(with_text(words.replace("$", ""))))


@pytest.mark.parametrize("weight", ["normal", "bold"])
@pytest.mark.parametrize("script", NAMES)
def test_every_script_has_its_letters(script, weight, caplog):
    with warnings.catch_warnings(), caplog.at_level(logging.WARNING, "matplotlib"):
        # What no font has is warned of, and a box.
        warnings.simplefilter("error")
        pixels(with_text(NAMES[script], weight=weight))
    assert caplog.records == []


def test_labels_of_ticks_are_text_when_they_are_saved(tmp_path):
    with matplotlib.rc_context(look()):
        figure = new_figure(2)
        axes = figure.subplots()
        axes.set_yticks([0, 1], ["$5 to $6", "移動"])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        save_figure(figure, tmp_path / "a.png", tmp_path / "a.pdf")


def test_curves_of_a_result_name_classes_as_they_are():
    result = Attribution(
        value=np.full((2, 1), 0.25),
        scores=np.array([1.0]),
        prior=np.array([0.5]),
        class_idx=np.array([0]),
        method="exact",
        score="probability",
        seed=0,
        evaluations=4,
        efficiency_gap=np.zeros(1),
    )
    figure = plot_result(result, class_names=[r"移動 $\frac$ $"])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        pixels(figure)


def test_wide_letters_take_the_room_of_two():
    lines = class_title("把东西推到左边的桌子上面去", 10).split("\n")
    assert lines == ["把东西推到", "左边的桌子", "上面去"]
    assert class_title("abc [defgh] ijk", 10) == "abc defgh\nijk"
    cut = class_title("把东西推到左边的桌子上面去", 10, max_lines=2)
    assert cut == "把东西推到\n左边的桌 …"
