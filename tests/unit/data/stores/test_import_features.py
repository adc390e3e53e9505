"""Importing features: what is taken, what is left out with a reason, and what stops the import."""

import re
import warnings
import zipfile

import h5py
import numpy as np
import pytest

from docs.errors import JOB_ENDS
from playfair.data.clips.labels import Clip, write_class_names
from playfair.data.stores.feature_sources import (
    FeatureFolder,
    FeatureTable,
    UnreadableFeatures,
    read_split,
)
from playfair.data.stores.feature_store import FeatureStore, write_features
from playfair.data.stores.import_features import import_features
from playfair.data.stores.sequence_lengths import read_sequence_lengths
from playfair.errors import InputError
from tests.unit.results import edited

D = 5
CLASSES = ["a", "b"]
LENGTHS = {"v1": 4, "v2": 7, "v3": 1}


def arrays(seed=0):
    generator = np.random.default_rng(seed)
    return {uid: generator.normal(size=(n, D)).astype(np.float32) for uid, n in LENGTHS.items()}


@pytest.fixture
def folder(tmp_path):
    """One video in each form: npy, npz of one array, npz with a key, of other types of numbers."""
    values = arrays()
    path = tmp_path / "arrays"
    path.mkdir()
    np.save(path / "v1.npy", values["v1"].astype(np.float64))
    np.savez_compressed(path / "v2.npz", values["v2"])
    np.savez(path / "v3.npz", times=np.arange(3), features=values["v3"])
    return path


@pytest.fixture
def table(tmp_path):
    values = arrays()
    path = tmp_path / "source.h5"
    with write_features(path, list(values), [1, -1, 0], list(LENGTHS.values()), D, {}) as writer:
        for features in values.values():
            writer.append(features)
    return path


CLIPS = [Clip("v3", "a"), Clip("v1", "b"), Clip("v2", "")]


def imported(source, output, clips=CLIPS, **options):
    options = {"feature_dim": D, "fps": 2.0, "attributes": {"split": "train"}, **options}
    return import_features(source, output, clips, CLASSES, **options)


def read(path):
    with FeatureStore(path) as store:
        videos = {uid: store.features(row) for row, uid in enumerate(store.uid)}
        return videos, dict(zip(store.uid, store.label.tolist(), strict=True)), store.attributes


@pytest.mark.parametrize("source", ["folder", "table"])
def test_features_and_labels_of_the_list_are_imported(request, source, tmp_path):
    failed = imported(request.getfixturevalue(source), tmp_path / "out.h5")
    assert failed == []
    videos, labels, attributes = read(tmp_path / "out.h5")
    assert list(videos) == ["v1", "v2", "v3"]
    for uid, features in arrays().items():
        np.testing.assert_array_equal(videos[uid], features)
    assert labels == {"v1": 1, "v2": -1, "v3": 0}
    assert attributes["split"] == "train"
    assert attributes["architecture"] == "precomputed"
    assert read_sequence_lengths(tmp_path / "out.h5") == LENGTHS


@pytest.mark.parametrize("source", ["folder", "table"])
def test_a_shard_holds_its_own_videos_and_may_hold_none(request, source, tmp_path):
    path = request.getfixturevalue(source)
    assert imported(path, tmp_path / "out.h5", CLIPS[:2]) == []
    assert list(read(tmp_path / "out.h5")[0]) == ["v1", "v3"]
    assert imported(path, tmp_path / "none.h5", []) == []
    assert read(tmp_path / "none.h5")[0] == {}


def test_paths_of_a_list_name_arrays(folder, tmp_path):
    (folder / "day").mkdir()
    (folder / "v1.npy").rename(folder / "day/one.npy")
    clips = [Clip("v1", "a", path="day/one.npy"), Clip("v2", "b", path="v2.mp4")]
    failed = imported(folder, tmp_path / "out.h5", clips)
    assert failed == []
    assert list(read(tmp_path / "out.h5")[0]) == ["v1", "v2"]


class Trap:
    """What unpickling would run."""

    def __reduce__(self):
        return (print, ("unpickled",))


BAD_ARRAYS = {
    "an array that is not there": (lambda path: path.unlink(), "no such file"),
    "features of another length": (
        lambda path: np.save(path, np.zeros((3, D + 1))),
        r"shape \(3, 6\), expected \(frames, 5",
    ),
    "features of no frames": (lambda path: np.save(path, np.zeros((0, D))), r"shape \(0, 5\)"),
    "an array of one axis": (lambda path: np.save(path, np.zeros(D)), r"shape \(5,\)"),
    "an array of complex numbers": (
        lambda path: np.save(path, np.zeros((3, D), complex)),
        "complex128, expected real",
    ),
    "features beyond float32": (
        lambda path: np.save(path, np.full((3, D), 1e300)),
        r"not finite .*frame 0",
    ),
    "features that are NaN": (
        lambda path: np.save(path, [[0.0] * D, [np.nan] * D]),
        r"not finite .*frame 1",
    ),
    "an array of pickled objects": (
        lambda path: np.save(path, np.array([Trap()]), allow_pickle=True),
        "read safely",
    ),
    "an array that breaks off": (
        lambda path: path.write_bytes(path.read_bytes()[:-7]),
        "read safely",
    ),
    "text in place of an array": (lambda path: path.write_bytes(b"no array"), "read safely"),
    "an array in both forms": (
        lambda path: np.savez(path.with_suffix(".npz"), np.zeros((3, D))),
        "both exist",
    ),
}


