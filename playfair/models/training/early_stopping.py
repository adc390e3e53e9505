"""Early stopping: the epoch whose weights are kept, and when further epochs are in vain."""

from typing import Any, Literal

from torch import Tensor, nn

Measure = Literal["loss", "accuracy"]


class BestEpoch:
    """The epoch with the lowest validation loss or the highest accuracy, the first of equal ones.

    Without a measure no epoch is better than another: training goes on, and the last is kept.

    Attributes:
        epoch: the best so far, 0 before the first.
    """

    def __init__(self, measure: Measure | None, patience: int) -> None:
        self.epoch = 0
        self._measure = measure
        self._patience = patience
        self._value = 0.0
        self._weights: dict[str, Tensor] = {}

    def note(self, epoch: int, loss: float, accuracy: float, module: nn.Module) -> None:
        """Look at an epoch's validation; keep a copy of the weights if they are the best."""
        if self._measure is None:
            return
        value = -loss if self._measure == "loss" else accuracy
        if self.epoch == 0 or value > self._value:
            self.epoch, self._value = epoch, value
            self._weights = {key: tensor.clone() for key, tensor in module.state_dict().items()}

    def is_final(self, epoch: int) -> bool:
        """Whether the `patience` epochs up to `epoch` brought nothing better."""
        return self._measure is not None and epoch - self.epoch >= self._patience

    def keep(self, module: nn.Module, last_epoch: int) -> int:
        """Put the weights to keep into `module`; return their epoch."""
        if self._measure is None:
            return last_epoch
        module.load_state_dict(self._weights)
        return self.epoch

    def state_dict(self) -> dict[str, Any]:
        return {"epoch": self.epoch, "value": self._value, "weights": self._weights}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self.epoch, self._value, self._weights = state["epoch"], state["value"], state["weights"]
