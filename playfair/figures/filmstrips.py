"""Figure: filmstrips of example videos with the ESVs of the true class and of its rival below."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from playfair.data.clips.ground_truth import read_ground_truth
from playfair.data.stores.esv_store import load_by_model
from playfair.data.stores.esv_table import EsvTable, TableOfEach
from playfair.data.video.gulp import GulpReader
from playfair.evaluation.localisation import inside_any
from playfair.figures.catalogue import FigureEntry, FigureOption
from playfair.figures.drawing.counts import count_examples
from playfair.figures.drawing.strip_page import BETWEEN, Page, room_for_blocks
from playfair.figures.drawing.strips import FrameStrip, StripScale, strip_legend
from playfair.figures.drawing.style import new_figure, say_nothing_to_draw, with_look

FIGURE = FigureEntry(
    title="Which frames made the model say so?",
    category="Attributions",
    order=10,
    needs=("collated",),
    uses=("gulp", "ground_truth"),
    facts=("evidence_rate", "fps"),
    options=(
        FigureOption(
            "n_frames",
            int | None,
            None,
            "Frames of a strip, one of n_frames; null takes the largest. A network of whole "
            "clips that is not explained at it is drawn at the nearest number.",
            {"ge": 1, "le": 1000},
        ),
        FigureOption(
            "per_model_right",
            int,
            1,
            "Examples that a model gets right, per model.",
            {"ge": 0, "le": 20},
        ),
        FigureOption(
            "per_model_wrong",
            int,
            1,
            "Examples that a model gets wrong, per model.",
            {"ge": 0, "le": 20},
        ),
    ),
)

COLUMNS = [
    "example",
    "model",
    "uid",
    "outcome",
    "position",
    "frame_idx",
    "seconds",
    "inside",
    "class_name",
    "prior",
    "score",
    "esv",
    "rival_class_name",
    "rival_prior",
    "rival_score",
    "rival_esv",
]
"""Of :func:`filmstrips_table`, also where there is no example."""

Frames = Callable[[str, list[int]], Sequence[np.ndarray] | None]
"""(uid, frame_idx) -> those frames, each (H, W, 3) uint8 RGB, or None; GulpReader.pictures is one.
"""


@dataclass(frozen=True)
class Example:
    """A video to draw, with the model that explains it.

    class_idx: the class to explain; None: the true one, or the predicted one without a label.
    """

    model: str
    uid: str
    class_idx: int | None = None


def select_examples(
    tables: Mapping[str, EsvTable], per_model_right: int = 1, per_model_wrong: int = 1
) -> list[Example]:
    """Choose telling examples for every model, of classes as different as can be.

    Of the videos that a model gets right, those whose frames disagree most come first (largest
    difference between the highest and the lowest ESV of the true class); of those that it gets
    wrong, those in which it is most certain of its wrong prediction. Classes and videos that are
    among the examples already are passed over as long as there are others. Videos without a label
    count as right, so that there is something to look at. Nothing is random.

    Args:
        tables: by model, all with the same n_frames.
        per_model_right, per_model_wrong: how many examples at most.

    Returns:
        Examples model by model, right ones first.
    """
    examples: list[Example] = []
    used: dict[object, int] = {}
    for model, table in tables.items():
        wrong = (table.label >= 0) & ~table.correct
        reference = table.explained
        esv = table.esv_for(reference)
        disagreement = esv.max(axis=1) - esv.min(axis=1)
        certainty = table.scores.max(axis=1)
        for kind, telling, count in (
            (~wrong, disagreement, per_model_right),
            (wrong, certainty, per_model_wrong),
        ):
            candidates = set(np.flatnonzero(kind).tolist())
            for _ in range(min(count, len(candidates))):
                row = min(
                    candidates,
                    key=lambda v: (
                        used.get(("uid", table.uid[v]), 0),
                        used.get(("class", reference[v]), 0),
                        -telling[v],
                        table.uid[v],
                    ),
                )
                candidates.remove(row)
                examples.append(Example(model, str(table.uid[row])))
                for key in (("uid", table.uid[row]), ("class", reference[row])):
                    used[key] = used.get(key, 0) + 1
    return examples


def filmstrips_table(
    examples: Sequence[Example],
    tables: Mapping[str, EsvTable],
    ground_truth: pd.DataFrame | None = None,
    fps: float | None = None,
) -> pd.DataFrame:
    """The numbers of the filmstrips: one row per example and frame.

    Args:
        examples: what to draw, in this order.
        tables: by model.
        ground_truth: columns uid, first_frame, last_frame (inclusive), where it is known.
        fps: frames per second that frame_idx counts, where that is known.

    Returns:
        Columns example (0..), model, uid, outcome ("right", "wrong" or "unlabelled"), position
        (1..n), frame_idx, seconds (frame_idx / fps, NaN without fps), inside (1.0 / 0.0, NaN
        without ground truth), class_name (the explained class), rival_class_name (the
        highest-scoring class other than that one: a wrong prediction if there is one), and for both
        of them prior, score and esv, those of the rival with the prefix rival_ (NaN and no name
        where there is one class only).
    """
    rows = [
        _example_rows(place, example, tables[example.model], ground_truth, fps)
        for place, example in enumerate(examples)
    ]
    return pd.concat(rows, ignore_index=True) if rows else pd.DataFrame(columns=COLUMNS)


def _example_rows(
    place: int,
    example: Example,
    table: EsvTable,
    ground_truth: pd.DataFrame | None,
    fps: float | None,
) -> pd.DataFrame:
    row = int(np.flatnonzero(table.uid == example.uid)[0])
    scores = table.scores[row]
    reference = int(table.explained[row]) if example.class_idx is None else example.class_idx
    others = np.delete(np.arange(len(scores)), reference)
    rival = others[scores[others].argmax()] if len(others) else None
    outcome = "right" if table.correct[row] else "wrong"
    if table.label[row] < 0:
        outcome = "unlabelled"
    frame_idx = table.frame_idx[row]
    return pd.DataFrame(
        {
            "example": place,
            "model": example.model,
            "uid": example.uid,
            "outcome": outcome,
            "position": np.arange(1, table.n_frames + 1),
            "frame_idx": frame_idx,
            "seconds": np.nan if fps is None else frame_idx / fps,
            "inside": inside_evidence(example.uid, frame_idx, ground_truth),
            "class_name": table.class_name[reference],
            "prior": float(table.prior[reference]),
            "score": float(scores[reference]),
            "esv": table.esv[row, :, reference].astype(np.float64),
            "rival_class_name": "" if rival is None else table.class_name[rival],
            "rival_prior": np.nan if rival is None else float(table.prior[rival]),
            "rival_score": np.nan if rival is None else float(scores[rival]),
            "rival_esv": np.nan if rival is None else table.esv[row, :, rival].astype(np.float64),
        }
    )


def inside_evidence(
    uid: str, frame_idx: np.ndarray, ground_truth: pd.DataFrame | None
) -> np.ndarray:
    """(n,) 1.0 for frames inside one of the video's intervals, else 0.0; NaN if none is known."""
    if ground_truth is not None:
        interval = ground_truth[ground_truth["uid"] == uid]
        if len(interval):
            bounds = interval[["first_frame", "last_frame"]].to_numpy()
            return inside_any(frame_idx, bounds).astype(np.float64)
    return np.full(len(frame_idx), np.nan)


