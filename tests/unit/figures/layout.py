"""Checks of a drawn figure: nothing cut off, nothing written over something else."""

import matplotlib
from matplotlib.axis import Tick
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text

from playfair.figures.drawing.fonts import LETTERS, text_as_text

SLACK = 1.5
"""Pixels at 100 dots per inch by which extents may miss, for hinting and rounding."""


def drawn_texts(figure):
    """(words, extent in pixels, text) of everything written that shows."""
    figure.set_dpi(100)
    canvas = FigureCanvasAgg(figure)
    # As it is saved: labels of ticks are made when they are drawn.
    with matplotlib.rc_context(text_as_text(LETTERS)):
        figure.draw_without_rendering()
    renderer = canvas.get_renderer()
    artists = figure.findobj()
    not_drawn = _labels_of_ticks(artists) - _labels_of_shown_ticks(figure)
    for axes in figure.get_axes():
        if not axes.get_visible():
            not_drawn |= set(axes.findobj(Text))
    return [
        (text.get_text(), text.get_window_extent(renderer), text)
        for text in artists
        if isinstance(text, Text)
        and text.get_visible()
        and text.get_text().strip()
        and text not in not_drawn
    ]


def _labels_of_ticks(artists):
    ticks = (artist for artist in artists if isinstance(artist, Tick))
    return {label for tick in ticks for label in (tick.label1, tick.label2)}


def _labels_of_shown_ticks(figure):
    """An axis keeps ticks beyond its limits and spare ones, none of which is drawn."""
    shown = set()
    for axes in figure.get_axes():
        if not axes.axison:
            continue
        for axis, limits in ((axes.xaxis, axes.get_xlim()), (axes.yaxis, axes.get_ylim())):
            low, high = sorted(limits)
            room = 1e-9 * (high - low)
            for tick in [*axis.get_major_ticks(), *axis.get_minor_ticks()]:
                if low - room <= tick.get_loc() <= high + room:
                    shown |= {tick.label1, tick.label2}
    return shown


def texts_outside(figure, texts):
    """The words that reach beyond the figure, of what `drawn_texts` found in it."""
    width, height = figure.get_size_inches() * 100
    return [
        words
        for words, box, _ in texts
        if box.x0 < -SLACK or box.y0 < -SLACK or box.x1 > width + SLACK or box.y1 > height + SLACK
    ]


def texts_overlapping(texts):
    found = []
    for place, (words, box, _) in enumerate(texts):
        for other_words, other, _ in texts[place + 1 :]:
            across = min(box.x1, other.x1) - max(box.x0, other.x0)
            down = min(box.y1, other.y1) - max(box.y0, other.y0)
            if across > SLACK and down > SLACK:
                found.append((words, other_words))
    return found


def assert_publishable(figure):
    texts = drawn_texts(figure)
    outside, overlapping = texts_outside(figure, texts), texts_overlapping(texts)
    assert not outside, f"cut off: {outside}"
    assert not overlapping, f"written over each other: {overlapping}"
    assert min(text.get_fontsize() for _, _, text in texts) >= 8
