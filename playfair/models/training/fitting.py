"""The training loop: AdamW on the cross-entropy, seeded, with a log per epoch."""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import torch
from torch import Tensor, nn
from torch.nn import functional
from tqdm import tqdm

from playfair.errors import InputError
from playfair.models.training.early_stopping import BestEpoch, Measure
from playfair.models.training.precision import Mode, choose_precision
from playfair.models.training.resume import ResumeFile

# Of the steps, how many the learning rate takes to rise to its peak before it falls to zero.
WARM_UP_SHARE = 0.2

Batches = Callable[[np.ndarray], Tensor]
ValidationBatches = Callable[[], Iterable[tuple[Tensor, Tensor]]]


@dataclass(frozen=True)
class FitOptions:
    """How to train. `learning_rate` is the peak of one rise and fall; batches count clips.

    With `early_stopping` training ends when the validation loss or accuracy has not improved for
    `patience` epochs, and the weights of the best epoch are kept; otherwise those of the last.
    """

    epochs: int
    batch_size: int
    learning_rate: float
    weight_decay: float
    seed: int
    progress: bool
    early_stopping: Measure | None = None
    patience: int = 5
    mixed_precision: Mode = "off"


def fit(
    module: nn.Module,
    draw_epoch: Callable[[np.random.Generator], Batches],
    labels: Tensor,
    validation_batches: ValidationBatches,
    options: FitOptions,
    description: str,
    resume: ResumeFile | None = None,
) -> pd.DataFrame:
    """Train `module` in place, leave it in eval mode, and return its log.

    Args:
        module: inputs -> logits (N, C), on the device of `labels`; its random weights are given,
            what it draws in training (dropout) is seeded here.
        draw_epoch: with the epoch's generator, makes a function from clip positions (N,) to inputs.
        labels: (V,) int64 classes of the training clips.
        validation_batches: makes pairs of inputs and labels; may make none, but for early stopping.
        resume: where the state after an epoch is kept, and read from at the start. A training that
            goes on from a state ends with the same bits as one that was never interrupted.

    Returns:
        Columns epoch (from 1), split ("train" or "validation"), loss (mean cross-entropy in nats),
        accuracy (0 to 1), clip_count (of the clips that both are means over), kept (bool: this
        epoch's weights are the result). On the training split loss and accuracy are those of the
        epoch's own steps, dropout and augmentation included.

    Raises:
        InputError: the loss is no finite number.
    """
    state = resume.load() if resume else None
    with (
        torch.random.fork_rng(),
        tqdm(total=options.epochs, desc=description, disable=not options.progress) as bar,
    ):
        torch.manual_seed(options.seed)
        run = _Run(module, labels, options, description)
        if state:
            run.restore(state)
            bar.update(run.epoch)
        while run.epoch < options.epochs and not run.best.is_final(run.epoch):
            run.train_epoch(draw_epoch)
            run.validate(validation_batches)
            run.epoch += 1
            if resume:
                resume.save(run.state)
            bar.set_postfix_str(f"{run.log[-1][1]} accuracy {run.log[-1][3]:.3f}")
            bar.update()
        return run.finish()


