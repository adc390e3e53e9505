"""From RGB frames to the input of a backbone."""

import numpy as np
import pytest
import torch
from PIL import Image

from playfair.models.backbones.transforms import (
    resize_and_crop,
    resize_short_side_and_crop,
    standardise,
    standardise_channels,
)


@pytest.mark.parametrize("size", [(72, 96), (96, 72), (64, 64), (33, 47), (20, 20), (240, 321)])
def test_frames_of_any_size_become_squares(size):
    frames = [np.full((*size, 3), level, np.uint8) for level in (10, 200)]
    squares = resize_and_crop(frames, 64)
    assert squares.shape == (2, 3, 64, 64)
    assert squares.dtype == torch.uint8
    assert (squares[0] == 10).all()
    assert (squares[1] == 200).all()


def test_the_centre_is_kept_and_the_rest_of_the_long_side_cut():
    frame = np.zeros((64, 96, 3), np.uint8)
    frame[:, :16], frame[:, 80:] = (255, 0, 0), (0, 0, 255)
    frame[:, 16:80] = (0, 255, 0)
    square = resize_and_crop([frame], 64)[0]
    assert (square == torch.tensor([0, 255, 0])[:, None, None]).all()


def test_resizing_averages_the_area_that_a_pixel_comes_from():
    frame = np.random.default_rng(0).integers(0, 256, (128, 128, 3), dtype=np.uint8)
    square = resize_and_crop([frame], 64)[0].permute(1, 2, 0).numpy().astype(float)
    expected = np.asarray(Image.fromarray(frame).resize((64, 64), Image.Resampling.BILINEAR))
    np.testing.assert_array_equal(square, expected)
    assert square.std() < frame.std() * 0.7


@pytest.mark.parametrize(
    ("size", "resized", "corner"),
    [
        ((240, 320), (341, 256), (58, 16)),
        ((320, 240), (256, 341), (16, 58)),
        ((90, 90), (256, 256), (16, 16)),
        ((256, 256), (256, 256), (16, 16)),
        ((300, 333), (284, 256), (30, 16)),
    ],
)
def test_the_short_side_is_resized_before_the_centre_is_cut(size, resized, corner):
    frame = np.random.default_rng(0).integers(0, 256, (*size, 3), dtype=np.uint8)
    (square,) = resize_short_side_and_crop([frame], 256, 224)
    left, top = corner
    expected = Image.fromarray(frame).resize(resized, Image.Resampling.BILINEAR)
    expected = np.asarray(expected)[top : top + 224, left : left + 224]
    np.testing.assert_array_equal(square.permute(1, 2, 0), expected)


def test_the_way_of_resampling_can_be_chosen():
    frame = np.random.default_rng(0).integers(0, 256, (40, 60, 3), dtype=np.uint8)
    bicubic = resize_short_side_and_crop([frame], 64, 64, Image.Resampling.BICUBIC)
    expected = Image.fromarray(frame).resize((96, 64), Image.Resampling.BICUBIC)
    expected = np.asarray(expected)[:, 16:80]
    np.testing.assert_array_equal(bicubic[0].permute(1, 2, 0), expected)


def test_channels_are_standardised_one_by_one():
    images = torch.tensor([0, 255, 51], dtype=torch.uint8).expand(2, 1, 1, 3).permute(0, 3, 1, 2)
    fractions = standardise_channels(images, (0.5, 0.0, 0.2), (0.25, 2.0, 1.0))
    torch.testing.assert_close(fractions[:, :, 0, 0], torch.tensor([[-2.0, 0.5, 0.0]] * 2))
    values = standardise_channels(images, (1.0, 5.0, 50.0), (1.0, 2.0, 1.0), white=255)
    assert values[1, :, 0, 0].tolist() == [-1.0, 125.0, 1.0]


def test_a_frame_does_not_depend_on_those_beside_it():
    generator = np.random.default_rng(1)
    frames = [generator.integers(0, 256, (72, 96, 3), dtype=np.uint8) for _ in range(3)]
    together = resize_and_crop(frames, 64)
    for position, frame in enumerate(frames):
        assert torch.equal(resize_and_crop([frame], 64)[0], together[position])


def test_no_frames_give_no_images():
    assert resize_and_crop([], 64).shape == (0, 3, 64, 64)


def test_standardised_noise_has_about_zero_mean_and_unit_variance():
    generator = torch.Generator().manual_seed(0)
    images = torch.randint(0, 256, (4, 3, 64, 64), generator=generator, dtype=torch.uint8)
    standard = standardise(images)
    assert standard.dtype == torch.float32
    assert abs(standard.mean()) < 0.05
    assert 0.8 < standard.std() < 1.3
    assert torch.equal(
        standardise(torch.tensor([0, 255], dtype=torch.uint8)), torch.tensor([-2, 2.0])
    )
