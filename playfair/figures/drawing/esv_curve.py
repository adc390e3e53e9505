"""The ESV curve of one video: a value per frame and class, with its standard error if sampled."""

from collections.abc import Sequence

import matplotlib
import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from playfair.attribution.result import Attribution
from playfair.errors import InputError
from playfair.figures.drawing.fonts import text_as_text
from playfair.figures.drawing.style import REFERENCE, model_looks


def plot_result(
    result: Attribution,
    video: int = 0,
    classes: Sequence[int] | None = None,
    class_names: Sequence[str] | None = None,
    ax: Axes | None = None,
) -> Figure:
    """Draw the ESVs of one video of a result over its frames; returns the figure.

    classes: numbers of the classes to draw, by default the two with the highest scores.
    class_names: a name for every class number. ax: where to draw, a new figure by default.
    Raises `InputError` for a class that the result does not hold.
    """
    with matplotlib.rc_context(text_as_text()):
        return _plot(result.videos()[video], classes, class_names, ax)


def _plot(
    shown: Attribution,
    classes: Sequence[int] | None,
    class_names: Sequence[str] | None,
    ax: Axes | None,
) -> Figure:
    class_idx = shown.class_idx.tolist()
    if classes is None:
        classes = [class_idx[column] for column in np.argsort(-shown.scores, kind="stable")[:2]]
    if ax is None:
        _, ax = plt.subplots(figsize=(6, 3), layout="constrained")
    frames = np.arange(len(shown.esv))
    ax.axhline(0, color=REFERENCE, linewidth=0.8)
    looks = model_looks([*map(str, classes)])
    for class_number in classes:
        if class_number not in class_idx:
            raise InputError(
                f"class {class_number} cannot be drawn: the result holds the classes "
                f"{', '.join(map(str, class_idx))}"
            )
        column = class_idx.index(class_number)
        name = f"class {class_number}" if class_names is None else class_names[class_number]
        error = None if shown.standard_error is None else 1.96 * shown.standard_error[:, column]
        ax.errorbar(
            frames,
            shown.esv[:, column],
            yerr=error,
            capsize=2,
            **looks[str(class_number)],
            label=f"{name} (score {shown.scores[column]:.2f})",
        )
    ax.set(xlabel="Frame", ylabel=f"Element Shapley Value ({shown.score})")
    ax.legend(frameon=False)
    figure = ax.get_figure()
    assert isinstance(figure, Figure)
    return figure
