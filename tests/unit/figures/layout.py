"""Checks of a drawn figure: nothing cut off, nothing written over something else."""

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text

SLACK = 1.5
"""Pixels at 100 dots per inch by which extents may miss, for hinting and rounding."""


def drawn_texts(figure):
    """(words, extent in pixels, text) of everything written that shows."""
    figure.set_dpi(100)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    renderer = canvas.get_renderer()
    hidden = [axes for axes in _all_axes(figure) if not axes.get_visible()]
    shown = []
    for text in figure.findobj(Text):
        if not text.get_visible() or not text.get_text().strip():
            continue
        if text.axes is not None and (text.axes in hidden or not _is_shown_tick(text)):
            continue
        shown.append((text.get_text(), text.get_window_extent(renderer), text))
    return shown


def _all_axes(figure):
    return figure.get_axes()


def _is_shown_tick(text):
    """Tick labels outside the view are Text objects too, but are not drawn."""
    axes = text.axes
    for axis, limits in ((axes.xaxis, axes.get_xlim()), (axes.yaxis, axes.get_ylim())):
        low, high = sorted(limits)
        for tick in [*axis.get_major_ticks(), *axis.get_minor_ticks()]:
            if text in (tick.label1, tick.label2):
                room = 1e-9 * max(abs(low), abs(high), 1)
                return axes.axison and low - room <= tick.get_loc() <= high + room
    return axes.axison or text not in axes.get_xticklabels() + axes.get_yticklabels()


def texts_outside(figure):
    width, height = figure.get_size_inches() * 100
    return [
        words
        for words, box, _ in drawn_texts(figure)
        if box.x0 < -SLACK or box.y0 < -SLACK or box.x1 > width + SLACK or box.y1 > height + SLACK
    ]


def texts_overlapping(figure):
    texts = drawn_texts(figure)
    found = []
    for place, (words, box, _) in enumerate(texts):
        for other_words, other, _ in texts[place + 1 :]:
            across = min(box.x1, other.x1) - max(box.x0, other.x0)
            down = min(box.y1, other.y1) - max(box.y0, other.y0)
            if across > SLACK and down > SLACK:
                found.append((words, other_words))
    return found


def smallest_text(figure):
    return min(text.get_fontsize() for _, _, text in drawn_texts(figure))


def assert_publishable(figure):
    outside, overlapping = texts_outside(figure), texts_overlapping(figure)
    assert not outside, f"cut off: {outside}"
    assert not overlapping, f"written over each other: {overlapping}"
    assert smallest_text(figure) >= 8
