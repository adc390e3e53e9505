"""Resume: a training that is killed goes on, and ends with the bits of one that was not."""

import signal
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import torch

from playfair.data.stores.feature_store import FeatureStore, write_features
from playfair.errors import InputError
from playfair.models.training.backbone_training import train_backbone
from playfair.models.training.head_training import train_head
from playfair.models.training.resume import HASHED_VIDEOS, ResumeFile, fingerprint
from tests.commands import run_command
from tests.unit.models.training_data import ClipsInMemory, ordered_clips

PROJECT = Path(__file__).parents[4]
OPTIONS = {
    "hidden_dim": 8, "n_frames": 4, "epochs": 6, "batch_size": 8, "device": "cpu",
    "early_stopping": "loss", "patience": 6, "progress": False,
}  # fmt: skip

# Trains in a process that kills itself in the middle of the fourth epoch, as it reads a clip.
KILLED = """
import os, signal, sys, torch
from pathlib import Path
from tests.unit.models.training.test_resume import ClipsInMemory, ordered_clips, train
kind, path = sys.argv[1:]

def read_and_die(read, last):
    reads = iter(range(last))
    def read_or_die(*arguments):
        if next(reads, None) is None:
            os.kill(os.getpid(), signal.SIGKILL)
        return read(*arguments)
    return read_or_die

clips = ClipsInMemory(20, 0) if kind == "backbone" else ordered_clips(20, 0)
name = "frames" if kind == "backbone" else "features"
# The first frames that are read are those of a clip that does not fit into the empty cache.
setattr(clips, name, read_and_die(getattr(clips, name), 70 + (kind == "backbone")))
train(kind, Path(path), clips)
raise SystemExit("the training ended")
"""


def train(kind, path, clips=None):
    """Train with nothing kept in memory; a state after every epoch."""
    torch.set_num_threads(1)
    resume = ResumeFile(path, "the same", seconds_between_states=0) if path else None
    if kind == "backbone":
        return train_backbone(
            clips or ClipsInMemory(20, 0), ClipsInMemory(6, 1), 2,
            feature_dim=8, cache_bytes=0, resume=resume, **OPTIONS,
        )  # fmt: skip
    return train_head(
        kind, clips or ordered_clips(20, 0), ordered_clips(9, 1), 2,
        feature_bytes=0, resume=resume, **OPTIONS,
    )  # fmt: skip


@pytest.mark.parametrize("kind", ["backbone", "trn"])
def test_a_killed_training_goes_on_and_ends_with_the_same_bits(tmp_path, kind, capsys):
    path = tmp_path / "resume" / "state.pt"
    killed = run_command([sys.executable, "-c", KILLED, kind, path], PROJECT)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert torch.load(path, weights_only=True)["epoch"] == 3
    resumed = train(kind, path)
    assert "goes on after epoch 3" in capsys.readouterr().err
    uninterrupted = train(kind, None)
    assert resumed.log.equals(uninterrupted.log)
    networks = ["head", "backbone"] if kind == "backbone" else ["head"]
    for network in networks:
        expected = getattr(uninterrupted, network).state_dict()
        for key, value in getattr(resumed, network).state_dict().items():
            assert torch.equal(value, expected[key]), key


def test_a_finished_training_is_not_trained_again(tmp_path):
    first = train("tsn", tmp_path / "state.pt")
    again = train("tsn", tmp_path / "state.pt", clips=ordered_clips(20, 5))
    assert torch.equal(first.head.classifier.weight, again.head.classifier.weight)
    assert first.log.equals(again.log)


@pytest.mark.parametrize("content", ["other", "broken", "no state"])
def test_a_state_that_does_not_belong_here_is_ignored_with_a_sentence(tmp_path, content, capsys):
    path = tmp_path / "state.pt"
    if content == "other":
        ResumeFile(path, "another", 0).save(lambda: {"epoch": 2})
    elif content == "broken":
        path.write_bytes(b"PK\x03\x04 and then nothing")
    else:
        torch.save(torch.zeros(3), path)
    assert ResumeFile(path, "the same").load() is None
    sentence = capsys.readouterr().err
    assert str(path) in sentence
    assert "from the beginning" in sentence
    assert ("other options" in sentence) == (content == "other")


