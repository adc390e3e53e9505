"""Every figure at the widths that papers print: nothing too small, too long, cut off or hidden."""

import functools
import re

import pytest
from matplotlib.colors import to_rgb
from matplotlib.patches import Patch

from playfair.figures.catalogue import read_catalogue
from playfair.figures.drawing.paper import Paper, drawn_on
from playfair.figures.drawing.style import DISTRACTS
from tests.unit.figures.baseline import WIDTH_MM, baseline, coarse, differences
from tests.unit.figures.every_figure import CASES
from tests.unit.figures.layout import drawn_texts, texts_outside, texts_overlapping

ONE_COLUMN, LNCS, TWO_COLUMNS = 85, 122, 175
COUNT = re.compile(r"\d videos?\b|\d examples?\b|\d training clips?\b|^No video\b", re.MULTILINE)
"""What says of how many clips a figure is, each example of one, or that there is none."""


def plain_bars_that_distract(figure):
    """Areas in orange that nothing but their colour tells from blue ones."""
    orange = to_rgb(DISTRACTS)
    return [
        patch
        for patch in figure.findobj(Patch)
        if not patch.get_hatch()
        and orange in (to_rgb(patch.get_facecolor()), to_rgb(patch.get_edgecolor()))
    ]


case = functools.cache(lambda name, labelled: CASES[name](labelled))


@pytest.mark.parametrize("name", read_catalogue())
@pytest.mark.parametrize(
    ("width", "labelled"),
    [(ONE_COLUMN, True), (LNCS, False), (TWO_COLUMNS, True)],
)
def test_figures_can_be_printed(name, width, labelled):
    with drawn_on(Paper(width)):
        figure = case(name, labelled)()
    across, down = figure.get_size_inches() * 25.4
    assert 0.55 * width < across <= width + 0.01
    assert down <= 297
    texts = drawn_texts(figure)
    assert min(text.get_fontsize() for _, _, text in texts) > 5.99
    assert not texts_outside(figure, texts)
    assert not texts_overlapping(texts)
    assert any(COUNT.search(words.replace("\n", " ")) for words, _, _ in texts)
    assert not plain_bars_that_distract(figure)
    if width == WIDTH_MM:
        assert not differences(coarse(figure), baseline(name))


def test_a_line_that_is_missing_is_seen_in_the_coarse_picture():
    with drawn_on(Paper(WIDTH_MM)):
        figure = case("performance", True)()
    drawn_texts(figure)
    expected = baseline("performance")
    assert not differences(coarse(figure), expected)
    figure.axes[0].lines[0].remove()
    assert differences(coarse(figure), expected)
    assert differences(coarse(figure)[1:], expected)
