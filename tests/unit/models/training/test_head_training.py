"""Training of heads: it learns, repeats itself bit by bit, and says what it left out."""

import numpy as np
import pytest
import torch

from playfair.data.stores.feature_store import FeatureStore, write_features
from playfair.errors import InputError
from playfair.models.training.head_training import FeaturesInMemory, train_head
from tests.unit.models.training_data import ordered_clips, ordered_features

OPTIONS = {"n_frames": 4, "epochs": 3, "batch_size": 8, "device": "cpu", "progress": False}


@pytest.fixture(autouse=True, scope="module")
def one_thread():
    torch.set_num_threads(1)


def assert_same_bits(first, second):
    for key, value in first.head.state_dict().items():
        assert torch.equal(second.head.state_dict()[key], value), key
    assert first.log.equals(second.log)


def test_training_leaves_the_global_random_state_alone():
    clips = ordered_clips(20, 0)
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    train_head("tsn", clips, clips, 2, **OPTIONS)
    assert torch.equal(torch.rand(3), expected)


@pytest.mark.parametrize("scale", [2, 4])
def test_a_trn_head_learns_order_and_a_tsn_head_cannot(scale):
    accuracy = {}
    for kind in ("trn", "tsn"):
        result = train_head(
            kind, ordered_clips(120, 0), ordered_clips(60, 1), 2, hidden_dim=16,
            n_frames=scale, epochs=20, batch_size=16, dropout=0.2, learning_rate=1e-2,
            device="cpu", progress=False,
        )  # fmt: skip
        accuracy[kind] = result.log[result.log.split == "validation"].accuracy.iloc[-1]
        assert not result.head.training
    assert accuracy["trn"] >= 0.95
    assert accuracy["tsn"] <= 0.75


def test_a_head_comes_out_bit_by_bit_the_same_from_the_same_seed_only():
    clips = ordered_clips(40, 0)
    heads = [
        train_head("trn", clips, clips, 2, hidden_dim=8, seed=seed, **OPTIONS) for seed in (0, 0, 1)
    ]
    assert_same_bits(heads[0], heads[1])
    weights = [trained.head.state_dict()["model.1.weight"] for trained in heads]
    assert not torch.equal(weights[0], weights[2])


@pytest.mark.parametrize("feature_bytes", [0, 2**30])
def test_features_come_out_of_their_file_in_and_beyond_the_memory_budget(tmp_path, feature_bytes):
    features, labels = ordered_features(30, 0)
    lengths = [len(clip) for clip in features]
    uids = [str(number) for number in range(30)]
    with write_features(tmp_path / "train.h5", uids, labels, lengths, 6, {}) as writer:
        writer.append(np.concatenate(features))
    expected = train_head(
        "trn", FeaturesInMemory(features, labels), ordered_clips(9, 1), 2, **OPTIONS
    )
    with FeatureStore(tmp_path / "train.h5") as store:
        trained = train_head(
            "trn", store, ordered_clips(9, 1), 2, feature_bytes=feature_bytes, **OPTIONS
        )
    assert_same_bits(expected, trained)


def test_features_within_the_memory_budget_are_read_once():
    class Counting(FeaturesInMemory):
        reads = 0

        def features(self, position):
            self.reads += 1
            return super().features(position)

    reads = {}
    for feature_bytes in (0, 2**30):
        clips = Counting(*ordered_features(20, 0))
        train_head("tsn", clips, ordered_clips(4, 1), 2, feature_bytes=feature_bytes, **OPTIONS)
        reads[feature_bytes] = clips.reads
    assert reads == {0: 20 * OPTIONS["epochs"], 2**30: 20}


