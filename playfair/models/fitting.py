"""The training loop: AdamW on the cross-entropy, seeded, with a log per epoch."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch
from torch import Tensor, nn
from torch.nn import functional
from tqdm import tqdm

# Of the steps, how many the learning rate takes to rise to its peak before it falls to zero.
WARM_UP_SHARE = 0.2

Batches = Callable[[np.ndarray], Tensor]


@dataclass(frozen=True)
class FitOptions:
    """How to train. `learning_rate` is the peak of one rise and fall; batches count clips."""

    epochs: int
    batch_size: int
    learning_rate: float
    weight_decay: float
    seed: int
    progress: bool


def fit(
    module: nn.Module,
    draw_epoch: Callable[[np.random.Generator], Batches],
    labels: Tensor,
    validation_batches: Callable[[], Iterable[tuple[Tensor, Tensor]]],
    options: FitOptions,
    description: str,
) -> pd.DataFrame:
    """Train `module` in place, leave it in eval mode, and return its log.

    Args:
        module: inputs -> logits (N, C), on the device of `labels`; its random weights are given,
            what it draws in training (dropout) is seeded here.
        draw_epoch: with the epoch's generator, makes a function from clip positions (N,) to inputs.
        labels: (V,) int64 classes of the training clips.
        validation_batches: makes pairs of inputs and labels; may make none.

    Returns:
        Columns epoch (from 1), split ("train" or "validation"), loss (mean cross-entropy in nats),
        accuracy (0 to 1). On the training split they are those of the epoch's own steps, dropout
        and augmentation included.
    """
    step_count = -(-len(labels) // options.batch_size)
    optimizer = torch.optim.AdamW(
        module.parameters(), lr=options.learning_rate, weight_decay=options.weight_decay
    )
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer,
        options.learning_rate,
        total_steps=step_count * options.epochs,
        pct_start=WARM_UP_SHARE,
    )
    log: list[tuple[int, str, float, float]] = []
    with (
        torch.random.fork_rng(),
        tqdm(total=options.epochs, desc=description, disable=not options.progress) as bar,
    ):
        torch.manual_seed(options.seed)
        for epoch in range(1, options.epochs + 1):
            generator = np.random.default_rng([options.seed, epoch])
            batches = draw_epoch(generator)
            order = generator.permutation(len(labels))
            module.train()
            tally = _Tally()
            for positions in np.array_split(order, step_count):
                target = labels[torch.from_numpy(positions).to(labels.device)]
                logits = module(batches(positions))
                loss = functional.cross_entropy(logits, target)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                schedule.step()
                tally.add(logits.detach(), target)
            log.append((epoch, "train", *tally.means()))
            module.eval()
            tally = _Tally()
            with torch.inference_mode():
                for inputs, target in validation_batches():
                    tally.add(module(inputs), target)
            if tally.count:
                log.append((epoch, "validation", *tally.means()))
            bar.set_postfix_str(f"{log[-1][1]} accuracy {log[-1][3]:.3f}")
            bar.update()
    return pd.DataFrame(log, columns=["epoch", "split", "loss", "accuracy"])


class _Tally:
    """Sums over clips of the loss and of right answers."""

    def __init__(self) -> None:
        self.loss, self.right, self.count = 0.0, 0, 0

    def add(self, logits: Tensor, labels: Tensor) -> None:
        self.loss += functional.cross_entropy(logits, labels, reduction="sum").item()
        self.right += int((logits.argmax(dim=1) == labels).sum())
        self.count += len(labels)

    def means(self) -> tuple[float, float]:
        return self.loss / self.count, self.right / self.count
