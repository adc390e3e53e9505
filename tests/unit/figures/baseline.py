"""Coarse pictures of all figures, to which figures are held: what moves or vanishes is seen.

    python -m tests.unit.figures.baseline

draws them anew, to be looked at before they are committed. They are coarse enough that other
versions of a font or another processor change little.
"""

import io
from pathlib import Path

import matplotlib
import numpy as np
from PIL import Image

from playfair.figures.drawing.fonts import LETTERS, text_as_text
from playfair.figures.drawing.paper import Paper, drawn_on
from tests.unit.figures.every_figure import CASES
from tests.unit.figures.layout import drawn_texts

FOLDER = Path(__file__).with_name("baseline")
WIDTH_MM, DPI, COLUMNS = 175, 50, 80
MEAN_OFF, MOST_OFF = 1.5, 45
"""Of 255 levels of grey: of all cells of a picture on average, and of a cell."""


def coarse(figure):
    """A figure that was drawn before as cells of grey, (rows, COLUMNS) uint8.

    Before: the layout settles when it is made again.
    """
    file = io.BytesIO()
    with matplotlib.rc_context(text_as_text(LETTERS)):
        figure.savefig(file, format="png", dpi=DPI)
    picture = Image.open(file).convert("L")
    rows = round(COLUMNS * picture.height / picture.width)
    return np.asarray(picture.resize((COLUMNS, rows), Image.Resampling.BOX))


def baseline(name):
    return np.asarray(Image.open(FOLDER / f"{name}.png"))


def differences(found, expected):
    """What is wrong with a coarse picture, in words; "" if nothing is."""
    if found.shape != expected.shape:
        return f"{found.shape} cells, not {expected.shape}"
    off = np.abs(found.astype(int) - expected)
    if off.mean() <= MEAN_OFF and off.max() <= MOST_OFF:
        return ""
    row, column = np.unravel_index(off.argmax(), off.shape)
    return f"{off.mean():.1f} off on average, {off.max()} in row {row}, column {column}"


def draw_all():
    FOLDER.mkdir(exist_ok=True)
    for name, case in CASES.items():
        with drawn_on(Paper(WIDTH_MM)):
            figure = case(True)()
        drawn_texts(figure)
        Image.fromarray(coarse(figure)).save(FOLDER / f"{name}.png")


if __name__ == "__main__":
    draw_all()
