import io

import matplotlib
import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from playfair.figures.drawing.signs import draw_bars, sign_legend


def grey(figure):
    """A figure as a grey print has it, (rows, columns) uint8."""
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=100)
    return np.asarray(Image.open(file).convert("L"))


@pytest.mark.parametrize("hollow", [False, True])
def test_bars_that_distract_are_striped_in_grey_print_and_others_are_plain(hollow):
    figure = Figure((4, 2))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    axes.set(xlim=(0, 2), ylim=(-1, 1))
    with matplotlib.rc_context({"hatch.linewidth": 0.6}):
        draw_bars(axes, [0.5, 1.5], [0.5, -0.5], 0.8, bottom=[-0.25, 0.25], hollow=hollow)
        printed = grey(figure)
    # Within the lines around the bars.
    supports, distracts = printed[80:120, 30:170], printed[80:120, 230:370]
    assert np.ptp(supports) == 0
    assert np.ptp(distracts) > 60


def test_bars_begin_where_they_are_told_and_the_legend_shows_both_looks():
    axes = Figure().subplots()
    draw_bars(axes, [0, 1], [0.5, -0.5], 0.8, bottom=[1, 2])
    assert [(bar.get_y(), bar.get_height()) for bar in axes.patches] == [(1, 0.5), (2, -0.5)]
    handles, labels = sign_legend()
    assert labels == ["supports", "distracts"]
    for handle, bar in zip(handles, axes.patches, strict=True):
        assert handle.get_hatch() == bar.get_hatch()
        assert handle.get_facecolor() == bar.get_facecolor()
