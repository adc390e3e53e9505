"""Is a network's answer to masked clips worth anything? Accuracy and score by elements kept."""

from collections.abc import Iterable, Mapping
from math import comb

import numpy as np
import pandas as pd
import torch

from playfair.attribution.clip_reading import ClipBatch
from playfair.attribution.explained_clips import ExplainedClips, elements_frames

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
            scores_of = scores.cpu().numpy()
            whole = scores_of[int(np.argmax(sizes))]
            label = np.where(batch.label >= 0, batch.label, whole.argmax(axis=1))
            for video, uid in enumerate(batch.uid):
                right = scores_of[:, video].argmax(axis=1) == label[video]
                true = scores_of[:, video, label[video]]
                for kept in range(1, n_elements + 1):
                    of_size = sizes == kept
                    values = (
                        uid, fill, kept, int(of_size.sum()), bool(batch.label[video] >= 0),
                        float(right[of_size].mean()), float(true[of_size].mean()),
                    )  # fmt: skip
                    rows.append(dict(zip(COLUMNS, values, strict=True)))
    similarity = pd.DataFrame(alike, columns=["uid", "position", "similarity"])
    return pd.DataFrame(rows, columns=list(COLUMNS)), similarity


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
