"""Figure: which pairs of frames need each other, and which say the same."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from playfair.data.clips.ground_truth import read_ground_truth
from playfair.data.stores.esv_store import load_by_model
from playfair.data.stores.esv_table import EsvTable, TableOfEach
from playfair.data.video.gulp import GulpReader
from playfair.figures.catalogue import FigureEntry
from playfair.figures.drawing.cells import add_bar, draw_cells
from playfair.figures.drawing.counts import count_videos
from playfair.figures.drawing.names import model_heading, wrap
from playfair.figures.drawing.paper import paper
from playfair.figures.drawing.strip_page import BETWEEN, LINE, MARGIN, Page, room_for_blocks
from playfair.figures.drawing.strips import strip_legend
from playfair.figures.drawing.style import (
    class_title,
    letters_in,
    new_figure,
    say_nothing_to_draw,
    with_look,
)
from playfair.figures.filmstrips import Example, Frames, filmstrips_table, strips_of

FIGURE = FigureEntry(
    title="Which frames need each other?",
    category="Attributions",
    order=56,
    needs=("with_pairs",),
    uses=("gulp", "ground_truth"),
    facts=("evidence_rate", "fps"),
)

VIDEO, ALL, CLASS = "video", "all", "class"
"""What a map is of: the example, all videos of a model, those of a class."""
TRUE, PREDICTED = "wrong_true", "wrong_predicted"
"""Of a wrong prediction, for the true class and for the predicted one."""
_OF_ONE_VIDEO = (VIDEO, TRUE, PREDICTED)
_CLASSES = 3
_MOST_MODELS = 5
"""For which a page has room, without the examples' frames."""
# Everything in inches.
_MAP, _STEP, _TICKS, _BAR, _BAR_WIDTH = 0.88, 1.35, 0.17, 0.55, 2.4
_CLOSER = 0.1
_BARS = {True: "in one video", False: "mean over videos"}
_TITLE_LINES, _TITLE_WIDTH = 4, 20


def explained_pairs(table: EsvTable) -> np.ndarray:
    """(V, n, n) float64: interactions for the true class, or the predicted one without a label."""
    assert table.interactions is not None
    chosen = np.where(table.label >= 0, 0, 1)
    pairs: np.ndarray = table.interactions[np.arange(len(chosen)), chosen].astype(np.float64)
    return pairs


def interactions_table(tables: Mapping[str, EsvTable]) -> pd.DataFrame:
    """Pairwise Shapley interactions of every model: means, class means and two examples.

    Interactions are those for the true class, or the predicted one without a label; the example is
    the video with the largest of all, up or down, among those that the model gets right. Of those
    that it gets wrong, the one with the largest for the predicted class comes with both classes.

    Args:
        tables: by model, at one number of frames each, with interactions.

    Returns:
        One row per model, map and pair of positions first < second (1..n): model, n_frames, of
        ("video", "all", "wrong_true", "wrong_predicted" or "class"), uid (of one video),
        class_name (but for "all"), video_count, unlabelled_count and interaction, the mean over the
        videos.
    """
    parts = []
    for model, table in tables.items():
        pairs, everything = explained_pairs(table), np.arange(len(table.uid))
        name = table.class_name[table.explained]
        wrong = (table.label >= 0) & ~table.correct
        example = _strongest(pairs, ~wrong)
        maps = [(VIDEO, name[example[0]], pairs, example), (ALL, "", pairs, everything)]
        if wrong.any():
            assert table.interactions is not None
            predicted = table.interactions[:, 1].astype(np.float64)
            mistake = _strongest(predicted, wrong)
            its_name = table.class_name[table.predicted[mistake[0]]]
            maps += [(TRUE, name[mistake[0]], pairs, mistake)]
            maps += [(PREDICTED, its_name, predicted, mistake)]
        maps += [(CLASS, one, pairs, np.flatnonzero(name == one)) for one in sorted(set(name))]
        first, second = np.triu_indices(table.n_frames, k=1)
        for of, class_name, values, videos in maps:
            part = {
                "model": model,
                "n_frames": table.n_frames,
                "of": of,
                "uid": table.uid[videos[0]] if of in _OF_ONE_VIDEO else "",
                "class_name": class_name,
                "video_count": len(videos),
                "unlabelled_count": int((table.label[videos] < 0).sum()),
                "first": first + 1,
                "second": second + 1,
                "interaction": values[videos].mean(axis=0)[first, second],
            }
            parts.append(pd.DataFrame(part))
    return pd.concat(parts, ignore_index=True)