class _Run:
    """A training between two epochs."""

    def __init__(
        self, module: nn.Module, labels: Tensor, options: FitOptions, description: str
    ) -> None:
        self.epoch = 0
        self.log: list[tuple[int, str, float, float, int]] = []
        self.best = BestEpoch(options.early_stopping, options.patience)
        self._module = module
        self._labels = labels
        self._options = options
        self._description = description
        self._step_count = -(-len(labels) // options.batch_size)
        self._precision = choose_precision(options.mixed_precision, labels.device)
        self._optimizer = torch.optim.AdamW(
            module.parameters(), lr=options.learning_rate, weight_decay=options.weight_decay
        )
        total_steps = self._step_count * options.epochs
        self._schedule = torch.optim.lr_scheduler.OneCycleLR(
            self._optimizer,
            options.learning_rate,
            total_steps=total_steps,
            # A rise of exactly one step makes torch divide by zero.
            pct_start=WARM_UP_SHARE if total_steps * WARM_UP_SHARE != 1 else 2 * WARM_UP_SHARE,
        )

    def train_epoch(self, draw_epoch: Callable[[np.random.Generator], Batches]) -> None:
        """One step per batch, over all clips in a random order."""
        generator = np.random.default_rng([self._options.seed, self.epoch + 1])
        batches = draw_epoch(generator)
        order = generator.permutation(len(self._labels))
        self._module.train()
        tally = _Tally()
        for positions in np.array_split(order, self._step_count):
            target = self._labels[torch.from_numpy(positions).to(self._labels.device)]
            inputs = batches(positions)
            with self._precision.autocast():
                logits = self._module(inputs)
                loss = functional.cross_entropy(logits, target)
            tally.add(logits.detach(), target)
            self._check(tally, inputs)
            self._precision.step(loss, self._optimizer)
            self._schedule.step()
        self.log.append((self.epoch + 1, "train", *tally.means(), tally.count))

    def validate(self, validation_batches: ValidationBatches) -> None:
        """Loss and accuracy on the validation clips, if there are any."""
        self._module.eval()
        tally = _Tally()
        with torch.inference_mode():
            for inputs, target in validation_batches():
                with self._precision.autocast():
                    logits = self._module(inputs)
                tally.add(logits, target)
                self._check(tally, inputs)
        if tally.count:
            self.log.append((self.epoch + 1, "validation", *tally.means(), tally.count))
            self.best.note(self.epoch + 1, *tally.means(), self._module)

    def finish(self) -> pd.DataFrame:
        """Put the weights to keep into the module; the log."""
        kept = self.best.keep(self._module, self.epoch)
        self._module.eval()
        log = pd.DataFrame(self.log, columns=["epoch", "split", "loss", "accuracy", "clip_count"])
        return log.assign(kept=log["epoch"] == kept)

    def state(self) -> dict[str, Any]:
        """All that the epochs to come depend on: tensors and plain values."""
        on_gpu = self._labels.is_cuda
        return {
            "epoch": self.epoch,
            "module": self._module.state_dict(),
            "optimizer": self._optimizer.state_dict(),
            "schedule": self._schedule.state_dict(),
            "precision": self._precision.state_dict(),
            "best": self.best.state_dict(),
            "random": torch.get_rng_state(),
            "gpu_random": torch.cuda.get_rng_state(self._labels.device) if on_gpu else None,
            "log": self.log,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a state of the same training."""
        self.epoch = state["epoch"]
        self._module.load_state_dict(state["module"])
        self._optimizer.load_state_dict(state["optimizer"])
        self._schedule.load_state_dict(state["schedule"])
        self._precision.load_state_dict(state["precision"])
        self.best.load_state_dict(state["best"])
        torch.set_rng_state(state["random"])
        if state["gpu_random"] is not None:
            torch.cuda.set_rng_state(state["gpu_random"], self._labels.device)
        self.log = state["log"]

    def _check(self, tally: "_Tally", inputs: Tensor) -> None:
        if math.isfinite(tally.loss):
            return
        failed = f"{self._description} failed in epoch {self.epoch + 1}: the loss is {tally.loss}"
        if not inputs.isfinite().all():
            raise InputError(
                f"{failed}, because its inputs hold values that are not finite: "
                f"make the features or frames again."
            )
        raise InputError(
            f"{failed} at a peak learning rate of {self._options.learning_rate:g}: "
            f"choose a lower learning_rate."
        )


class _Tally:
    """Sums over clips of the loss and of right answers."""

    def __init__(self) -> None:
        self.loss, self.right, self.count = 0.0, 0, 0

    def add(self, logits: Tensor, labels: Tensor) -> None:
        self.loss += functional.cross_entropy(logits.float(), labels, reduction="sum").item()
        self.right += int((logits.argmax(dim=1) == labels).sum())
        self.count += len(labels)

    def means(self) -> tuple[float, float]:
        return self.loss / self.count, self.right / self.count
