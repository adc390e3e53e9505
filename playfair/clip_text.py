"""An explained clip as text: the top classes, and the ESV of each frame with a signed bar."""

import numpy as np

from playfair.data.stores.esv_table import EsvTable
from playfair.errors import printable
from playfair.figures.drawing.names import model_title

_BAR_LENGTH = 24


def top_classes_text(table: EsvTable, count: int = 5) -> str:
    """The highest-scoring classes of a table of one video, best first, a line each."""
    scores = table.scores[0]
    best = np.argsort(-scores, kind="stable")[:count]
    lines = [f"{'score':>7}  {'prior':>7}  class"]
    names = [printable(name) for name in table.class_name]
    lines += [f"{scores[c]:7.4f}  {table.prior[c]:7.4f}  {names[c]}" for c in best]
    return "\n".join(lines)


def frames_text(table: EsvTable, class_idx: int, fps: float) -> str:
    """The ESV of each frame of a table of one video for one class, with a signed bar.

    Of elements of several frames the time is that from the first to the last.

    Bars of "+" to the right support the class, bars of "-" to the left distract from it; the
    longest stands for the largest value. Sampled values have their standard error beside them.

    Args:
        fps: frames per second, for the time of each frame.
    """
    esv = table.esv[0, :, class_idx].astype(np.float64)
    errors = None if table.standard_error is None else table.standard_error[0, :, class_idx]
    prior, score = float(table.prior[class_idx]), float(table.scores[0, class_idx])
    elements = table.element_frame_idx
    unit = "frame" if elements is None else "element"
    frames = f"1 {unit}" if len(esv) == 1 else f"{len(esv)} {unit}s"
    if elements is not None:
        frames += f" of {elements.shape[2]} frame{'s' if elements.shape[2] > 1 else ''}"
    lines = [
        f'"{printable(table.class_name[class_idx])}" by '
        f"{model_title(table.attributes['model'])} on {frames} "
        f"({'exact' if errors is None else 'sampled'} values):",
        f"prior {prior:.4f} {_signed(esv.sum())} over the {unit}s = score {score:.4f}",
        f"{'frame':>7}  {'time':>{7 if elements is None else 13}}  {'ESV':>8}"
        + ("" if errors is None else f"  {'error':>7}")
        + f"  {'distracts':>{_BAR_LENGTH}}|supports",
    ]
    largest = max(float(np.abs(esv).max()), 1e-12)
    for place, value in enumerate(esv):
        frame = int(table.frame_idx[0, place])
        error = "" if errors is None else f"  {errors[place]:7.4f}"
        bar = _bar(value, largest)
        when = f"{frame / fps:5.2f} s"
        if elements is not None:
            first, last = int(elements[0, place, 0]), int(elements[0, place, -1])
            when = f"{first / fps:5.2f}-{(last + 1) / fps:5.2f} s"
        lines.append(f"{frame:7d}  {when}  {_signed(value):>8}{error}  {bar}")
    return "\n".join(lines)


def _bar(value: float, largest: float) -> str:
    length = round(_BAR_LENGTH * abs(value) / largest)
    left = "-" * length if value < 0 else ""
    right = "+" * length if value > 0 else ""
    return f"{left:>{_BAR_LENGTH}}|{right}"


def _signed(value: float) -> str:
    return f"{value:+.4f}"
