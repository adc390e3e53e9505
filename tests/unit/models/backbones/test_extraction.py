"""Features of gulped frames do not depend on how frames are grouped."""

import numpy as np
import pytest
import torch

from playfair.data.video.gulp import GulpReader, VideoFile, gulp_videos
from playfair.errors import InputError
from playfair.models.backbones import extraction
from playfair.models.backbones.architectures import build_backbone
from playfair.models.backbones.extraction import extract_features
from playfair.models.backbones.small_cnn import SmallCNN
from tests.unit.data.drawn_clips import write_clips

LENGTHS = {"a": 9, "b": 3, "c": 14}


@pytest.fixture(scope="module")
def gulp(tmp_path_factory):
    folder = tmp_path_factory.mktemp("features")
    write_clips(folder / "videos", LENGTHS)
    videos = [VideoFile(uid, folder / "videos" / f"{uid}.webm", {}) for uid in LENGTHS]
    gulp_videos(videos, folder / "gulp", progress=False)
    return folder / "gulp"


@pytest.fixture(scope="module")
def backbone():
    torch.manual_seed(0)
    return build_backbone("small", 16).eval()


def extract(gulp, backbone, uids, batch_size=8, decoders=1, precision="float32", device="cpu"):
    parts = extract_features(
        backbone,
        GulpReader(gulp),
        uids,
        batch_size=batch_size,
        decoders=decoders,
        precision=precision,
        device=device,
        progress=False,
    )
    return np.concatenate(list(parts))


def test_features_of_all_frames_come_in_order(gulp, backbone):
    features = extract(gulp, backbone, ["a", "b", "c"])
    assert features.shape == (26, 16)
    assert features.dtype == np.float32
    reader = GulpReader(gulp)
    frames = [frame for uid in "abc" for frame in reader.frames(uid)]
    with torch.inference_mode():
        expected = backbone(backbone.preprocess(frames)).numpy()
    np.testing.assert_allclose(features, expected, atol=1e-5)


def test_features_are_bit_identical_whatever_comes_with_them(gulp, backbone):
    together = extract(gulp, backbone, ["a", "b", "c"])
    alone = np.concatenate([extract(gulp, backbone, [uid]) for uid in "abc"])
    np.testing.assert_array_equal(together, alone)


@pytest.mark.parametrize("count", [2, 3, 9])
def test_several_devices_give_the_bits_of_one_in_the_same_order(gulp, backbone, count):
    alone = extract(gulp, backbone, ["a", "b", "c"], batch_size=4)
    shared = extract(gulp, backbone, ["a", "b", "c"], batch_size=4, device=["cpu"] * count)
    np.testing.assert_array_equal(shared, alone)


def test_batches_go_to_the_devices_in_turn(gulp, backbone, monkeypatch):
    asked = []
    features = extraction._Replica.features

    def noted(replica, frames, precision):
        asked.append(id(replica))
        return features(replica, frames, precision)

    monkeypatch.setattr(extraction._Replica, "features", noted)
    extract(gulp, backbone, ["a", "c"], batch_size=4, decoders=0, device=["cpu", "cpu"])
    assert len(asked) == 7
    assert len(set(asked)) == 2
    assert asked[::2] == [asked[0]] * 4 and asked[1::2] == [asked[1]] * 3


def test_features_hardly_depend_on_the_batch_size(gulp, backbone):
    np.testing.assert_allclose(
        extract(gulp, backbone, ["a", "b", "c"], batch_size=5),
        extract(gulp, backbone, ["a", "b", "c"], batch_size=64),
        atol=1e-5,
    )


def test_several_decoders_give_the_same_in_the_same_order(gulp, backbone):
    one, two = (extract(gulp, backbone, ["a", "b", "c"], 4, decoders) for decoders in (1, 2))
    np.testing.assert_array_equal(one, two)


def test_bfloat16_moves_features_a_little(gulp, backbone):
    exact = extract(gulp, backbone, ["b"])
    rounded = extract(gulp, backbone, ["b"], precision="bfloat16")
    assert rounded.dtype == np.float32
    assert 1e-4 < np.abs(rounded - exact).max() / np.abs(exact).max() < 2e-2


class Spoilt(SmallCNN):
    """NaN for the first frame of batches of `length` frames."""

    def forward(self, images):
        features = super().forward(images)
        if len(images) == self.length:
            features[0] = float("nan")
        return features


@pytest.mark.parametrize(
    ("batch_size", "length", "uid", "frame"),
    [(26, 9, "a", 0), (26, 3, "b", 0), (26, 14, "c", 0), (4, 1, "a", 8), (4, 2, "c", 12)],
)
def test_features_that_are_no_finite_numbers_stop_with_the_uid(
    gulp, batch_size, length, uid, frame
):
    backbone = Spoilt(4)
    backbone.length = length
    message = rf"features of '{uid}' are NaN or infinite \(frame {frame}\)"
    with pytest.raises(InputError, match=message):
        extract(gulp, backbone, ["a", "b", "c"], batch_size=batch_size)
