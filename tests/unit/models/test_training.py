"""Training: it learns, repeats itself bit by bit, and says what it left out."""

import numpy as np
import pytest
import torch

from playfair.data.frame_sampling import sample_frame_idx
from playfair.errors import InputError
from playfair.models.backbones import SmallCNN
from playfair.models.clips import Augmentation, CroppedClips
from playfair.models.training import train_backbone, train_head


class ClipsInMemory:
    """Clips of a bright square that moves to the right (class 0) or to the left (class 1)."""

    def __init__(self, clip_count, seed, lengths=(10, 16)):
        generator = np.random.default_rng(seed)
        self.uids = [str(100 + number) for number in range(clip_count)]
        self.labels = {uid: number % 2 for number, uid in enumerate(self.uids)}
        self.lengths = {uid: int(generator.integers(*lengths)) for uid in self.uids}
        self.asked = []
        self._clips = {uid: self._clip(uid, generator) for uid in self.uids}

    def _clip(self, uid, generator):
        length = self.lengths[uid]
        clip = generator.integers(0, 60, (length, 66, 70, 3), dtype=np.uint8)
        for frame, left in zip(clip, np.linspace(0, 50, length).astype(int), strict=True):
            frame[24:44, left : left + 20] = 230
        return clip if self.labels[uid] == 0 else clip[::-1]

    def frames(self, uid, idx=None):
        self.asked.append(uid)
        return [self._clips[uid][i] for i in (range(self.lengths[uid]) if idx is None else idx)]


def ordered_features(clip_count, seed, lengths=(8, 20), feature_dim=6):
    """Features that rise with time in class 0 and fall in class 1, apart from noise."""
    generator = np.random.default_rng(seed)
    labels = np.arange(clip_count) % 2
    features = []
    for label in labels:
        values = generator.normal(0, 0.3, (generator.integers(*lengths), feature_dim))
        ramp = np.linspace(-1, 1, len(values))
        values[:, 0] += ramp if label == 0 else -ramp
        features.append(values.astype(np.float32))
    return features, labels


OPTIONS = {"n_frames": 4, "epochs": 3, "batch_size": 8, "device": "cpu", "progress": False}


@pytest.fixture(scope="module")
def trained():
    torch.set_num_threads(1)
    return train_backbone(
        ClipsInMemory(32, 0), ClipsInMemory(10, 1), 2, hidden_dim=16, feature_dim=16, **OPTIONS
    )


def test_a_backbone_learns_to_tell_a_movement_from_its_reverse(trained):
    last = trained.log[trained.log.split == "validation"].iloc[-1]
    assert last.accuracy >= 0.9


def test_the_log_has_a_row_per_epoch_and_split(trained):
    assert list(trained.log.columns) == ["epoch", "split", "loss", "accuracy"]
    assert trained.log.epoch.tolist() == [1, 1, 2, 2, 3, 3]
    assert trained.log.split.tolist() == ["train", "validation"] * 3
    assert trained.log.accuracy.between(0, 1).all()


def test_the_log_agrees_with_the_networks_that_come_back(trained):
    validation = ClipsInMemory(10, 1)
    assert not trained.backbone.training
    assert not trained.head.training
    right = 0
    with torch.inference_mode():
        for uid in validation.uids:
            frames = validation.frames(uid, sample_frame_idx(validation.lengths[uid], 4))
            features = trained.backbone(trained.backbone.preprocess(frames))
            right += int(trained.head(features[None]).argmax()) == validation.labels[uid]
    assert right / 10 == trained.log.accuracy.iloc[-1]


def test_a_backbone_comes_out_bit_by_bit_the_same_from_the_same_seed(trained):
    torch.rand(3)
    again = train_backbone(
        ClipsInMemory(32, 0), ClipsInMemory(10, 1), 2, hidden_dim=16, feature_dim=16, **OPTIONS
    )
    for key, value in trained.backbone.state_dict().items():
        assert torch.equal(again.backbone.state_dict()[key], value), key
    assert again.log.equals(trained.log)


def test_frames_beyond_the_memory_budget_are_decoded_anew_with_the_same_result(trained):
    one_clip = 16 * 3 * 64 * 64
    again = train_backbone(
        ClipsInMemory(32, 0),
        ClipsInMemory(10, 1),
        2,
        hidden_dim=16,
        feature_dim=16,
        cache_bytes=4 * one_clip,
        **OPTIONS,
    )
    for key, value in trained.backbone.state_dict().items():
        assert torch.equal(again.backbone.state_dict()[key], value), key


