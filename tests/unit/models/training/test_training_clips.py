"""Clips in training: kept in memory and augmented."""

import numpy as np
import pytest
import torch

from playfair.models.backbones.small_cnn import SmallCNN
from playfair.models.training.training_clips import Augmentation, AugmentationOptions, CroppedClips
from tests.unit.models.training_data import ClipsInMemory

NOTHING = AugmentationOptions(shift=0, gain=0, brightness=0)


def some_clips():
    generator = torch.Generator().manual_seed(0)
    return torch.randint(0, 256, (40, 2, 3, 64, 64), dtype=torch.uint8, generator=generator)


def augment(clips, options, backbone=None):
    draw = Augmentation(options, backbone or SmallCNN(8), len(clips), np.random.default_rng(0))
    return draw(clips, np.arange(len(clips)))


def standard(clips):
    return SmallCNN(8).standardise(clips.flatten(0, 1)).unflatten(0, clips.shape[:2])


def test_cached_clips_are_not_read_again():
    source = ClipsInMemory(4, 0)
    clips = CroppedClips(source, source.uids, SmallCNN(8), 2**30, progress=False)
    source.asked.clear()
    images = clips.images(np.array([2, 0]), np.array([[1, 3], [0, 9]]))
    assert images.shape == (2, 2, 3, 64, 64)
    assert source.asked == []
    assert torch.equal(images[0], SmallCNN(8).crop(source.frames("102", [1, 3])))
    assert clips.cached_bytes == sum(source.lengths.values()) * 3 * 64 * 64


def test_augmentation_is_the_same_for_all_frames_of_a_clip_and_differs_between_clips():
    frame = some_clips()[:1, :1].expand(3, 4, 3, 64, 64)
    draw = Augmentation(AugmentationOptions(), SmallCNN(8), 9, np.random.default_rng(0))
    augmented = draw(frame, np.array([7, 2, 7]))
    assert torch.equal(augmented[0, 0], augmented[0, 3])
    assert torch.equal(augmented[0], augmented[2])
    assert not torch.equal(augmented[0], augmented[1])


@pytest.mark.parametrize("options", [AugmentationOptions(enabled=False), NOTHING])
def test_without_augmentation_clips_stay_as_they_are(options):
    clips = some_clips()
    assert torch.equal(augment(clips, options), standard(clips))


def test_shifts_reach_their_bound_as_a_share_of_the_side():
    row_numbers = torch.arange(64, dtype=torch.uint8)[:, None].expand(200, 1, 3, 64, 64)
    shifted = augment(row_numbers, AugmentationOptions(shift=0.05, gain=0, brightness=0))
    rows = torch.round((shifted * 0.25 + 0.5) * 255)
    moved = rows[:, 0, 0, 32, 0] - 32
    assert set(moved.tolist()) == set(range(-3, 4))


def test_gain_scales_each_channel_within_its_bound():
    clips = some_clips()
    gains = augment(clips, AugmentationOptions(shift=0, gain=0.4, brightness=0)) / standard(clips)
    assert gains.std(dim=(1, 3, 4)).max() < 1e-5
    assert 1.3 < gains.max() < 1.4
    assert 0.6 < gains.min() < 0.7
    assert (gains[:, 0, 0, 0, 0] != gains[:, 0, 1, 0, 0]).all()


def test_brightness_is_a_share_of_black_to_white_in_any_networks_input():
    class Raw(SmallCNN):
        def standardise(self, images):
            return images.float() - torch.tensor([104.0, 117.0, 123.0]).view(3, 1, 1)

    options = AugmentationOptions(shift=0, gain=0, brightness=0.1)
    for backbone, black_to_white in ((SmallCNN(8), 4.0), (Raw(8), 255.0)):
        change = augment(some_clips(), options, backbone) - augment(some_clips(), NOTHING, backbone)
        assert 0.09 * black_to_white < change.max() < 0.1001 * black_to_white
        assert -0.1001 * black_to_white < change.min() < -0.09 * black_to_white


def test_a_flip_mirrors_about_half_of_the_clips_and_no_others():
    clips = some_clips()
    plain, flipped = standard(clips), augment(
        clips, AugmentationOptions(shift=0, gain=0, brightness=0, horizontal_flip=True)
    )  # fmt: skip
    mirrored = [torch.equal(a, b.flip(-1)) for a, b in zip(plain, flipped, strict=True)]
    same = [torch.equal(a, b) for a, b in zip(plain, flipped, strict=True)]
    assert all(a != b for a, b in zip(mirrored, same, strict=True))
    assert 10 <= sum(mirrored) <= 30
