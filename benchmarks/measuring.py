"""What the measurements share: the game's sizes, clocks, memory, and the form of a row."""

import resource
import time
from collections.abc import Callable

import torch
from torch import Tensor

from playfair.models.heads.tsn_trn import TRN

CLASS_COUNT, FEATURE_DIM, HIDDEN_DIM = 174, 256, 256
COLUMNS = ("kind", "n", "n_max", "batch", "ms_per_video", "floor_ms", "ratio", "peak_mb")

Row = dict[str, float | str | None]


def heads(n_max: int) -> list[TRN]:
    return [TRN(scale, FEATURE_DIM, HIDDEN_DIM, CLASS_COUNT) for scale in range(1, n_max + 1)]


def uniform_priors() -> Tensor:
    return torch.full((CLASS_COUNT,), 1 / CLASS_COUNT)


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def shortest(run: Callable[[], object], repeats: int) -> float:
    """Milliseconds of the fastest of some runs."""
    return min(timed(run) for _ in range(repeats))


def timed(run: Callable[[], object]) -> float:
    start = time.perf_counter()
    run()
    return (time.perf_counter() - start) * 1e3


def cpu_timed(run: Callable[[], object]) -> float:
    """Milliseconds of processor time, which a busy machine changes less than the clock's."""
    start = time.process_time()
    run()
    return (time.process_time() - start) * 1e3


def row(
    kind: str,
    n_frames: int,
    n_max: int,
    batch: int,
    ms_per_video: float,
    floor_ms: float | None,
    peak: float,
) -> Row:
    ratio = None if floor_ms is None else ms_per_video / floor_ms
    values = (kind, n_frames, n_max or None, batch, ms_per_video, floor_ms, ratio, peak)
    return dict(zip(COLUMNS, values, strict=True))
