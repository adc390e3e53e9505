"""Which epoch is kept, and when training ends."""

import pytest
import torch

from playfair.models.training.early_stopping import BestEpoch


def note_all(best, losses, accuracies):
    """Tell of epochs whose weight is their number; return where it would have stopped."""
    layer = torch.nn.Linear(1, 1)
    for epoch, (loss, accuracy) in enumerate(zip(losses, accuracies, strict=True), start=1):
        torch.nn.init.constant_(layer.weight, epoch)
        best.note(epoch, loss, accuracy, layer)
        if best.is_final(epoch):
            break
    return epoch, layer


@pytest.mark.parametrize(
    ("measure", "patience", "kept", "last"),
    [("loss", 2, 2, 4), ("loss", 3, 5, 6), ("accuracy", 2, 3, 5), ("accuracy", 1, 1, 2)],
)
def test_the_first_of_the_best_epochs_is_kept(measure, patience, kept, last):
    losses = [0.9, 0.5, 0.6, 0.5, 0.4, 0.45]
    accuracies = [0.5, 0.5, 0.75, 0.7, 0.75, 0.6]
    best = BestEpoch(measure, patience)
    epoch, layer = note_all(best, losses, accuracies)
    assert epoch == last
    assert best.keep(layer, epoch) == kept
    assert layer.weight.item() == kept


def test_without_a_measure_training_goes_on_and_the_last_epoch_is_kept():
    best = BestEpoch(None, 1)
    epoch, layer = note_all(best, [0.1, 0.9, 0.9, 0.9], [0.9, 0.1, 0.1, 0.1])
    assert epoch == 4
    assert best.keep(layer, epoch) == 4
    assert layer.weight.item() == 4


def test_a_restored_one_goes_on_where_the_other_was():
    first = BestEpoch("loss", 2)
    note_all(first, [0.3, 0.2, 0.25], [0, 0, 0])
    second = BestEpoch("loss", 2)
    second.load_state_dict(first.state_dict())
    assert not second.is_final(3)
    layer = torch.nn.Linear(1, 1)
    second.note(4, 0.2, 0.0, layer)
    assert second.is_final(4)
    second.keep(layer, 4)
    assert layer.weight.item() == 2
