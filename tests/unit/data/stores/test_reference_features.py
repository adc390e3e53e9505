"""Feature files as the paper's code writes them: lists of numbers, and labels by name."""

import h5py
import numpy as np
import pytest

from playfair.data.clips.labels import Clip
from playfair.data.stores.feature_sources import open_source, read_split
from playfair.data.stores.feature_store import FeatureStore
from playfair.data.stores.import_features import import_features
from playfair.errors import InputError

D = 4
LENGTHS = {"30": 5, "4": 2, "100": 3}
CLASSES = ["a", "b", "c"]
TEXT = h5py.string_dtype("utf-8")


def features_of(uid):
    seed = int(uid)
    return np.random.default_rng(seed).normal(size=(LENGTHS[uid], D)).astype(np.float32)


def write(group, uids=tuple(LENGTHS), **labels):
    """As the released program writes a split: features row after row, one list for each video."""
    columns = group.create_dataset("features", (len(uids),), dtype=h5py.vlen_dtype(np.float32))
    columns.attrs["feature_dim"] = D
    group.create_dataset("uids", (len(uids),), dtype=TEXT)
    named = group.create_group("labels")
    for name, values in labels.items():
        kind = TEXT if isinstance(values[0], str) else np.int64
        named.create_dataset(name, data=values, dtype=kind)
    for row, uid in enumerate(uids):
        columns[row] = features_of(uid).ravel()
        group["uids"][row] = uid


@pytest.fixture
def path(tmp_path):
    with h5py.File(tmp_path / "f.h5", "w", libver="latest") as file:
        write(file.create_group("train"), ("30", "4"), action=[2, 0])
        write(file.create_group("validation"), ("100",), action=[-1])
    return tmp_path / "f.h5"


@pytest.fixture
def classes(tmp_path):
    (tmp_path / "classes.json").write_text('{"a": "0", "b": "1", "c": "2"}')
    return tmp_path / "classes.json"


def test_each_split_has_the_clips_of_its_group(path, classes):
    assert read_split(path, "train", classes) == [Clip("30", "c"), Clip("4", "a")]
    assert read_split(path, "validation", classes) == [Clip("100", "")]


def test_features_are_imported_frame_by_frame(path, tmp_path):
    clips = [Clip("30", "c"), Clip("4", "a"), Clip("5", "b")]
    about = {"split": "train"}
    failed = import_features(
        path, tmp_path / "out.h5", clips, CLASSES, feature_dim=D, fps=8.0, attributes=about
    )
    assert [clip.uid for clip in failed] == ["5"]
    with FeatureStore(tmp_path / "out.h5") as store:
        assert dict(zip(store.uid, store.label, strict=True)) == {"30": 2, "4": 0}
        for row, uid in enumerate(store.uid):
            np.testing.assert_array_equal(store.features(row), features_of(uid))


def test_a_file_of_one_split_has_no_groups_and_labels_may_be_names(tmp_path, classes):
    with h5py.File(tmp_path / "one.h5", "w") as file:
        write(file, ("4", "30"), verb=["b", "b"], noun=["c", "a"])
    found = read_split(tmp_path / "one.h5", "train", classes, "noun")
    assert found == [Clip("4", "c"), Clip("30", "a")]
    assert open_source(tmp_path / "one.h5", "train").read(found[0]).shape == (LENGTHS["4"], D)
    with pytest.raises(InputError, match="has the labels noun, verb: choose one"):
        read_split(tmp_path / "one.h5", "train", classes)
    with pytest.raises(InputError, match="has the labels noun, verb: choose one"):
        read_split(tmp_path / "one.h5", "train", classes, "action")


def test_without_labels_classes_are_unknown(tmp_path, classes):
    with h5py.File(tmp_path / "one.h5", "w") as file:
        write(file, ("4",))
    assert read_split(tmp_path / "one.h5", "validation", classes) == [Clip("4", "")]


def damaged(name):
    def change(group):
        if name == "a list of features with a label that is no class":
            group["labels/action"][0] = 3
        elif name == "a list of features with a uid that cannot name a file":
            group["uids"][0] = "a/b"
        elif name == "lists of features without their length":
            del group["features"].attrs["feature_dim"]
        elif name == "lists of features with a label too few":
            del group["labels/action"]
            group["labels/action"] = [1]
        elif name == "lists of features with a uid twice":
            group["uids"][1] = "30"

    return change


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (
            "a list of features with a label that is no class",
            "'30' has the label 3, expected 0 to 2",
        ),
        ("a list of features with a uid that cannot name a file", "holds the uid 'a/b'"),
        ("lists of features without their length", "attribute feature_dim 0"),
        ("lists of features with a label too few", "are not one for each uid"),
        ("lists of features with a uid twice", "holds a uid twice"),
    ],
)
def test_what_is_not_so_gets_one_sentence(path, classes, refused, name, message):
    with h5py.File(path, "r+") as file:
        damaged(name)(file["train"])
    with pytest.raises(InputError, match=message) as caught:
        read_split(path, "train", classes)
    refused("Features and arrays", caught.value, name)


def test_lists_that_are_no_whole_frames_fail_alone(path, tmp_path):
    with h5py.File(path, "r+") as file:
        file["train/features"][1] = np.zeros(D + 1, np.float32)
    source = open_source(path, "train")
    assert source.read(Clip("30", "c")).shape == (5, D)
    with pytest.raises(InputError, match="'4' are 5 numbers, expected a multiple of feature_dim"):
        source.read(Clip("4", "a"))