@with_look
def plot_filmstrips(table: pd.DataFrame, frames: Frames | None) -> Figure:
    """Draw the table of :func:`filmstrips_table`.

    Per example: a header with the model, the outcome, the video, both classes and their scores; the
    sampled frames and when they are shown, with a line above those that carry the evidence; below
    them bars that lead from the prior to the score of the true class, each as long as the ESV of
    its frame (blue supports, orange distracts), with the number, and in grey the way of the rival's
    score, all on one scale; and of a wrong prediction the true minus the predicted class. Of more
    examples than go on one page every model's first ones are drawn.

    Args:
        table: one row per example and frame.
        frames: called as frames(uid, frame_idx), gives the frames to show; None where there are
            none, only features: the number of each frame takes the picture's place.
    """
    if table.empty:
        return say_nothing_to_draw(new_figure(2.0), "There is no example to show.")
    strips, scale = strips_of(table, frames)
    drawn, note = strips_on_a_page(strips)
    legend = strip_legend(pd.concat([strip.rows for strip in drawn]))
    page = Page(FIGURE.title, [strip.height for strip in drawn], legend, note)
    for strip in drawn:
        strip.draw(page, scale)
    return page.figure


def strips_of(table: pd.DataFrame, frames: Frames | None) -> tuple[list[FrameStrip], StripScale]:
    """The strips of the examples of a table, and the scale of all of them."""
    strips = []
    for _, rows in table.groupby("example"):
        frame_idx = [int(index) for index in rows["frame_idx"]]
        pictures = frames(rows["uid"].iloc[0], frame_idx) if frames else None
        strips.append(FrameStrip(rows, pictures))
    return strips, StripScale.of_examples(table)


def strips_on_a_page(
    strips: Sequence[FrameStrip], below: float = 0.0
) -> tuple[list[FrameStrip], str]:
    """The strips for which a page has room, in their order, and in words how many they are.

    Every model's first comes before any model's second. `below`: inches below each strip.
    """
    turns: dict[str, int] = {}
    places = []
    for place, strip in enumerate(strips):
        turns[strip.model] = turns.get(strip.model, 0) + 1
        places.append((turns[strip.model], place))
    room = room_for_blocks()
    chosen: list[int] = []
    for _, place in sorted(places):
        room -= strips[place].height + below + BETWEEN
        if room < 0 and chosen:
            break
        chosen.append(place)
    return [strips[place] for place in sorted(chosen)], count_examples(len(chosen), len(strips))


def drawn_number(numbers: Sequence[int], asked: int | None) -> int:
    """The number of `numbers` that is nearest to the one asked for, the larger of two; or the
    largest."""
    if asked is None:
        return max(numbers)
    return min(numbers, key=lambda number: (abs(number - asked), -number))


def draw(
    collated: Sequence[str],
    gulp: str | None,
    ground_truth: str | None,
    *,
    evidence_rate: float,
    fps: float,
    n_frames: int | None,
    per_model_right: int,
    per_model_wrong: int,
) -> tuple[pd.DataFrame, Figure]:
    """The table and the figure; at the largest number of frames where `n_frames` is None.

    A model that is not explained at `n_frames` is drawn at the nearest of its numbers.
    """
    results = load_by_model(collated)
    numbers = {model: drawn_number(list(found), n_frames) for model, found in results.items()}
    tables = TableOfEach(results, numbers)
    table = filmstrips_table(
        select_examples(tables, per_model_right, per_model_wrong),
        tables,
        read_ground_truth(ground_truth, evidence_rate) if ground_truth else None,
        fps,
    )
    return table, plot_filmstrips(table, GulpReader(gulp).pictures if gulp else None)
