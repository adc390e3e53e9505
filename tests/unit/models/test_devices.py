"""Names of devices."""

import pytest
import torch

from playfair.errors import InputError
from playfair.models.devices import resolve_device


def test_auto_takes_the_gpu_if_there_is_one():
    expected = "cuda" if torch.cuda.is_available() else "cpu"
    assert resolve_device("auto") == torch.device(expected)
    assert resolve_device() == torch.device(expected)


def test_the_cpu_is_the_cpu():
    assert resolve_device("cpu") == torch.device("cpu")
    assert resolve_device(torch.device("cpu")) == torch.device("cpu")


def test_unknown_names_and_missing_gpus_are_explained():
    with pytest.raises(InputError, match="Unknown device 'gpu1'"):
        resolve_device("gpu1")
    with pytest.raises(InputError, match="'cuda:99' is not available"):
        resolve_device("cuda:99")
