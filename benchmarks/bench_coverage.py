"""Coverage of 95 % intervals of the joint estimate: multi-scale games of 16 frames, black boxes.

Coverage is the share of all values (of every frame and class) within 1.96 standard errors of the
exact ones; the error is their mean absolute error over the mean absolute value. Everything is
seeded; writes benchmarks/coverage.csv and prints it.

    python -m benchmarks.bench_coverage [game ...]      all games, or those named
"""

import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from torch import Tensor, nn

from playfair.attribution.exact.exact import exact_esvs
from playfair.attribution.explain import explain
from playfair.models.heads.tsn_trn import TRN

N_FRAMES, CLASS_COUNT, FEATURE_DIM, HIDDEN_DIM = 16, 12, 32, 32
BUDGETS = (1024, 4096)
VIDEOS, SEEDS = 3, 5
PRIORS = np.full(CLASS_COUNT, 1 / CLASS_COUNT)

Models = Sequence[Callable[[Tensor], Tensor]]


def random_trn(confidence: float, n_max: int = 8) -> list[TRN]:
    heads = [TRN(scale, FEATURE_DIM, HIDDEN_DIM, CLASS_COUNT) for scale in range(1, n_max + 1)]
    with torch.no_grad():
        for head in heads:
            for parameter in head.parameters():
                parameter.mul_(confidence**0.5)
    return heads


def trained_trn() -> Models:
    """Heads that learned which of four events came before which, in clips that are mostly noise."""
    heads = random_trn(1.0)
    for scale, head in enumerate(heads, start=1):
        optimizer = torch.optim.Adam(head.parameters(), lr=3e-3)
        for _ in range(300):
            clips, label = event_clips(128, N_FRAMES)
            places = torch.rand(128, N_FRAMES).argsort(dim=1)[:, :scale].sort(dim=1).values
            chosen = clips.gather(1, places[..., None].expand(-1, -1, FEATURE_DIM))
            loss = nn.functional.cross_entropy(head(chosen), label)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return heads


def event_clips(count: int, n_frames: int) -> tuple[Tensor, Tensor]:
    """Clips (count, n, D) and their classes: an ordered pair of two of four events."""
    pairs = torch.tensor([(a, b) for a in range(4) for b in range(4) if a != b])
    label = torch.randint(len(pairs), (count,))
    clips = 0.5 * torch.randn(count, n_frames, FEATURE_DIM)
    first = torch.randint(0, n_frames // 2, (count,))
    second = torch.randint(n_frames // 2, n_frames, (count,))
    rows = torch.arange(count)
    for length in range(2):
        clips[rows, (first + length).clamp(max=n_frames - 1), pairs[label, 0]] += 2
        clips[rows, (second + length).clamp(max=n_frames - 1), pairs[label, 1]] += 2
    return clips, label


def recurrent(n_max: int = 8) -> Models:
    """One GRU with random weights, read at every length."""
    network = nn.GRU(FEATURE_DIM, HIDDEN_DIM, batch_first=True)
    classifier = nn.Linear(HIDDEN_DIM, CLASS_COUNT)

    def call(frames: Tensor) -> Tensor:
        logits: Tensor = 8 * classifier(network(2 * frames)[0][:, -1])
        return logits

    return [call] * n_max


def maximum(n_max: int = 8) -> Models:
    """The largest evidence of any frame for each class: logic, not sums."""
    weight = torch.randn(FEATURE_DIM, CLASS_COUNT) / FEATURE_DIM**0.5

    def call(frames: Tensor) -> Tensor:
        logits: Tensor = 2 * (frames @ weight).amax(dim=1)
        return logits

    return [call] * n_max


GAMES: dict[str, Callable[[], Models]] = {
    "random TRN, confidence 2": lambda: random_trn(2.0),
    "random TRN, confidence 6": lambda: random_trn(6.0),
    "random TRN, confidence 12": lambda: random_trn(12.0),
    "random TRN of 16 scales": lambda: random_trn(6.0, 16),
    "trained TRN": trained_trn,
    "GRU": recurrent,
    "maximum": maximum,
}


def rows(name: str) -> Iterator[dict[str, float | str]]:
    torch.manual_seed(0)
    models = GAMES[name]()
    features = torch.randn(VIDEOS, N_FRAMES, FEATURE_DIM)
    if name == "trained TRN":
        features, _ = event_clips(VIDEOS, N_FRAMES)
    _, exact = exact_esvs(models, features, PRIORS, batch_size=8192)
    for budget in BUDGETS:
        runs = [
            explain(features, models, PRIORS, "regression", seed, budget=budget)
            for seed in range(SEEDS)
        ]
        error = np.array([run.esv - exact for run in runs])
        inside = np.abs(error) <= 1.96 * np.array([run.standard_error for run in runs])
        scale = np.abs(exact).mean()
        yield {
            "game": name,
            "budget": budget,
            "error": float(np.abs(error).mean() / scale),
            "bias": float(np.abs(error.mean(axis=0)).mean() / scale),
            "coverage": float(inside.mean()),
        }


def main() -> None:
    names = sys.argv[1:] or list(GAMES)
    table = pd.DataFrame([row for name in names for row in rows(name)])
    print(table.to_string(index=False, float_format=lambda value: f"{value:.3f}"))
    if names == list(GAMES):
        table.to_csv(Path(__file__).with_name("coverage.csv"), index=False, float_format="%.4f")


if __name__ == "__main__":
    main()
