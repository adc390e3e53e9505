"""Training of a backbone: it learns, repeats itself bit by bit, and says what it left out."""

import numpy as np
import pytest
import torch

from playfair.data.clips.frame_sampling import sample_frame_idx
from playfair.errors import InputError
from playfair.models.checkpoints import save_checkpoint
from playfair.models.training.backbone_training import train_backbone
from playfair.models.training.training_clips import AugmentationOptions
from tests.unit.models.training_data import ClipsInMemory

OPTIONS = {"n_frames": 4, "epochs": 3, "batch_size": 8, "device": "cpu", "progress": False}


@pytest.fixture(scope="module")
def trained():
    torch.set_num_threads(1)
    return train_backbone(
        ClipsInMemory(32, 0), ClipsInMemory(10, 1), 2, hidden_dim=16, feature_dim=16, **OPTIONS
    )


def assert_same_weights(first, second):
    for key, value in first.state_dict().items():
        assert torch.equal(second.state_dict()[key], value), key


def test_a_backbone_learns_to_tell_a_movement_from_its_reverse(trained):
    last = trained.log[trained.log.split == "validation"].iloc[-1]
    assert last.accuracy >= 0.9


def test_the_log_has_a_row_per_epoch_and_split(trained):
    assert list(trained.log.columns) == [
        "epoch", "split", "loss", "accuracy", "clip_count", "kept",
    ]  # fmt: skip
    assert trained.log.epoch.tolist() == [1, 1, 2, 2, 3, 3]
    assert trained.log.split.tolist() == ["train", "validation"] * 3
    assert trained.log.accuracy.between(0, 1).all()
    assert trained.log.clip_count.tolist() == [32, 10] * 3
    assert trained.log.kept.tolist() == [False] * 4 + [True] * 2


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
    assert_same_weights(trained.backbone, again.backbone)
    assert again.log.equals(trained.log)


@pytest.mark.parametrize("cached_clips", [0, 4])
def test_frames_beyond_the_memory_budget_are_decoded_anew_with_the_same_result(
    trained, cached_clips
):
    again = train_backbone(
        ClipsInMemory(32, 0),
        ClipsInMemory(10, 1),
        2,
        hidden_dim=16,
        feature_dim=16,
        cache_bytes=cached_clips * 16 * 3 * 64 * 64,
        **OPTIONS,
    )
    assert_same_weights(trained.backbone, again.backbone)


def test_early_stopping_keeps_the_weights_of_the_best_epoch():
    options = {**OPTIONS, "epochs": 6, "hidden_dim": 8, "feature_dim": 8}
    clips = ClipsInMemory(12, 0)
    stopped = train_backbone(
        clips, ClipsInMemory(6, 1), 2, early_stopping="accuracy", patience=1, **options
    )
    log = stopped.log[stopped.log.split == "validation"].set_index("epoch")
    kept = int(log.accuracy.idxmax())
    assert log.index[log.kept].tolist() == [kept]
    assert log.index[-1] == kept + 1 <= 6
    right = 0
    validation = ClipsInMemory(6, 1)
    with torch.inference_mode():
        for uid in validation.uids:
            frames = validation.frames(uid, sample_frame_idx(validation.lengths[uid], 4))
            features = stopped.backbone(stopped.backbone.preprocess(frames))
            right += int(stopped.head(features[None]).argmax()) == validation.labels[uid]
    assert right / 6 == log.accuracy[kept]


def test_augmentation_changes_what_is_learned_and_can_be_switched_off():
    options = {**OPTIONS, "epochs": 1, "hidden_dim": 8, "feature_dim": 8}
    clips = ClipsInMemory(8, 0)
    losses = {
        augmentation: train_backbone(clips, clips, 2, augmentation=augmentation, **options)
        .log.loss.iloc[0]
        for augmentation in (
            AugmentationOptions(),
            AugmentationOptions(enabled=False),
            AugmentationOptions(shift=0, gain=0, brightness=0, horizontal_flip=True),
        )
    }  # fmt: skip
    assert len(set(losses.values())) == 3


