"""Is a network's answer to masked clips worth anything? Accuracy and score by elements kept."""

from collections.abc import Iterable, Mapping, Sequence
from math import comb

import numpy as np
import pandas as pd
import torch

from playfair.attribution.clip_reading import ClipBatch
from playfair.attribution.explained_clips import ExplainedClips, elements_frames
from playfair.attribution.games.scores import probabilities_of_scores
from playfair.attribution.result import Score

COLUMNS = ("uid", "fill", "kept", "subset_count", "is_labelled", "accuracy", "score")


def check_masking(
    models: Mapping[str, ExplainedClips],
    batches: Iterable[ClipBatch],
    n_elements: int,
    most_subsets: int,
    seed: int,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What a network says of clips of which some elements are missing, and how alike elements are.

    Args:
        models: one network with each stand-in, by the stand-in's name.
        most_subsets: of each size; more are drawn by seed, the same ones for all clips.

    Returns:
        A row per clip, stand-in and number of elements kept (1..n): the columns `COLUMNS`, means
        over subsets of whether the highest score is the class's, and of its score. The class is
        the true one or, where is_labelled is false, the one predicted for the whole clip.
        A row per clip and pair of neighbouring elements: uid, position (1..n-1), similarity, the
        correlation of their prepared pixels (mean frames), from -1 to 1.
    """
    member = chosen_subsets(n_elements, most_subsets, seed)
    sizes = member.sum(axis=1)
    rows: list[dict[str, object]] = []
    alike: list[dict[str, object]] = []
    for batch in batches:
        alike += _similarities(batch)
        for fill, model in models.items():
            frames = elements_frames(model.network, n_elements, model.fill)
            videos = batch.clips.unflatten(1, (n_elements, frames))
            with torch.inference_mode():
                game = model.game(videos, n_elements)
                scores = game.outputs_of_members(torch.from_numpy(member).to(game.device))
            of_videos = scores.transpose(0, 1).cpu().numpy()
            rows += _rows(batch.uid, batch.label, fill, of_videos, sizes)
    similarity = pd.DataFrame(alike, columns=["uid", "position", "similarity"])
    return pd.DataFrame(rows, columns=list(COLUMNS)), similarity


def check_stored(
    blocks: Iterable[tuple[np.ndarray, np.ndarray, np.ndarray]], fill: str, unit: Score
) -> pd.DataFrame:
    """What a network says with its own stand-in, from the scores that its exact values are made of.

    Args:
        blocks: uid (B,), label (B,), -1 where unknown, and scores (B, 2^n, C) by mask, in the unit.

    Returns:
        The first table of `check_masking`, over all subsets of each size.
    """
    rows: list[dict[str, object]] = []
    for uid, label, scores in blocks:
        likely = probabilities_of_scores(torch.from_numpy(scores), unit).numpy()
        sizes = np.bitwise_count(np.arange(scores.shape[1]))
        rows += _rows(uid, label, fill, likely, sizes)
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _rows(
    uid: Sequence[str] | np.ndarray,
    label: np.ndarray,
    fill: str,
    scores: np.ndarray,
    sizes: np.ndarray,
) -> list[dict[str, object]]:
    """Rows of videos, from their scores (B, M, C) on M subsets of these sizes."""
    whole = scores[:, int(np.argmax(sizes))]
    classes = np.where(label >= 0, label, whole.argmax(axis=1))
    rows: list[dict[str, object]] = []
    for video, name in enumerate(uid):
        right = scores[video].argmax(axis=1) == classes[video]
        true = scores[video, :, classes[video]]
        for kept in range(1, int(sizes.max()) + 1):
            of_size = sizes == kept
            values = (
                name, fill, kept, int(of_size.sum()), bool(label[video] >= 0),
                float(right[of_size].mean()), float(true[of_size].mean()),
            )  # fmt: skip
            rows.append(dict(zip(COLUMNS, values, strict=True)))
    return rows


def chosen_subsets(n_elements: int, most_subsets: int, seed: int) -> np.ndarray:
    """(M, n) bool: of each size 1..n all subsets, or `most_subsets` different ones."""
    generator = np.random.default_rng([seed, n_elements])
    chosen = []
    for size in range(1, n_elements + 1):
        found: set[tuple[int, ...]] = set()
        count = min(most_subsets, comb(n_elements, size))
        while len(found) < count:
            subset = generator.permutation(n_elements)[:size]
            found.add(tuple(sorted(subset.tolist())))
        chosen += [np.isin(np.arange(n_elements), kept) for kept in sorted(found)]
    return np.array(chosen)


def _similarities(batch: ClipBatch) -> list[dict[str, object]]:
    n_elements = batch.element_frame_idx.shape[1]
    means = batch.clips.unflatten(1, (n_elements, -1)).mean(dim=2).flatten(2).double()
    centred = means - means.mean(dim=2, keepdim=True)
    normed = centred / centred.norm(dim=2, keepdim=True).clamp_min(1e-12)
    values = (normed[:, 1:] * normed[:, :-1]).sum(dim=2).numpy()
    return [
        {"uid": uid, "position": place + 1, "similarity": float(value)}
        for uid, of_video in zip(batch.uid, values, strict=True)
        for place, value in enumerate(of_video)
    ]
