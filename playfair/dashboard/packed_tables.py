"""Tables, and how the page takes them: from the server in 32 bits a score, in files in 14."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from playfair.attribution.limits import MAX_FRAMES
from playfair.dashboard.packing import LEVELS, as_shares, packed, planes

MOST_COLUMNS = 16
"""Most classes of a table, but for those that are asked for."""
MOST_FRAMES_OF_ALL_CLASSES = 12
"""Beyond, a table has the classes that are asked for only."""
_ROUNDING = 1e-5
"""Scores that differ by less, of their range, are the same to the bits in which files have them."""


@dataclass(frozen=True)
class Table:
    """Scores of all subsets of n frames, by mask: bit i set, the frame at place i is seen.

    frame_idx: (n,), which frames of the video stand at the places. class_idx: (K,). scores:
    (2^n, K) float32. top: (2^n,), the class that is predicted, and top_score: (2^n,) float32.
    """

    frame_idx: np.ndarray
    class_idx: np.ndarray
    scores: np.ndarray
    top: np.ndarray
    top_score: np.ndarray


def table_of_scores(
    scores: np.ndarray, frame_idx: np.ndarray, wanted: Sequence[int], most: int
) -> Table:
    """A table of the scores (2^n, C) of all classes: of those with the highest scores on any
    subset, beside those that are wanted."""
    order = np.argsort(-scores.max(axis=0), kind="stable").tolist()
    classes = np.sort(list(dict.fromkeys([*wanted, *order]))[: max(most, len(wanted))])
    return Table(frame_idx, classes, scores[:, classes], scores.argmax(axis=1), scores.max(axis=1))


def table_json(table: Table) -> dict[str, Any]:
    """A table with its numbers as float32."""
    return {
        "frame_idx": table.frame_idx.tolist(),
        "class_idx": table.class_idx.tolist(),
        "bits": 32,
        "scores": packed(table.scores),
        "top": packed(table.top, "<u2"),
        "top_score": packed(table.top_score),
    }


def small_table_json(table: Table) -> dict[str, Any]:
    """A table with its scores in 14 bits each, as it is best compressed: see `_surprises`.

    They divide `range` evenly, of probabilities 0 to 1. Where every predicted class is one of the
    table's, `top` is its place among them, in a byte, and the scores are enough.
    """
    low, high = range_ = _range(table)
    small = {
        "frame_idx": table.frame_idx.tolist(),
        "class_idx": table.class_idx.tolist(),
        "bits": 14,
        "range": range_,
        "scores": _surprises(as_shares((table.scores - low) / (high - low), LEVELS)),
    }
    found = table.top[:, None] == table.class_idx
    if found.any(axis=1).all():
        return {**small, "top": packed(found.argmax(axis=1), "u1")}
    return {
        **small,
        "top": packed(table.top, "<u2"),
        "top_score": planes(as_shares((table.top_score - low) / (high - low), LEVELS)),
    }


def _surprises(steps: np.ndarray) -> np.ndarray:
    """Scores in steps (2^n, K) less those that the page expects, set by set, smaller ones first.

    log expected(X) = m(X) + (m(X) - mean over i in X of m(X - i)) / 2, where m(X) is the mean over
    i in X of log score(X - i), normalised with the share of all other classes. Differences d are
    sent as 2d, negative ones as -2d - 1, as `planes`.
    """
    sets = np.arange(len(steps))
    others = LEVELS - steps.sum(axis=1, keepdims=True, dtype=np.int64)
    logs = np.log(np.maximum(np.hstack([steps, others]), 0.5))
    means = _means_with_a_frame_less(logs)
    odds = np.exp(means + (means - _means_with_a_frame_less(means)) / 2)
    expected = np.floor(LEVELS * odds[:, :-1] / odds.sum(axis=1, keepdims=True) + 0.5)
    by_size = np.argsort(np.bitwise_count(sets), kind="stable")
    surprise = (steps - expected).astype(np.int64)[by_size]
    return planes(np.where(surprise < 0, -2 * surprise - 1, 2 * surprise).astype("<u2"))


def _means_with_a_frame_less(values: np.ndarray) -> np.ndarray:
    """Means of values (2^n, K) by set over the sets with one frame less; 0 for the empty one."""
    sets = np.arange(len(values))
    total = np.zeros_like(values)
    for frame in range(len(sets).bit_length() - 1):
        seen = sets[sets >> frame & 1 == 1]
        total[seen] += values[seen ^ 1 << frame]
    return total / np.maximum(np.bitwise_count(sets), 1)[:, None]


def _range(table: Table) -> tuple[float, float]:
    """Between which two numbers the scores lie: 0 and 1 unless they are no probabilities."""
    low, high = float(table.scores.min()), float(max(table.scores.max(), table.top_score.max()))
    return (0.0, 1.0) if low >= 0 and high <= 1 else (low, max(high, low + 1))


def tables_to_keep(
    name: str,
    n_frames: Iterable[int],
    make: Callable[[int, Sequence[int]], Table],
    knows_orders: bool = True,
) -> dict[str, dict[str, Any]]:
    """The tables of a model for a page that can ask for no others.

    Args:
        n_frames: ascending; what takes a megabyte a clip is left out.
        make: the table at a number of frames, in an order of them ([] as they are).
        knows_orders: whether there are tables of other orders.

    Returns:
        By "model/n"; and by "model/n/order" with the frames reversed, at the most frames, unless
        the same scores belong to the same frames in any order.
    """
    numbers = [n for n in n_frames if n <= min(MOST_FRAMES_OF_ALL_CLASSES, MAX_FRAMES)]
    tables = {}
    for number in numbers:
        own = make(number, [])
        tables[f"{name}/{number}"] = small_table_json(own)
        if knows_orders and number == numbers[-1] and number > 1:
            backwards = list(range(number))[::-1]
            turned = make(number, backwards)
            if _is_reversed(own, turned):
                tables[f"{name}/{number}"]["any_order"] = True
            else:
                order = ".".join(map(str, backwards))
                tables[f"{name}/{number}/{order}"] = small_table_json(turned)
    return tables


def _is_reversed(own: Table, turned: Table) -> bool:
    """Whether a table of the reversed frames says the same of the same frames."""
    n_frames = len(own.frame_idx)
    masks = np.arange(2**n_frames)
    mirrored = sum(((masks >> i) & 1) << (n_frames - 1 - i) for i in range(n_frames))
    same_classes = np.array_equal(own.class_idx, turned.class_idx)
    low, high = _range(own)
    most = _ROUNDING * (high - low)
    return same_classes and bool(
        (abs(own.scores - turned.scores[mirrored]) < most).all()
        and (abs(own.top_score - turned.top_score[mirrored]) < most).all()
    )