def test_early_stopping_keeps_the_epoch_with_the_best_validation():
    options = {**OPTIONS, "epochs": 40, "learning_rate": 3e-2, "anywhere_share": 0.0}
    train, validation = ordered_clips(12, 0), ordered_clips(40, 1)
    stopped = train_head("tsn", train, validation, 2, early_stopping="loss", patience=3, **options)
    log = stopped.log[stopped.log.split == "validation"].set_index("epoch")
    kept = int(log.loss.idxmin())
    assert log.index[log.kept].tolist() == [kept]
    assert log.index[-1] == kept + 3 < 40
    whole = train_head("tsn", train, validation, 2, **options)
    assert whole.log.epoch.iloc[-1] == 40
    assert whole.log.loss.iloc[: len(stopped.log)].tolist() == stopped.log.loss.tolist()
    features = np.stack([validation.features(v)[_middles(validation, v)] for v in range(40)])
    with torch.inference_mode():
        logits = stopped.head(torch.from_numpy(features))
    loss = torch.nn.functional.cross_entropy(logits, torch.from_numpy(validation.label))
    assert loss.item() == pytest.approx(log.loss[kept], abs=1e-6)


def _middles(clips, position):
    length = clips.sequence_length[position]
    return [int(length * (segment + 0.5) / 4) for segment in range(4)]


def test_short_and_unlabelled_clips_are_left_out_and_counted():
    features, labels = ordered_features(20, 0)
    features[0], features[3] = features[0][:3], features[3][:1]
    labels = labels.copy()
    labels[5] = -1
    train, validation = FeaturesInMemory(features, labels), ordered_clips(4, 1)
    trained = train_head("tsn", train, validation, 2, **OPTIONS)
    assert trained.left_out_count == 3
    assert trained.log.groupby("split").clip_count.unique().to_dict() == {
        "train": [17],
        "validation": [4],
    }


def test_without_validation_clips_the_log_has_the_training_split_only():
    result = train_head("trn", ordered_clips(20, 0), FeaturesInMemory([], []), 2, **OPTIONS)
    assert set(result.log.split) == {"train"}


def test_what_cannot_be_trained_is_explained():
    clips, none = ordered_clips(10, 0, lengths=(4, 8)), FeaturesInMemory([], [])
    with pytest.raises(InputError, match=r"None of the 10 training clips .* at least 9 frames"):
        train_head("trn", clips, none, 2, **{**OPTIONS, "n_frames": 9})
    with pytest.raises(InputError, match=r"None of the 0 validation clips has a label"):
        train_head("trn", clips, none, 2, early_stopping="loss", **OPTIONS)
    with pytest.raises(InputError, match="class 1, expected 0 to 0"):
        train_head("trn", clips, none, 1, **OPTIONS)
    with pytest.raises(InputError, match="Unknown head 'lstm'"):
        train_head("lstm", clips, none, 2, **OPTIONS)
    with pytest.raises(InputError, match="6 numbers per frame, the validation features 5"):
        train_head("trn", clips, ordered_clips(4, 1, feature_dim=5), 2, **OPTIONS)


def test_a_trn_head_may_be_trained_with_a_relu_on_its_input():
    clips = ordered_clips(8, 0)
    assert train_head("trn", clips, clips, 2, relu_input=True, **OPTIONS).head.relu_input
    assert not train_head("trn", clips, clips, 2, **OPTIONS).head.relu_input


@pytest.mark.parametrize("epochs", [1, 2, 4, 5, 6, 10])
def test_a_few_steps_in_all_are_enough(epochs):
    clips = ordered_clips(8, 0)
    trained = train_head("tsn", clips, clips, 2, **{**OPTIONS, "epochs": epochs})
    assert trained.log.epoch.iloc[-1] == epochs
    assert np.isfinite(trained.log.loss).all()


def test_a_loss_that_is_no_number_stops_with_its_cause():
    clips = ordered_clips(20, 0)
    with pytest.raises(InputError, match=r"Training TSN head, 4 frames .* lower learning_rate"):
        train_head("tsn", clips, clips, 2, **{**OPTIONS, "learning_rate": 1e38, "epochs": 9})
    features, labels = ordered_features(20, 0)
    features[3][:] = np.nan
    with pytest.raises(InputError, match=r"in epoch 1: .* inputs hold values .* not finite"):
        train_head("trn", FeaturesInMemory(features, labels), clips, 2, **OPTIONS)
