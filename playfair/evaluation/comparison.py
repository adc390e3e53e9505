"""Attribution methods compared on the same videos: discarding, localisation and cost, in tables.

A table of clips has a row for each number of frames, method, explained class and clip; one of
curves has means over clips as frames go; one of costs says what a method takes. Figures read them.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import torch

from playfair.attribution.exact.shapley import exact_bytes, exact_values
from playfair.attribution.games.game import Game
from playfair.attribution.limits import DEFAULT_MEMORY_BUDGET
from playfair.attribution.methods.batches import attribute, batches_of
from playfair.attribution.methods.registry import make_options, method_class, own_options
from playfair.evaluation.compared import EXPLAINED, Compared
from playfair.evaluation.discarding import (
    ORDERS,
    area_under,
    best_areas,
    discarding_curves,
    discarding_orders,
)
from playfair.evaluation.intervals import bootstrap_interval
from playfair.evaluation.localisation import (
    auroc,
    average_precision,
    positive_mass_inside,
)

BEST = "best_order"
"""The best possible order among them: it is read off the table of all scores, and has no values."""
_MOST_VIDEOS = 1024


@dataclass(frozen=True)
class Discarded:
    """Scores as frames go, the highest and the lowest values first (see `ORDERS`).

    Attributes:
        score: (V, M, 2, 2, n + 1), of the class that is explained, with 0 .. n frames gone.
        right: (V, M, 2, 2, n), 1.0 where the model is right then, 0.0 where not. NaN in both where
            there are no values or no true class.
        best: (V, 2, 2), the areas under the best of all orders.
    """

    score: np.ndarray
    right: np.ndarray
    best: np.ndarray


def discard_frames(
    game: Game,
    videos: torch.Tensor,
    compared: Compared,
    memory_budget: int = DEFAULT_MEMORY_BUDGET,
) -> Discarded:
    """Discarding by every method, from one table of the scores of all subsets for each video.

    game: of any videos of this length; its features are replaced. videos: (V, n, ...).
    """
    video_count, method_count, _, n_frames = compared.value.shape
    score = np.full((video_count, method_count, 2, 2, n_frames + 1), np.nan, dtype=np.float32)
    right = np.full((video_count, method_count, 2, 2, n_frames), np.nan, dtype=np.float32)
    best = np.full((video_count, 2, 2), np.nan)
    each = exact_bytes(game, 1, game.class_count, keep_table=True)
    batch_size = min(_MOST_VIDEOS, max(1, memory_budget // each))
    for rows, playing in batches_of(game, videos, batch_size, "discarding", True):
        table = exact_values(playing, keep_table=True).table
        assert table is not None
        for k in range(len(EXPLAINED)):
            classes = compared.class_idx[rows, k]
            label = compared.class_idx[rows, 0]
            labelled = np.flatnonzero(classes >= 0)
            if not len(labelled):
                continue
            chosen = torch.from_numpy(classes[labelled]).to(table.device)
            places = torch.from_numpy(labelled).to(table.device)
            of_class = table[places, :, chosen].cpu().numpy()
            best[rows.start + labelled, k] = best_areas(of_class)
            for m in range(method_count):
                value = compared.value[rows, m, k]
                known = np.flatnonzero((classes >= 0) & ~np.isnan(value).any(axis=1))
                if not len(known):
                    continue
                uid = [compared.uid[rows.start + video] for video in known]
                orders = discarding_orders(value[known], uid)
                part = table[torch.from_numpy(known).to(table.device)]
                found = discarding_curves(part, orders, classes[known], label[known])
                score[rows.start + known, m, k], right[rows.start + known, m, k] = found
    right[compared.class_idx[:, 0] < 0] = np.nan
    return Discarded(score, right, best)


def clip_table(compared: Compared, discarded: Discarded) -> pd.DataFrame:
    """One row per method, explained class and clip that has values.

    Columns: method, explained, uid, class_name (of the true class, empty if unknown), is_right (of
    all frames), score_highest and score_lowest, the areas under the score of the explained class
    with the highest and the lowest values discarded first, accuracy_highest and accuracy_lowest;
    and where it is known which frames carry the evidence, mass_inside, auroc, average_precision and
    largest_inside. The best possible order is a method with areas of the score only.
    """
    label, predicted = compared.class_idx.T
    of_clips = {
        "uid": compared.uid,
        "class_name": compared.class_name,
        "is_right": label == predicted,
    }
    areas, accuracy = area_under(discarded.score), discarded.right.mean(axis=-1)
    parts = []
    for k, explained in enumerate(EXPLAINED):
        for m, method in enumerate([*compared.method, BEST]):
            is_best = method == BEST
            area = discarded.best[:, k] if is_best else areas[:, m, k]
            part = pd.DataFrame({"method": method, "explained": explained, **of_clips})
            for order, name in enumerate(ORDERS):
                part[f"score_{name}"] = area[:, order]
                part[f"accuracy_{name}"] = np.nan if is_best else accuracy[:, m, k, order]
            measures = dict.fromkeys(LOCALISATION, np.full(len(part), np.nan))
            if not is_best:
                measures = _localisation(compared.value[:, m, k], compared)
            parts.append(part.assign(**measures).loc[~np.isnan(area[:, 0])])
    table: pd.DataFrame = pd.concat(parts, ignore_index=True)
    return table


LOCALISATION = ("mass_inside", "auroc", "average_precision", "largest_inside")


def _localisation(value: np.ndarray, compared: Compared) -> dict[str, np.ndarray]:
    """The measures of localisation (V,), NaN where there are no values or no known evidence."""
    known = compared.is_known & ~np.isnan(value).any(axis=1)
    value, inside = np.where(known[:, None], value, 0.0), compared.inside
    measures = (
        positive_mass_inside(value, inside),
        auroc(value, inside),
        average_precision(value, inside),
        _largest_inside(value, inside),
    )
    return {
        name: np.where(known, found, np.nan)
        for name, found in zip(LOCALISATION, measures, strict=True)
    }


def _largest_inside(value: np.ndarray, inside: np.ndarray) -> np.ndarray:
    """As `largest_inside`, but of equal largest values each counts for its share: (V,)."""
    largest = value == value.max(axis=1, keepdims=True)
    share: np.ndarray = (largest & inside).sum(axis=1) / largest.sum(axis=1)
    return share


def curve_table(compared: Compared, discarded: Discarded) -> pd.DataFrame:
    """Means over clips as frames go, with 95 % bootstrap intervals over clips.

    One row per method, explained class, order ("highest" or "lowest" first) and number of frames
    discarded: video_count; score, accuracy and gain, the accuracy less that with all frames, each
    with its _low and _high. Without any frame there is no prediction, and so no accuracy.
    """
    rows = []
    for m, method in enumerate(compared.method):
        for k, explained in enumerate(EXPLAINED):
            for order, name in enumerate(ORDERS):
                score, right = discarded.score[:, m, k, order], discarded.right[:, m, k, order]
                right = np.pad(right, ((0, 0), (0, 1)), constant_values=np.nan)
                gain = right - right[:, :1]
                means = bootstrap_interval(np.stack([score, right, gain], axis=1))
                for gone in range(score.shape[1]):
                    row: dict[str, Any] = {
                        "method": method,
                        "explained": explained,
                        "first": name,
                        "discarded": gone,
                        "video_count": int((~np.isnan(score[:, 0])).sum()),
                    }
                    for place, measure in enumerate(("score", "accuracy", "gain")):
                        for suffix, found in zip(("", "_low", "_high"), means, strict=True):
                            row[f"{measure}{suffix}"] = found[place, gone]
                    rows.append(row)
    return pd.DataFrame([row for row in rows if row["video_count"]])


def measure_costs(
    game: Game,
    videos: torch.Tensor,
    sections: Mapping[str, Mapping[str, Any]],
    label: np.ndarray,
    memory_budget: int = DEFAULT_MEMORY_BUDGET,
) -> pd.DataFrame:
    """What every method takes for some videos (V, n, ...), side by side in one process.

    Args:
        sections: of the configuration, by the name of the method. label: (V,), -1 where unknown.

    Returns:
        One row per method: method, timed_count (the videos), evaluations (model outputs, or passes
        with a gradient) and seconds, both per video. Methods that explain class by class explain
        the true and the predicted one, others all classes at once.
    """
    everything = np.arange(game.class_count)
    rows = []
    for name, section in sections.items():
        kind = method_class(section["method"])
        options = make_options(section["method"], own_options(section))
        method = kind.for_game(game.with_features(videos[:1]), options, section["seed"])
        # The first video pays for imports, and for what is kept for all others.
        attribute(method, game, videos[:1], everything, label[:1], memory_budget=memory_budget)
        begun = time.perf_counter()
        found = attribute(method, game, videos, everything, label, memory_budget=memory_budget)
        seconds = (time.perf_counter() - begun) / len(videos)
        rows.append(
            {
                "method": name,
                "timed_count": len(videos),
                "evaluations": float(np.mean(found.evaluations)),
                "seconds": seconds,
            }
        )
    return pd.DataFrame(rows)