def test_training_leaves_the_global_random_state_alone():
    features, labels = ordered_features(20, 0)
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    train_head("tsn", features, labels, features, labels, 2, **OPTIONS)
    assert torch.equal(torch.rand(3), expected)


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
    frame = torch.randint(0, 256, (1, 1, 3, 64, 64), dtype=torch.uint8).expand(3, 4, 3, 64, 64)
    augmented = Augmentation(9, np.random.default_rng(0))(frame, np.array([7, 2, 7]))
    assert torch.equal(augmented[0, 0], augmented[0, 3])
    assert torch.equal(augmented[0], augmented[2])
    assert not torch.equal(augmented[0], augmented[1])


@pytest.mark.parametrize("scale", [2, 4])
def test_a_trn_head_learns_order_and_a_tsn_head_cannot(scale):
    features, labels = ordered_features(120, 0)
    validation, validation_labels = ordered_features(60, 1)
    accuracy = {}
    for kind in ("trn", "tsn"):
        result = train_head(
            kind, features, labels, validation, validation_labels, 2, hidden_dim=16,
            n_frames=scale, epochs=20, batch_size=16, dropout=0.2, learning_rate=1e-2,
            device="cpu", progress=False,
        )  # fmt: skip
        accuracy[kind] = result.log[result.log.split == "validation"].accuracy.iloc[-1]
        assert not result.head.training
    assert accuracy["trn"] >= 0.95
    assert accuracy["tsn"] <= 0.75


def test_a_head_comes_out_bit_by_bit_the_same_from_the_same_seed_only():
    features, labels = ordered_features(40, 0)
    heads = [
        train_head("trn", features, labels, features, labels, 2, hidden_dim=8, seed=seed, **OPTIONS)
        for seed in (0, 0, 1)
    ]
    weights = [trained.head.state_dict()["model.1.weight"] for trained in heads]
    assert torch.equal(weights[0], weights[1])
    assert not torch.equal(weights[0], weights[2])
    assert heads[0].log.equals(heads[1].log)


def test_short_and_unlabelled_clips_are_left_out_and_counted():
    features, labels = ordered_features(20, 0)
    features[0], features[3] = features[0][:3], features[3][:1]
    labels = labels.copy()
    labels[5] = -1
    result = train_head("tsn", features, labels, features[:4], labels[:4], 2, **OPTIONS)
    assert result.left_out_count == 3
    source = ClipsInMemory(10, 0)
    source.lengths["100"], source.labels["101"] = 3, -1
    backbone = train_backbone(source, source, 2, feature_dim=8, **{**OPTIONS, "epochs": 1})
    assert backbone.left_out_count == 2


def test_without_validation_clips_the_log_has_the_training_split_only():
    features, labels = ordered_features(20, 0)
    result = train_head("trn", features, labels, [], np.array([]), 2, **OPTIONS)
    assert set(result.log.split) == {"train"}


def test_what_cannot_be_trained_is_explained():
    features, labels = ordered_features(10, 0, lengths=(4, 8))
    with pytest.raises(InputError, match="at least 9 frames"):
        train_head("trn", features, labels, [], [], 2, **{**OPTIONS, "n_frames": 9})
    with pytest.raises(InputError, match="class 1, expected 0 to 0"):
        train_head("trn", features, labels, [], [], 1, **OPTIONS)
    with pytest.raises(InputError, match="Unknown head 'lstm'"):
        train_head("lstm", features, labels, [], [], 2, **OPTIONS)
    with pytest.raises(InputError, match="'big'"):
        train_backbone(ClipsInMemory(4, 0), ClipsInMemory(2, 0), 2, architecture="big", **OPTIONS)


def test_a_trn_head_may_be_trained_with_a_relu_on_its_input():
    clips, labels = [np.ones((3, 4), np.float32)] * 2, np.array([0, 1])
    options = {"n_frames": 2, "hidden_dim": 5, "epochs": 1, "progress": False}
    data = (clips, labels, clips, labels, 2)
    assert train_head("trn", *data, relu_input=True, **options).head.relu_input
    assert not train_head("trn", *data, **options).head.relu_input
