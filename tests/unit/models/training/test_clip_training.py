"""Training of the small network of whole clips."""

import torch

from playfair.models.training.clip_training import train_clip_network
from tests.unit.models.training_data import ClipsInMemory

OPTIONS = {"epochs": 4, "batch_size": 8, "device": "cpu", "progress": False}


def train():
    torch.set_num_threads(1)
    return train_clip_network(ClipsInMemory(32, 0), ClipsInMemory(10, 1), 2, 4, **OPTIONS)


def test_it_learns_to_tell_a_movement_from_its_reverse_and_repeats_itself():
    first, second = train(), train()
    assert first.log[first.log.split == "validation"].iloc[-1].accuracy >= 0.9
    assert not first.network.training
    for key, value in first.network.state_dict().items():
        assert torch.equal(second.network.state_dict()[key], value), key
