"""Mixed precision: forward passes in float16 on a GPU, gradients scaled so that none vanish."""

from typing import Any, Literal

import torch
from torch import Tensor

Mode = Literal["auto", "off"]


class Precision:
    """Forward passes and optimizer steps, in float32 or in mixed precision.

    Mixed: what gains by it is computed in float16, the weights stay float32, and the loss is scaled
    before the backward pass (Micikevicius et al., "Mixed Precision Training", ICLR 2018). A step
    whose scaled gradients overflow is left out and the scale halved.
    """

    def __init__(self, device_type: str, mixed: bool) -> None:
        self.device_type = device_type
        self.mixed = mixed
        self._scaler = torch.amp.GradScaler(device_type, enabled=mixed)

    def autocast(self) -> torch.autocast:
        """The context of a forward pass and its loss."""
        return torch.autocast(self.device_type, dtype=torch.float16, enabled=self.mixed)

    def step(self, loss: Tensor, optimizer: torch.optim.Optimizer) -> None:
        """Backward pass of a loss and step of the optimizer."""
        optimizer.zero_grad()
        self._scaler.scale(loss).backward()
        self._scaler.step(optimizer)
        self._scaler.update()

    def state_dict(self) -> dict[str, Any]:
        """The scale of the loss and what its changes depend on; empty in float32."""
        return self._scaler.state_dict()

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self._scaler.load_state_dict(state)


def choose_precision(mode: Mode, device: torch.device) -> Precision:
    """Mixed precision for "auto" on a GPU, float32 for "off" and on the CPU."""
    return Precision(device.type, mode == "auto" and device.type == "cuda")
