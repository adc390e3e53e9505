"""Names of devices, and the GPU of a process."""

import pytest
import torch

from playfair.errors import InputError
from playfair.models import devices
from playfair.models.devices import resolve_device, resolve_devices


def test_auto_takes_a_gpu_if_there_is_one():
    expected = "cuda" if torch.cuda.is_available() else "cpu"
    assert resolve_device("auto").type == expected
    assert resolve_device() == resolve_device("auto")


def test_the_cpu_is_the_cpu():
    assert resolve_device("cpu") == torch.device("cpu")
    assert resolve_device(torch.device("cpu")) == torch.device("cpu")


@pytest.fixture
def two_gpus(monkeypatch, tmp_path):
    """A process that has claimed nothing, on a machine with two GPUs."""
    devices._claimed_gpus.cache_clear()
    monkeypatch.setattr("torch.cuda.is_available", lambda: True)
    monkeypatch.setattr("torch.cuda.device_count", lambda: 2)
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path))
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    yield
    devices._claimed_gpus.cache_clear()


def test_a_process_claims_one_gpu_and_keeps_it(two_gpus):
    assert resolve_device("auto") == torch.device("cuda:0")
    assert resolve_device("cuda") == torch.device("cuda:0")
    assert resolve_device("cuda:1") == torch.device("cuda:1")


def test_slurms_choice_of_one_gpu_needs_no_claim(two_gpus, monkeypatch, tmp_path):
    monkeypatch.setattr("torch.cuda.device_count", lambda: 1)
    monkeypatch.setenv("SLURM_JOB_ID", "7")
    assert resolve_device("auto") == torch.device("cuda:0")
    assert not list(tmp_path.iterdir())


def test_work_that_can_be_shared_takes_several_gpus(two_gpus):
    assert resolve_devices("auto", 4) == [torch.device("cuda:0"), torch.device("cuda:1")]
    assert resolve_devices("cuda:1", 4) == [torch.device("cuda:1")]
    assert resolve_devices("cpu", 4) == [torch.device("cpu")]


@pytest.mark.parametrize(("asked", "taken"), [(0, ["cuda:0"]), (1, ["cuda:0"])])
def test_work_that_can_be_shared_takes_one_gpu_where_one_is_asked_for(two_gpus, asked, taken):
    assert resolve_devices("auto", asked) == list(map(torch.device, taken))


def test_slurms_choice_of_several_gpus_needs_no_claim(two_gpus, monkeypatch, tmp_path):
    monkeypatch.setenv("SLURM_JOB_ID", "7")
    assert resolve_devices("cuda", 2) == [torch.device("cuda:0"), torch.device("cuda:1")]
    assert not list(tmp_path.iterdir())


def test_unknown_names_and_missing_gpus_are_explained():
    with pytest.raises(InputError, match="Unknown device 'gpu1'"):
        resolve_device("gpu1")
    with pytest.raises(InputError, match="'cuda:99' is not available"):
        resolve_device("cuda:99")