def test_training_begins_with_the_weights_of_a_checkpoint(tmp_path, trained):
    save_checkpoint(tmp_path / "initial.pt", trained.backbone)
    options = {**OPTIONS, "epochs": 1, "learning_rate": 1e-9, "feature_dim": 16}
    clips = ClipsInMemory(8, 0)
    started = train_backbone(
        clips, clips, 2, initial_checkpoint=tmp_path / "initial.pt", **options
    ).backbone
    for key, value in trained.backbone.named_parameters():
        assert torch.allclose(started.get_parameter(key), value, atol=1e-6), key


def test_weights_of_another_last_layer_are_taken_up_to_it_and_other_networks_refused(
    tmp_path, trained
):
    save_checkpoint(tmp_path / "initial.pt", trained.backbone)
    save_checkpoint(tmp_path / "head.pt", trained.head)
    options = {**OPTIONS, "epochs": 1, "learning_rate": 1e-9, "feature_dim": 8}
    clips = ClipsInMemory(8, 0)
    started = train_backbone(
        clips, clips, 2, initial_checkpoint=tmp_path / "initial.pt", **options
    ).backbone
    for key, value in trained.backbone.layers.named_parameters():
        assert torch.allclose(started.layers.get_parameter(key), value, atol=1e-6), key
    assert started.last_linear.out_features == 8
    with pytest.raises(InputError, match=r"head.pt is not one of the network SmallCNN"):
        train_backbone(clips, clips, 2, initial_checkpoint=tmp_path / "head.pt", **options)


def test_a_network_of_torchvision_can_be_trained():
    clips = ClipsInMemory(4, 0, lengths=(4, 6))
    options = {**OPTIONS, "n_frames": 2, "epochs": 1, "batch_size": 2, "hidden_dim": 8}
    trained = train_backbone(
        clips, clips, 2, architecture="torchvision/shufflenet_v2_x0_5", feature_dim=1024, **options
    )
    assert trained.backbone.input_size == 224
    assert np.isfinite(trained.log.loss).all()


def test_any_backbone_with_the_same_methods_can_be_trained(monkeypatch):
    class Other(torch.nn.Module):
        input_size = 20

        def __init__(self):
            super().__init__()
            self.last_linear = torch.nn.Linear(3 * 20 * 20, 8)

        def crop(self, frames):
            cut = np.stack([frame[20:40, 20:40] for frame in frames])
            return torch.from_numpy(cut).permute(0, 3, 1, 2)

        def standardise(self, images):
            assert images.ndim == 4
            return images.flip(1).float() / 128 - 1

        def forward(self, images):
            return self.last_linear(images.flatten(1))

    monkeypatch.setattr(
        "playfair.models.training.backbone_training.build_backbone", lambda *_, **__: Other()
    )
    clips = ClipsInMemory(12, 0)
    trained = train_backbone(clips, clips, 2, feature_dim=8, **OPTIONS)
    assert isinstance(trained.backbone, Other)
    assert np.isfinite(trained.log.loss).all()


def test_short_and_unlabelled_clips_are_left_out_and_counted():
    source = ClipsInMemory(10, 0)
    source.lengths["100"], source.labels["101"] = 3, -1
    trained = train_backbone(source, source, 2, feature_dim=8, **{**OPTIONS, "epochs": 1})
    assert trained.left_out_count == 2


def test_what_cannot_be_trained_is_explained():
    clips, short = ClipsInMemory(4, 0), ClipsInMemory(2, 0, lengths=(2, 4))
    with pytest.raises(InputError, match="'big'"):
        train_backbone(clips, clips, 2, architecture="big", **OPTIONS)
    with pytest.raises(InputError, match=r"None of the 2 training clips .* at least 4 frames"):
        train_backbone(short, clips, 2, **OPTIONS)
    with pytest.raises(InputError, match=r"None of the 2 validation clips .* longest has 3 frames"):
        train_backbone(clips, short, 2, early_stopping="loss", **OPTIONS)
    with pytest.raises(InputError, match=r"Training backbone failed in epoch .* learning rate"):
        train_backbone(clips, clips, 2, learning_rate=1e30, **OPTIONS)
