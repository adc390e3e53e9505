"""Options of training: what is accepted, refused, and the same as the library's defaults."""

import inspect
from dataclasses import asdict

import pytest
import yaml

from playfair.config import complete_config
from playfair.definitions.training import (
    AugmentationSection,
    BackboneTraining,
    TRNTraining,
    TSNTraining,
)
from playfair.errors import InputError
from playfair.models.training.backbone_training import train_backbone
from playfair.models.training.head_training import train_head
from playfair.models.training.training_clips import AugmentationOptions


@pytest.mark.parametrize("written", ["off", "'off'", "'auto'", "auto"])
def test_mixed_precision_reads_the_words_that_yaml_takes_for_booleans(written):
    training = BackboneTraining.model_validate(yaml.safe_load(f"mixed_precision: {written}"))
    assert training.mixed_precision == written.strip("'")


def test_options_are_read_from_text():
    training = BackboneTraining.model_validate(
        {
            "early_stopping": "null",
            "patience": "3",
            "initial_checkpoint": "null",
            "augmentation": {"enabled": "false", "shift": "0.1"},
        }
    )
    assert (training.early_stopping, training.patience) == (None, 3)
    assert training.initial_checkpoint is None
    assert (training.augmentation.enabled, training.augmentation.shift) == (False, 0.1)


@pytest.mark.parametrize(
    ("options", "parts"),
    [
        ({"early_stopping": "error"}, ["early_stopping", "'error'", "accuracy"]),
        ({"patience": 0}, ["patience", "0", "greater than or equal to 1"]),
        ({"mixed_precision": True}, ["mixed_precision", "true", "auto"]),
        ({"augmentation": {"shift": 0.6}}, ["augmentation.shift", "0.6", "0.5"]),
        ({"augmentation": {"flip": True}}, ["augmentation.flip", "horizontal_flip"]),
    ],
)
def test_bad_options_get_one_sentence(options, parts):
    config = {"definitions": {"backbones": {"small": {"training": options}}}}
    with pytest.raises(InputError) as caught:
        complete_config(config)
    for part in parts:
        assert part in str(caught.value)


@pytest.mark.parametrize(
    ("section", "function"),
    [(BackboneTraining, train_backbone), (TRNTraining, train_head), (TSNTraining, train_head)],
)
def test_the_configuration_has_the_defaults_of_the_library(section, function):
    taken = inspect.signature(function).parameters
    for name, value in section().model_dump(exclude={"augmentation"}).items():
        assert taken[name].default == value, name


def test_augmentation_has_the_defaults_of_the_library():
    assert AugmentationSection().model_dump() == asdict(AugmentationOptions())