@pytest.mark.parametrize(("damage", "reason"), BAD_ARRAYS.values(), ids=BAD_ARRAYS)
def test_bad_arrays_are_left_out_with_a_reason(folder, tmp_path, capsys, refused, damage, reason):
    damage(folder / "v1.npy")
    failed = imported(folder, tmp_path / "out.h5")
    assert [clip.uid for clip in failed] == ["v1"]
    assert re.search(reason, failed[0].reason), failed
    refused("Features and arrays", failed[0].reason)
    assert list(read(tmp_path / "out.h5")[0]) == ["v2", "v3"]
    assert "unpickled" not in capsys.readouterr().out


def test_an_archive_of_several_arrays_needs_the_key(folder, tmp_path, refused):
    np.savez(folder / "v2.npz", one=np.zeros((2, D)), two=np.zeros((2, D)))
    failed = imported(folder, tmp_path / "out.h5")
    assert "holds the arrays one, two" in failed[0].reason
    refused("Features and arrays", failed[0].reason, "an archive of several arrays")


def test_videos_that_a_feature_file_lacks_or_damages_are_left_out(table, tmp_path, refused):
    with h5py.File(table, "a") as file:
        file["features"][2, 3] = np.inf
    failed = imported(table, tmp_path / "out.h5", [*CLIPS, Clip("v9", "a")])
    assert [clip.uid for clip in failed] == ["v1", "v9"]
    assert "not finite numbers (first in frame 2)" in failed[0].reason
    assert "no video with the uid 'v9'" in failed[1].reason
    refused("Features and arrays", failed[1].reason, "a clip that the feature file lacks")


BAD_TABLES = {
    "offsets beyond the features": ({"offsets": [0, 4, 11, 13]}, "offsets do not lead from 0"),
    "offsets that go back": ({"offsets": [0, 7, 4, 12]}, "offsets do not lead from 0"),
    "offsets of fewer videos": ({"offsets": [0, 12]}, "expected (V + 1) with V = 3"),
    "labels of fewer videos": ({"label": [0, 1]}, "expected (V) with V = 3"),
    "a uid twice in a feature file": ({"uid": ["v1", "v1", "v3"]}, "a uid twice"),
    "a uid that is a path, in a feature file": (
        {"uid": ["v1", "../v2", "v3"]},
        "the uid '../v2'",
    ),
    "a label that is no class": (
        {"label": [0, 2, 1]},
        "'v2' has the label 2, expected 0 to 1",
    ),
}


@pytest.mark.parametrize(("change", "message"), BAD_TABLES.values(), ids=BAD_TABLES)
def test_a_feature_file_of_another_layout_is_refused(table, refused, change, message):
    with edited(table) as file:
        for name, values in change.items():
            del file[name]
            file[name] = values
    with pytest.raises(InputError, match=r"source\.h5") as caught:
        FeatureTable(table).clips(CLASSES)
    assert message in str(caught.value)
    refused("Features and arrays", caught.value, rest=JOB_ENDS)


def test_sources_that_cannot_be_used_are_named(folder, tmp_path, refused):
    with pytest.raises(InputError, match=r"absent does not exist") as caught:
        imported(tmp_path / "absent", tmp_path / "out.h5")
    refused(
        "Features and arrays",
        caught.value,
        "features that are not there",
        rest=JOB_ENDS,
    )
    with pytest.raises(InputError, match="without labels: give the data set lists") as caught:
        read_split(folder, "train")
    refused(
        "Features and arrays",
        caught.value,
        "a directory of arrays without lists of clips",
        rest=JOB_ENDS,
    )
    with pytest.raises(InputError, match="class 'z'"):
        imported(folder, tmp_path / "out.h5", [Clip("v1", "z")])


def test_a_split_is_read_from_a_list_or_from_a_feature_file(table, tmp_path, refused):
    labels = tmp_path / "labels.json"
    write_class_names(CLASSES, labels)
    assert read_split(table, "train", labels) == [Clip("v1", "b"), Clip("v2", ""), Clip("v3", "a")]
    (tmp_path / "clips.csv").write_text("uid,label,split\nv1,b,train\nv2,a,validation\n")
    assert read_split(tmp_path / "clips.csv", "validation") == [Clip("v2", "a")]
    with pytest.raises(
        InputError, match="holds class numbers: give the data set a labels file"
    ) as caught:
        read_split(table, "train")
    refused(
        "Features and arrays",
        caught.value,
        "a feature file without a file of classes",
        rest=JOB_ENDS,
    )