def _strongest(pairs: np.ndarray, among: np.ndarray) -> np.ndarray:
    """(1,) the video with the largest interaction `among` those that count, of all if none does."""
    size = np.abs(pairs).max(axis=(1, 2))
    return np.array([np.where(among | (not among.any()), size, -1.0).argmax()])


@with_look
def plot_interactions(table: pd.DataFrame, examples: pd.DataFrame, frames: Frames | None) -> Figure:
    """Draw the table of :func:`interactions_table`, a row of maps per model below its example.

    Args:
        examples: of the videos of the table, as
            :func:`playfair.figures.filmstrips.filmstrips_table` gives them, and frames as there.
    """
    models = list(dict.fromkeys(table["model"]))
    if not models:
        figure = new_figure(2.0)
        return say_nothing_to_draw(figure, "A single frame has no pairs.")
    shown = models[:_MOST_MODELS]
    examples = examples[examples["model"].isin(shown)]
    maps = _TITLE_LINES * LINE + _MAP + _TICKS
    strips, scale = strips_of(examples, frames)
    bars_in_a_row = paper().columns(2, 3.0)
    bar_rows = 2 // bars_in_a_row
    below = [maps] * len(shown) + [_BAR] * bar_rows
    heights = [*(strip.height - _CLOSER for strip in strips), *below]
    while strips and sum(heights) + BETWEEN * len(heights) > room_for_blocks():
        # The last model's first: its map says which video it is of.
        del strips[-1], heights[len(strips)]
    count = count_videos(*table.loc[table["of"] == ALL, "video_count"])
    subtitle = f"{count}, of a class those in brackets; a cell is a pair of positions"
    if len(shown) < len(models):
        subtitle += f"; {len(shown)} of {len(models)} models, all are in the table"
    page = Page(FIGURE.title, heights, strip_legend(examples) if strips else ([], []), subtitle)
    table = table[table["model"].isin(shown)]
    drawn = pd.concat([_chosen(table[table["model"] == model]) for model in shown])
    limits = {
        is_video: float(rows["interaction"].abs().max()) or 1.0
        for is_video, rows in drawn.groupby(drawn["of"].isin(_OF_ONE_VIDEO))
    }
    for place, model in enumerate(shown):
        if place < len(strips):
            strips[place].draw(page, scale)
            page.top += _CLOSER
        rows = drawn[drawn["model"] == model]
        for column, (_, one) in enumerate(rows.groupby("map", sort=False)):
            _draw_map(page, column, one, limits[one["of"].iloc[0] in _OF_ONE_VIDEO])
        page.top -= maps + BETWEEN
    room = paper().width / bars_in_a_row
    for place, (is_video, words) in enumerate(_BARS.items()):
        left = (place % bars_in_a_row + 0.5) * room - _BAR_WIDTH / 2
        below_top = place // bars_in_a_row * (_BAR + BETWEEN)
        cax = page.add_axes(left, below_top, _BAR_WIDTH, 0.09)
        words = wrap(f"− say the same, + need each other: {words}", letters_in(room - 0.1))
        add_bar(page.figure, limits[is_video], words, cax=cax)
    return page.figure


