"""A method on any number of videos of one length: batch after batch, within a memory budget."""

from collections.abc import Iterator

import numpy as np
from torch import Tensor
from tqdm import tqdm

from playfair.attribution.games.game import Game
from playfair.attribution.methods.method import Method
from playfair.attribution.result import Attribution, concatenated


def attribute(
    method: Method,
    game: Game,
    videos: Tensor,
    class_idx: np.ndarray,
    label: np.ndarray | None = None,
    *,
    memory_budget: int,
    progress: bool = False,
) -> Attribution:
    """What a method says of videos (V, n, ...), which may lie on another device than the game.

    game: of any videos of this length; its features are replaced. class_idx: (K,). label: (V,) or
    None, see `Method.attribute`. memory_budget: bytes.
    """
    batch_size = method.videos_at_once(game, len(class_idx), memory_budget)
    parts = []
    for rows, playing in batches_of(game, videos, batch_size, method.name, progress):
        known = None if label is None else label[rows]
        parts.append(method.attribute(playing, class_idx, known))
    return concatenated(parts)


def batches_of(
    game: Game, videos: Tensor, batch_size: int, name: str, progress: bool
) -> Iterator[tuple[slice, Game]]:
    """Which videos each batch has, and the game that they play. name: of the progress bar."""
    with tqdm(total=len(videos), desc=name, unit="video", disable=not progress) as bar:
        for start in range(0, len(videos), batch_size):
            rows = slice(start, start + batch_size)
            batch = videos[rows].to(game.device)
            yield rows, game.with_features(batch)
            bar.update(len(batch))