def test_states_are_no_more_frequent_than_asked(tmp_path, monkeypatch):
    clock = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    resume = ResumeFile(tmp_path / "state.pt", "the same", seconds_between_states=30)
    written = []
    for clock[0] in range(110, 201, 10):
        resume.save(lambda: written.append(clock[0]) or {"epoch": 1})
    assert written == [130, 160, 190]


def test_deleting_removes_the_state_and_what_a_kill_left_of_the_next(tmp_path):
    resume = ResumeFile(tmp_path / "head.pt", "the same", 0)
    resume.save(lambda: {"epoch": 1})
    (tmp_path / ".head.123.partial.pt").write_bytes(b"half")
    (tmp_path / "another.pt").write_bytes(b"")
    resume.delete()
    assert [path.name for path in tmp_path.iterdir()] == ["another.pt"]


def test_a_fingerprint_follows_options_and_inputs(tmp_path):
    labels, gulp = tmp_path / "labels.json", tmp_path / "gulp"
    gulp.mkdir()
    labels.write_bytes(b"1")
    (gulp / "data_0.gulp").write_bytes(b"12")
    (gulp / "meta_0.gmeta").write_text("{}")
    options = {"seed": 0, "augmentation": {"shift": 0.1}}
    found = [fingerprint(options, [labels, gulp])]
    assert fingerprint(dict(reversed(options.items())), [str(labels), str(gulp)]) == found[0]
    found.append(fingerprint({**options, "seed": 1}, [labels, gulp]))
    for path, content in (
        (labels, b"2"),
        (gulp / "data_0.gulp", b"123"),
        (gulp / "meta_0.gmeta", b"[]"),
        (gulp / "data_1.gulp", b""),
    ):
        path.write_bytes(content)
        found.append(fingerprint(options, [labels, gulp]))
    assert len(set(found)) == len(found)


def feature_file_fingerprint(path, **changes):
    made = {"uids": ["a", "b"], "labels": [0, 1], "lengths": [2, 3], "hash": "0", "values": 0.0}
    made |= changes
    attributes = {"checkpoint_hash": made["hash"], "batch_size": np.int64(2)}
    with write_features(
        path, made["uids"], made["labels"], made["lengths"], 4, attributes
    ) as writer:
        writer.append(np.full((5, 4), made["values"], np.float32))
    return fingerprint({}, [path])


def test_a_fingerprint_follows_all_that_tells_feature_files_apart(tmp_path):
    path = tmp_path / "train.h5"
    found = [
        feature_file_fingerprint(path, **change)
        for change in (
            {},
            {"uids": ["a", "c"]},
            {"labels": [1, 1]},
            {"lengths": [3, 2]},
            {"hash": "1"},
            {"values": 1.0},
        )
    ]
    assert len(set(found)) == len(found)
    assert feature_file_fingerprint(tmp_path / "again.h5") == found[0]


def test_of_a_large_feature_file_a_few_videos_are_read(tmp_path, monkeypatch):
    """Those of a file of 1000 videos, the first and the last among them."""
    read = []
    features = FeatureStore.features
    monkeypatch.setattr(
        FeatureStore, "features", lambda store, video: read.append(video) or features(store, video)
    )
    uids = [f"{number:03d}" for number in range(1000)]
    with write_features(tmp_path / "train.h5", uids, [0] * 1000, [1] * 1000, 2, {}) as writer:
        writer.append(np.zeros((1000, 2), np.float32))
    fingerprint({}, [tmp_path / "train.h5"])
    assert {0, 999} < set(read)
    assert len(read) == HASHED_VIDEOS


def test_a_damaged_feature_file_is_one_sentence(tmp_path):
    (tmp_path / "train.h5").write_bytes(b"no features")
    with pytest.raises(InputError, match=r"train\.h5 is not a readable HDF5 file"):
        fingerprint({}, [tmp_path / "train.h5"])
