"""Backbones of the user's own, or a sentence that says why not."""

import numpy as np
import pytest
import torch

from playfair.errors import InputError
from playfair.models.backbones.architectures import build_backbone
from playfair.models.checkpoints import save_checkpoint

torch.set_num_threads(1)
MODULE = """
import torch
from torch import nn

from playfair.models.backbones.backbone import Backbone
from playfair.models.backbones.transforms import resize_and_crop, standardise


class Mine(Backbone):
    input_size = 8

    def __init__(self, feature_dim, seen=8):
        super().__init__()
        self.seen = seen
        self.norm = nn.BatchNorm2d(3)
        self.last_linear = nn.Linear(3 * 8 * 8, feature_dim)

    def crop(self, frames):
        return resize_and_crop(frames, self.seen)

    def standardise(self, images):
        return standardise(images)

    def forward(self, images):
        return self.last_linear(self.norm(images).flatten(start_dim=1))


def make(feature_dim=5, **options):
    return Mine(feature_dim, **options)


def linear():
    return nn.Linear(2, 2)
"""


@pytest.fixture
def module(tmp_path, monkeypatch):
    """The import path of the module above, which no other test has imported."""
    name = f"my_backbone_{tmp_path.name.replace('-', '_')}"
    (tmp_path / f"{name}.py").write_text(MODULE)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    return name


def build(factory, feature_dim=5, **options):
    return build_backbone("custom", feature_dim, factory=factory, arguments=options)


def test_a_backbone_is_made_by_the_function_and_left_as_it_was(module):
    backbone = build(f"{module}:make")
    assert backbone.feature_dim == 5
    assert backbone.training
    assert int(backbone.norm.num_batches_tracked) == 0
    frames = [np.zeros((16, 24, 3), np.uint8)] * 3
    assert backbone.eval()(backbone.preprocess(frames)).shape == (3, 5)


def test_a_checkpoint_fits_it_like_any_other(module, tmp_path):
    trained = build(f"{module}:make")
    save_checkpoint(tmp_path / "mine.pt", trained)
    path = tmp_path / "mine.pt"
    loaded = build_backbone("custom", 5, checkpoint=path, factory=f"{module}:make")
    assert all(
        torch.equal(value, loaded.state_dict()[key]) for key, value in trained.state_dict().items()
    )


@pytest.mark.parametrize(
    ("function", "options", "words"),
    [
        ("absent", {}, "has no 'absent'"),
        ("linear", {}, "is of type Linear: expected a subclass"),
        ("make", {"feature_dim": 4}, r"shape \(2, 5\) .* expected \(2, 4\)"),
        ("make", {"seen": 4}, r"failed on two blank frames of 96 x 72 pixels \(RuntimeError"),
        ("Mine", {"width": 3}, "does not take the arguments width"),
    ],
)
def test_what_is_no_backbone_is_one_sentence(module, function, options, words):
    with pytest.raises(InputError, match=words):
        build(f"{module}:{function}", **options)


def test_pictures_have_the_size_that_the_backbone_says(module, tmp_path):
    path = tmp_path / f"{module}.py"
    path.write_text(MODULE.replace("input_size = 8", "input_size = 16"))
    with pytest.raises(InputError, match=r"to the shape \(2, 3, 8, 8\) .* input_size is 16"):
        build(f"{module}:make")
