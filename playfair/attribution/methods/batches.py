"""A method on any number of videos of one length: batch after batch, within a memory budget."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor
from tqdm import tqdm

from playfair.attribution.games.game import Game
from playfair.attribution.methods.method import Method
from playfair.attribution.result import Attribution, concatenated
from playfair.errors import InputError


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


def chosen_classes(classes: object, class_count: int) -> np.ndarray:
    """Classes to explain (K,) int64, all if None; `InputError` if one of them does not exist."""
    if classes is None:
        return np.arange(class_count)
    chosen = as_whole_numbers(classes, "classes", "class numbers, such as [0, 2]")
    if chosen.ndim != 1 or len(chosen) == 0:
        raise InputError("Classes to explain are given as a list of at least one class number.")
    if chosen.min() < 0 or chosen.max() >= class_count:
        raise InputError(
            f"Classes are numbered 0 to {class_count - 1}; asked for {chosen.tolist()}."
        )
    return chosen


def as_whole_numbers(values: Any, name: str, expected: str) -> np.ndarray:
    """Whole numbers as int64, of any shape; `InputError` for True, 1.7, "1" and the like."""
    found = "something else"
    try:
        numbers = np.asarray(values)
        found = numbers.dtype.name
        each = values if isinstance(values, list | tuple) else ()
        is_mixed = any(isinstance(value, bool | np.bool_) for value in each)
        if numbers.size == 0 or (numbers.dtype.kind in "iu" and not is_mixed):
            return numbers.astype(np.int64)
        found = "bool" if is_mixed else found
    except (TypeError, ValueError, RuntimeError, OverflowError):
        pass
    raise InputError(f"{name} holds {found}: give {expected}.")


def as_elements(features: np.ndarray | Tensor) -> Tensor:
    """Features as a detached tensor: floating-point numbers as float32, whole numbers as given."""
    elements = torch.as_tensor(features).detach()
    return elements.float() if elements.is_floating_point() else elements