def test_arrays_outside_of_the_directory_are_not_read(tmp_path, refused):
    np.save(tmp_path / "secret.npy", np.zeros((3, 4)))
    (tmp_path / "arrays").mkdir()
    clip = Clip("v1", "a", path="../secret.npy")
    with pytest.raises(UnreadableFeatures, match="leads out of") as caught:
        FeatureFolder(tmp_path / "arrays").read(clip)
    refused("Features and arrays", caught.value, "a path that leads out of the directory of arrays")


def packed(path, content, method=zipfile.ZIP_DEFLATED, flag=0, name="features.npy"):
    with zipfile.ZipFile(path, "w", method) as archive:
        archive.writestr(name, content)
    if flag:
        # Of the entry, in its own header and in the directory: encrypted, or an unknown method.
        data = bytearray(path.read_bytes())
        for signature, place in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
            data[data.index(signature) + place] |= flag
        path.write_bytes(data)
    return path


def array(shape, data, descr="<f4"):
    """A .npy file that declares a shape, whatever the data that follow."""
    header = f"{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}".encode()
    header = header.ljust(117) + b"\n"
    return b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header + data


def bad_lzma(path):
    content = packed(path, bytes(1000), zipfile.ZIP_LZMA).read_bytes()
    path.write_bytes(content.replace(b"\x5d\0\0", b"\xff" * 3))


ARRAYS = {
    "false shape": ("v.npy", lambda path: path.write_bytes(array((10**12, 4), bytes(64)))),
    "overflowing shape": ("v.npy", lambda path: path.write_bytes(array((2**62, 2**62), b""))),
    "packed shape beyond all numbers": (
        "v.npz",
        lambda path: packed(path, array((2**63, 4), b"")),
    ),
    "negative shape": ("v.npy", lambda path: path.write_bytes(array((-1, 4), bytes(64)))),
    "nested header": ("v.npy", lambda path: path.write_bytes(array("(" * 90, b""))),
    "objects": ("v.npy", lambda path: np.save(path, np.array([print], object), allow_pickle=True)),
    "packed false shape": ("v.npz", lambda path: packed(path, array((10**12, 4), bytes(64)))),
    "packed objects": ("v.npz", lambda path: packed(path, array((1, 4), b"cos\n", "|O"))),
    "encrypted": ("v.npz", lambda path: packed(path, array((2, 4), bytes(32)), flag=1)),
    "bad lzma": ("v.npz", bad_lzma),
}


@pytest.mark.parametrize("name", ARRAYS)
def test_arrays_that_mislead_get_one_sentence(tmp_path, name):
    file, make = ARRAYS[name]
    make(tmp_path / file)
    refused = pytest.raises(UnreadableFeatures, match=rf"{file} is no array that can be read")
    with warnings.catch_warnings(record=True) as warned, refused as caught:
        FeatureFolder(tmp_path).read(Clip("v", "a"))
    assert not warned
    assert "\n" not in str(caught.value)


def test_arrays_that_unpack_to_very_much_are_not_unpacked(tmp_path, monkeypatch, refused):
    monkeypatch.setattr("playfair.data.stores.feature_sources.SMALL", 1000)
    np.savez_compressed(tmp_path / "v.npz", np.zeros((100_000, 4), np.float32))
    with pytest.raises(
        UnreadableFeatures, match="would unpack to 1600128 bytes, more than 100"
    ) as caught:
        FeatureFolder(tmp_path).read(Clip("v", "a"))
    refused("Features and arrays", caught.value, "an archive that unpacks to very much")


def import_one(folder):
    return import_features(
        folder, folder / "f.h5", [Clip("v1", "a")], ["a"], feature_dim=4, fps=8.0, attributes={}
    )


@pytest.mark.parametrize("shape", [(10**9, 1000), (25 * 10**10, 4)])
def test_an_array_of_holes_is_not_read(tmp_path, shape):
    """Of 4 TB."""
    with open(tmp_path / "v1.npy", "wb") as file:
        file.write(array(shape, b""))
        file.truncate(128 + 4 * 10**12)
    failed = import_one(tmp_path)
    assert "v1.npy has 4000000000128 bytes, of which the disk holds" in failed[0].reason


def test_an_array_of_another_shape_is_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr("playfair.data.stores.feature_sources.SMALL", 10**13)
    with open(tmp_path / "v1.npy", "wb") as file:
        file.write(array((10**9, 1000), b""))
        file.truncate(128 + 4 * 10**12)
    failed = import_one(tmp_path)
    assert "have the shape (1000000000, 1000), expected (frames, 4)" in failed[0].reason


def test_an_array_for_which_there_is_no_memory_is_left_out(tmp_path, monkeypatch):
    def fail(*_):
        raise MemoryError

    np.save(tmp_path / "v1.npy", np.zeros((2, 4)))
    monkeypatch.setattr(FeatureFolder, "read", fail)
    assert "'v1' take more memory than there is" in import_one(tmp_path)[0].reason
