import matplotlib
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from PIL import Image

from playfair.figures.drawing import style
from playfair.figures.drawing.names import model_title
from playfair.figures.drawing.style import (
    DISTRACTS,
    DIVERGING,
    PNG_DPI,
    RIVAL,
    SUPPORTS,
    class_title,
    draw_with_interval,
    model_looks,
    new_figure,
    save_figure,
    say_nothing_to_draw,
)


def a_figure():
    figure = new_figure(2.0, 3.0)
    axes = figure.subplots()
    axes.plot([1, 2, 3], [1, 4, 9], label="squares")
    axes.imshow(np.arange(12).reshape(3, 4))
    axes.legend()
    return figure


def test_saved_bytes_depend_on_the_figure_alone(tmp_path):
    for name in ("first", "second"):
        save_figure(a_figure(), tmp_path / f"{name}.png", tmp_path / f"{name}.pdf")
    for suffix in ("png", "pdf"):
        first, second = ((tmp_path / f"{n}.{suffix}").read_bytes() for n in ("first", "second"))
        assert first == second
        assert b"Date" not in first and b"atplotlib" not in first


def test_png_has_200_dots_per_inch_and_pdf_has_embedded_truetype_fonts(tmp_path):
    save_figure(a_figure(), tmp_path / "a.png", tmp_path / "a.pdf")
    with Image.open(tmp_path / "a.png") as picture:
        assert picture.size == (3 * PNG_DPI, 2 * PNG_DPI)
        assert round(picture.info["dpi"][0]) == 200
    printed = (tmp_path / "a.pdf").read_bytes()
    assert b"/FontFile2" in printed and b"/Type3" not in printed


def test_nothing_is_left_behind_when_saving_fails(tmp_path):
    figure = a_figure()
    figure.text(0.5, 0.5, "$unbalanced{$", parse_math=True)
    with pytest.raises(ValueError):
        save_figure(figure, tmp_path / "a.png", tmp_path / "a.pdf")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("model", "title"),
    [
        ("trn", "TRN"),
        ("tsn", "TSN"),
        ("my_model", "my model"),
        ("trn_2_frames", "TRN 2 frames"),
        ("trn 2 frames", "TRN 2 frames"),
    ],
)
def test_models_are_named_as_people_write_them(model, title):
    assert model_title(model) == title


def test_class_titles_lose_their_brackets_and_are_wrapped_and_cut():
    name = "Pretending to put [something] behind [something]"
    assert class_title(name) == "Pretending to put something behind something"
    assert class_title(name, 24) == "Pretending to put\nsomething behind\nsomething"
    assert class_title(name, 24, max_lines=2) == "Pretending to put\nsomething behind …"


def test_every_model_has_its_own_look_with_and_without_colours():
    looks = list(model_looks([f"model{number}" for number in range(24)]).values())
    assert [*looks[0]] == ["color", "marker", "linestyle"]
    first = looks[:6]
    assert len({look["color"] for look in first}) == len({look["marker"] for look in first}) == 6
    in_grey = [(look["marker"], look["linestyle"]) for look in looks]
    assert len(set(in_grey)) == 24
    with_colour = [(look["color"], look["linestyle"]) for look in looks]
    assert len(set(with_colour)) == 24


def lightness(colour):
    """CIE L*, 0 (black) to 100 (white)."""
    linear = np.array([c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour])
    luminance = linear @ [0.2126, 0.7152, 0.0722]
    return 116 * np.cbrt(luminance) - 16 if luminance > 0.008856 else 903.3 * luminance


def seen_with(deficiency, colour):
    """sRGB colour as seen with a severe deficiency: Machado, Oliveira and Fernandes (2009)."""
    matrix = {
        "protanopia": [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ],
        "deuteranopia": [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ],
        "tritanopia": [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ],
    }[deficiency]
    rgb = np.array(matplotlib.colors.to_rgb(colour))
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    seen = np.clip(np.array(matrix) @ linear, 0, 1)
    return np.where(seen <= 0.0031308, seen * 12.92, 1.055 * seen ** (1 / 2.4) - 0.055)


@pytest.mark.parametrize("deficiency", ["protanopia", "deuteranopia", "tritanopia"])
@pytest.mark.parametrize(
    "pair",
    [
        (SUPPORTS, DISTRACTS),
        (SUPPORTS, RIVAL),
        (DISTRACTS, RIVAL),
        (model_looks("ab")["a"]["color"], model_looks("ab")["b"]["color"]),
    ],
)
def test_colours_stay_apart_for_colour_blind_people(deficiency, pair):
    first, second = (seen_with(deficiency, colour) for colour in pair)
    assert np.abs(first - second).max() > 0.15


def test_diverging_colours_are_lightest_at_zero_and_darken_alike_to_both_sides():
    lights = np.array([lightness(DIVERGING(place)[:3]) for place in np.linspace(0, 1, 11)])
    assert lights.argmax() == 5
    assert (np.diff(lights[:6]) > 0).all() and (np.diff(lights[5:]) < 0).all()
    assert np.abs(lights - lights[::-1]).max() < 16


def test_interval_is_drawn_as_band_and_bars_around_the_line():
    axes = new_figure(2, 3).subplots()
    draw_with_interval(axes, [1, 2], [5, 6], [4, 5], [7, 9], color="#000000")
    (line,) = axes.lines
    band, bars = axes.collections
    assert line.get_ydata().tolist() == [5, 6]
    assert [segment[:, 1].tolist() for segment in bars.get_segments()] == [[4, 7], [5, 9]]
    assert band.get_datalim(axes.transData).get_points()[:, 1].tolist() == [4, 9]


def test_an_empty_figure_says_why():
    figure = say_nothing_to_draw(new_figure(2, 3), "No video has a label.")
    FigureCanvasAgg(figure).draw()
    assert [text.get_text() for text in figure.texts] == ["No video has a label."]


def test_look_is_for_the_figures_alone():
    before = matplotlib.rcParams["axes.spines.top"]
    with matplotlib.rc_context(style.look()):
        assert matplotlib.rcParams["axes.spines.top"] is False
    assert matplotlib.rcParams["axes.spines.top"] is before
