"""Mixed precision: asked for on a GPU only, and working wherever it is asked for."""

import pytest
import torch

from playfair.models.training import fitting
from playfair.models.training.head_training import train_head
from playfair.models.training.precision import Precision, choose_precision
from tests.unit.models.training_data import ordered_clips

OPTIONS = {
    "n_frames": 4, "hidden_dim": 16, "epochs": 12, "learning_rate": 1e-2, "batch_size": 16,
    "dropout": 0.0, "device": "cpu", "progress": False,
}  # fmt: skip


@pytest.mark.parametrize(
    ("mode", "device", "mixed"),
    [("auto", "cuda:1", True), ("auto", "cpu", False), ("off", "cuda", False)],
)
def test_autocast_and_scaler_get_the_type_of_the_device(monkeypatch, mode, device, mixed):
    asked = []

    def note(name):
        return lambda device_type, enabled, **_: asked.append((name, device_type, enabled))

    monkeypatch.setattr(torch, "autocast", note("autocast"))
    monkeypatch.setattr(torch.amp, "GradScaler", note("scaler"))
    choose_precision(mode, torch.device(device)).autocast()
    kind = device.split(":")[0]
    assert asked == [("scaler", kind, mixed), ("autocast", kind, mixed)]


def train(mode, monkeypatch, precision=None):
    if precision:
        monkeypatch.setattr(fitting, "choose_precision", lambda *_: precision)
    return train_head(
        "trn", ordered_clips(96, 0), ordered_clips(40, 1), 2, mixed_precision=mode, **OPTIONS
    )


def test_on_the_cpu_mixed_precision_changes_nothing(monkeypatch):
    off, auto = train("off", monkeypatch), train("auto", monkeypatch)
    assert off.log.equals(auto.log)
    for key, value in off.head.state_dict().items():
        assert torch.equal(value, auto.head.state_dict()[key]), key


class Noting(Precision):
    """Mixed precision on the CPU, which can do what a GPU does, only slowly."""

    def __init__(self):
        super().__init__("cpu", mixed=True)
        self.types = set()

    def step(self, loss, optimizer):
        super().step(loss, optimizer)
        parameters = optimizer.param_groups[0]["params"]
        self.types |= {parameter.dtype for parameter in parameters}


def test_a_head_learns_in_mixed_precision_with_weights_in_float32(monkeypatch):
    precision = Noting()
    mixed = train("auto", monkeypatch, precision)
    full = train("off", monkeypatch, Precision("cpu", mixed=False))
    assert precision.types == {torch.float32}
    assert mixed.log.accuracy.iloc[-1] >= 0.9
    assert not mixed.log.loss.equals(full.log.loss)
    assert mixed.log.loss.iloc[0] == pytest.approx(full.log.loss.iloc[0], abs=0.02)


def test_a_step_whose_gradients_overflow_is_left_out_and_the_scale_halved():
    weight = torch.nn.Parameter(torch.ones(1))
    optimizer = torch.optim.SGD([weight], lr=1.0)
    precision = Precision("cpu", mixed=True)
    scale = precision.state_dict()["scale"]
    precision.step((weight * torch.inf).sum(), optimizer)
    assert weight.item() == 1
    assert precision.state_dict()["scale"] == scale / 2
    precision.step((weight * 0.5).sum(), optimizer)
    assert weight.item() == 0.5
    restored = Precision("cpu", mixed=True)
    restored.load_state_dict(precision.state_dict())
    assert restored.state_dict() == precision.state_dict()
