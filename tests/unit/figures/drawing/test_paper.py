"""Paper: what shrinks on narrow paper, and what goes on it."""

import math

import matplotlib
import pytest

from playfair.figures.drawing.paper import Paper, drawn_on, paper
from playfair.figures.drawing.style import look, new_figure, with_look


@pytest.mark.parametrize(("width", "points"), [(180, 8), (160, 8), (140, 7), (122, 6.1), (85, 6)])
def test_text_has_eight_points_on_wide_paper_and_never_less_than_six(width, points):
    with drawn_on(Paper(width)):
        assert look()["font.size"] == pytest.approx(points)
        assert new_figure(2).get_figwidth() * 25.4 == pytest.approx(width)
    assert paper() == Paper()


def test_what_goes_on_a_page():
    sheet = Paper(160, 297)
    assert sheet.columns(5, 2.0) == 3
    assert sheet.columns(5, 2.0, others=1.0) == 2
    assert sheet.columns(2, 2.0) == 2
    assert sheet.columns(2, 20.0) == 1
    assert sheet.rows(9, 2.0, 1.0) == 5
    assert sheet.rows(9, 20.0, 1.0) == 1
    assert Paper(160, math.inf).rows(9, 20.0, 1.0) == 9
    assert Paper(80).height == pytest.approx(297 / 25.4 / 0.75)


def test_figures_are_drawn_with_the_look_of_their_paper():
    sizes = with_look(lambda: matplotlib.rcParams["font.size"])
    before = matplotlib.rcParams["font.size"]
    with drawn_on(Paper(85)):
        assert sizes() == 6
    assert sizes() == 8
    assert matplotlib.rcParams["font.size"] == before