def _chosen(rows: pd.DataFrame) -> pd.DataFrame:
    """Of one model's maps those to draw, numbered by `map`: classes of the largest mean pairs."""
    classes = rows[rows["of"] == CLASS]
    size = classes["interaction"].abs().groupby(classes["class_name"]).max()
    names = sorted(size.index, key=lambda name: (-size[name], name))
    columns = paper().columns(2 + _CLASSES, _STEP, 0.1)
    # Of a wrong prediction both maps or none, and one class in any case.
    has_mistake = columns == 2 + _CLASSES and rows["of"].eq(TRUE).any()
    first = [VIDEO, ALL, TRUE, PREDICTED] if has_mistake else [VIDEO, ALL]
    order = [(of, "") for of in first]
    order += [(CLASS, name) for name in names[: columns - len(first)]]
    keys = zip(rows["of"], rows["class_name"].where(rows["of"] == CLASS, ""), strict=True)
    numbered = rows.assign(map=[order.index(key) if key in order else -1 for key in keys])
    return numbered[numbered["map"] >= 0].sort_values("map", kind="stable")


def _draw_map(page: Page, column: int, rows: pd.DataFrame, limit: float) -> None:
    """One map under its title, symmetric and empty on the diagonal."""
    row = rows.iloc[0]
    n_frames = int(row["n_frames"])
    values = np.full((n_frames, n_frames), np.nan)
    first, second = rows["first"].to_numpy() - 1, rows["second"].to_numpy() - 1
    values[first, second] = values[second, first] = rows["interaction"]
    if row["of"] == VIDEO:
        words = f"{model_heading(row['model'], _TITLE_WIDTH, 2)}\nvideo {row['uid']}"
        words = "\n".join(line[: _TITLE_WIDTH + 2] for line in words.split("\n"))
    elif row["of"] == ALL:
        words = f"all {count_videos(row['video_count'])}"
    elif row["of"] in (TRUE, PREDICTED):
        which = "true" if row["of"] == TRUE else "predicted"
        words = f"✗ video {row['uid']}"[: _TITLE_WIDTH + 2]
        words += "\n" + wrap(f"{which}: {class_title(row['class_name'])}", _TITLE_WIDTH, 3)
    else:
        count = f" ({row['video_count']})"
        lines = class_title(row["class_name"], _TITLE_WIDTH, _TITLE_LINES).split("\n")
        if len(lines[-1] + count) > _TITLE_WIDTH and len(lines) < _TITLE_LINES:
            lines.append("")
        words = "\n".join([*lines[:-1], f"{lines[-1]}{count}".strip()])
    left = MARGIN + 0.2 + column * _STEP
    above = (_TITLE_LINES - 1 - words.count("\n")) * LINE
    for number, line in enumerate(words.split("\n")):
        page.add_text(left, above + number * LINE, line)
    axes = page.add_axes(left, _TITLE_LINES * LINE + 0.03, _MAP, _MAP)
    edges = np.arange(n_frames + 1) + 0.5
    draw_cells(axes, edges, edges, values, limit)
    axes.invert_yaxis()
    ticks = np.arange(1, n_frames + 1, 1 + n_frames // 5)
    axes.set_xticks(ticks)
    axes.set_yticks(ticks if column == 0 else [])
    axes.tick_params(pad=1)


def draw(
    with_pairs: Sequence[str],
    gulp: str | None,
    ground_truth: str | None,
    *,
    evidence_rate: float,
    fps: float,
) -> tuple[pd.DataFrame, Figure]:
    """The table and the figure, at the largest number of frames that has interactions."""
    results = load_by_model(with_pairs)
    numbers = {model: found.numbers_with("interactions") for model, found in results.items()}
    # A single frame has no pairs.
    most = {model: max(found) for model, found in numbers.items() if max(found, default=1) > 1}
    tables = TableOfEach(results, most)
    table = interactions_table(tables) if tables else pd.DataFrame(columns=_COLUMNS)
    of_videos = table[table["of"] == VIDEO].drop_duplicates("model")
    pairs = zip(of_videos["model"], of_videos["uid"], strict=True)
    truth = read_ground_truth(ground_truth, evidence_rate) if ground_truth else None
    examples = [Example(model, uid) for model, uid in pairs]
    strips = filmstrips_table(examples, tables, truth, fps)
    return table, plot_interactions(table, strips, GulpReader(gulp).pictures if gulp else None)


_COLUMNS = [
    *("model", "n_frames", "of", "uid", "class_name", "video_count", "unlabelled_count"),
    *("first", "second", "interaction"),
]
