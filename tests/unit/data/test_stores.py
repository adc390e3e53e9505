"""Feature and ESV files: whole or not at all, uids as str, collation over the common videos."""

import h5py
import numpy as np
import pytest

import playfair
from playfair.attribution.result import gap_to_efficiency
from playfair.data.stores import collation, esv_store
from playfair.data.stores.collation import collate_esvs
from playfair.data.stores.esv_store import (
    Collated,
    load,
    load_by_model,
    read_all_frames_esvs,
    read_esvs,
    write_esvs,
)
from playfair.data.stores.esv_table import EsvTable
from playfair.data.stores.feature_store import FeatureStore, write_features
from playfair.errors import InputError
from tests.unit.results import edited, result_of

CLASSES = ["Moving something up", "Übung", "c"]
OF_CLIP = ("uid", "label", "sequence_length", "frame_idx")
SAMPLED = ("standard_error", "evaluations", "efficiency_gap")
PRIOR = np.array([0.5, 0.25, 0.25], np.float32)


def make_esvs(
    path, uids, n_frames, model="trn", seed=0, dataset="d", classes=CLASSES, sampled=False
):
    rng = np.random.default_rng([seed, n_frames])
    attributes = {"dataset": dataset, "model": model, "method": "exact", "seed": 0}
    count = len(uids)
    columns = {
        "uid": uids,
        "label": rng.integers(0, 3, count),
        "sequence_length": rng.integers(20, 30, count),
        "frame_idx": np.sort(rng.integers(0, 20, (count, n_frames)), axis=1),
        "esv": rng.random((count, n_frames, len(classes)), np.float32) / n_frames,
    }
    columns["scores"] = (PRIOR + columns["esv"].sum(axis=1)).astype(np.float32)
    if sampled:
        columns["standard_error"] = rng.random((count, n_frames, len(classes)), np.float32)
        columns["evaluations"] = rng.integers(100, 200, count)
        columns["scores"] += rng.random((count, len(classes)), np.float32)
        columns["efficiency_gap"] = gap_to_efficiency(columns["esv"], columns["scores"], PRIOR)
    optional = SAMPLED if sampled else ()
    with write_esvs(path, n_frames, classes, PRIOR, attributes, optional) as writer:
        half = count // 2
        for part in (slice(0, half), slice(half, count)):
            of_part = {name: column[part] for name, column in columns.items()}
            rows = {name: of_part.pop(name) for name in OF_CLIP}
            writer.append(result_of(**of_part), **rows)
    return columns


def test_esvs_come_back_as_written(tmp_path):
    columns = make_esvs(tmp_path / "3_frames.h5", ["1", "b", "003"], 3)
    table = playfair.load(tmp_path / "3_frames.h5")
    assert isinstance(table, EsvTable)
    assert list(table.uid) == ["1", "b", "003"]
    assert all(type(uid) is str for uid in table.uid)
    assert list(table.class_name) == CLASSES
    for name in ("label", "sequence_length", "frame_idx", "scores", "esv"):
        np.testing.assert_array_equal(getattr(table, name), columns[name])
    np.testing.assert_array_equal(table.prior, PRIOR)
    assert table.n_frames == 3
    assert table.attributes["method"] == "exact"
    assert table.attributes["playfair_version"] == playfair.__version__


def test_esv_file_has_the_documented_types(tmp_path):
    make_esvs(tmp_path / "a.h5", ["1", "2"], 2)
    with h5py.File(tmp_path / "a.h5") as file:
        types = {name: file[name].dtype for name in file}
        assert file.attrs["n_frames"] == 2
    assert types["esv"] == types["scores"] == types["prior"] == np.float32
    assert types["label"] == types["frame_idx"] == types["sequence_length"] == np.int64
    assert h5py.check_string_dtype(types["uid"]).encoding == "utf-8"


def test_sampled_values_come_back_with_their_errors(tmp_path):
    columns = make_esvs(tmp_path / "2_frames.h5", ["1", "2"], 2, sampled=True)
    collate_esvs([tmp_path / "2_frames.h5"], tmp_path / "trn.h5")
    for table in (read_esvs(tmp_path / "2_frames.h5"), load(tmp_path / "trn.h5")[2]):
        for name in ("standard_error", "evaluations", "efficiency_gap"):
            np.testing.assert_array_equal(getattr(table, name), columns[name])


def test_interactions_lie_by_class_before_frames(tmp_path):
    pairs = np.random.default_rng(0).random((2, 3, 3, 2)).astype(np.float32)
    result = result_of(np.zeros((2, 3)), np.zeros((2, 3, 3)), interactions=pairs)
    with write_esvs(tmp_path / "a.h5", 3, CLASSES, PRIOR, {}, ["interactions"]) as writer:
        rows = {"uid": ["1", "2"], "label": [0, 1], "sequence_length": [3, 3]}
        writer.append(result, **rows, frame_idx=np.zeros((2, 3)))
    found = read_esvs(tmp_path / "a.h5").interactions
    np.testing.assert_array_equal(found, pairs.transpose(0, 3, 1, 2))


def test_every_frame_of_videos_of_different_lengths(tmp_path):
    path = tmp_path / "all_frames.h5"
    rng = np.random.default_rng(0)
    esv = {
        uid: rng.random((length, 3), np.float32) for uid, length in (("a", 4), ("7", 2), ("c", 5))
    }
    with write_esvs(path, None, CLASSES, PRIOR, {"model": "trn"}, SAMPLED) as writer:
        for uids in (["a", "7"], ["c"]):
            result = result_of(
                np.zeros((len(uids), 3)),
                [esv[uid] for uid in uids],
                prior=PRIOR,
                standard_error=[esv[uid] / 2 for uid in uids],
                evaluations=[9] * len(uids),
            )
            writer.append(
                result,
                uid=uids,
                label=[1] * len(uids),
                sequence_length=[len(esv[uid]) for uid in uids],
                frame_idx=[np.arange(len(esv[uid])) for uid in uids],
            )
    with h5py.File(path) as file:
        assert file["offsets"][:].tolist() == [0, 4, 6, 11]
        assert file["esv"].shape == (11, 3)
    tables = {table.uid[0]: table for table in read_all_frames_esvs(path)}
    assert tables.keys() == esv.keys()
    for uid, table in tables.items():
        assert table.n_frames == len(esv[uid])
        np.testing.assert_array_equal(table.esv[0], esv[uid])
        np.testing.assert_array_equal(table.standard_error[0], esv[uid] / 2)
    chosen = list(read_all_frames_esvs(path, ["c", "a"]))
    assert [table.uid[0] for table in chosen] == ["c", "a"]
    np.testing.assert_array_equal(chosen[0].esv[0], esv["c"])
    assert not list(read_all_frames_esvs(path, []))
    with pytest.raises(InputError, match="no video with the uid 'b'"):
        list(read_all_frames_esvs(path, ["a", "b"]))
    with pytest.raises(InputError, match="holds every frame"):
        read_esvs(path)
    make_esvs(tmp_path / "1_frames.h5", ["1"], 1)
    with pytest.raises(InputError, match="expected a file of every frame"):
        next(read_all_frames_esvs(tmp_path / "1_frames.h5"))


def test_values_of_a_class_per_video(tmp_path):
    make_esvs(tmp_path / "a.h5", ["1", "2", "3"], 2)
    table = read_esvs(tmp_path / "a.h5")
    classes = np.array([2, 0, 1])
    expected = np.stack([table.esv[v, :, c] for v, c in enumerate(classes)])
    np.testing.assert_array_equal(table.esv_for(classes), expected)
    np.testing.assert_array_equal(table.correct, table.scores.argmax(1) == table.label)


def test_interrupted_esvs_leave_nothing(tmp_path):
    def interrupted():
        with write_esvs(tmp_path / "a.h5", 2, CLASSES, PRIOR, {}) as writer:
            result = result_of(np.zeros((1, 3)), np.zeros((1, 2, 3)))
            frame_idx = np.zeros((1, 2))
            writer.append(result, uid=["1"], label=[0], sequence_length=[2], frame_idx=frame_idx)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("block_bytes", [1, 1 << 26])
def test_collation_takes_the_intersection(tmp_path, monkeypatch, block_bytes):
    monkeypatch.setattr(collation, "BLOCK_BYTES", block_bytes)
    paths = [tmp_path / f"{n}_frames.h5" for n in (1, 2)]
    make_esvs(paths[0], ["a", "b", "c"], 1)
    make_esvs(paths[1], ["c", "d", "a"], 2)
    assert collate_esvs(paths, tmp_path / "trn.h5") == 2
    collated = load(tmp_path / "trn.h5")
    assert isinstance(collated, Collated)
    assert list(collated) == [1, 2]
    assert list(collated.uid) == ["a", "c"]
    assert collated.attributes["model"] == "trn"
    for n_frames, path in zip((1, 2), paths, strict=True):
        source, table = read_esvs(path), collated[n_frames]
        rows = [list(source.uid).index(uid) for uid in ("a", "c")]
        np.testing.assert_array_equal(table.esv, source.esv[rows])
        np.testing.assert_array_equal(table.frame_idx, source.frame_idx[rows])
        assert table.attributes["method"] == "exact"
    with pytest.raises(KeyError, match="3 frames are not in"):
        collated[3]
    assert repr(collated[2]) == "EsvTable(trn, exact: 2 videos, 2 frames, 3 classes)"
    assert "2 videos" in repr(collated)


def test_collation_of_a_subset_of_uids(tmp_path):
    make_esvs(tmp_path / "1_frames.h5", ["a", "b", "c"], 1)
    assert collate_esvs([tmp_path / "1_frames.h5"], tmp_path / "trn.h5", uids=["c", "b"]) == 2
    assert list(load(tmp_path / "trn.h5").uid) == ["b", "c"]


@pytest.mark.parametrize(
    ("other", "uids", "message"),
    [
        pytest.param({"model": "tsn"}, None, "is of model 'tsn'", id="ESVs of two models"),
        pytest.param({"dataset": "e"}, None, "is of dataset 'e'", id="ESVs of two data sets"),
        pytest.param(
            {"classes": ["x", "y", "z"]}, None, "different classes", id="ESVs of other classes"
        ),
        pytest.param({"uids": ["d"]}, None, "no video is common", id="ESVs of no common video"),
        pytest.param({}, ["a", "zz"], "'zz'", id="a subset to collate with a uid that is nowhere"),
    ],
)
def test_collation_refuses_what_does_not_belong_together(tmp_path, refused, other, uids, message):
    paths = [tmp_path / "1_frames.h5", tmp_path / "2_frames.h5"]
    make_esvs(paths[0], ["a", "b"], 1)
    make_esvs(paths[1], other.pop("uids", ["a", "b"]), 2, **other)
    with pytest.raises(InputError, match=message) as caught:
        collate_esvs(paths, tmp_path / "trn.h5", uids)
    refused("Results folders", caught.value)
    assert not (tmp_path / "trn.h5").exists()


@pytest.mark.parametrize("opener", [load, FeatureStore])
def test_unreadable_files_get_one_sentence(tmp_path, opener):
    with pytest.raises(InputError, match="does not exist"):
        opener(tmp_path / "absent.h5")
    (tmp_path / "text.h5").write_text("no HDF5")
    with pytest.raises(InputError, match="not a readable HDF5 file"):
        opener(tmp_path / "text.h5")
    with h5py.File(tmp_path / "empty.h5", "w") as file:
        file["esv"] = np.zeros((1, 1, 1))
    with pytest.raises(InputError, match="no dataset"):
        opener(tmp_path / "empty.h5")


def test_features_come_back_per_video(tmp_path):
    rng = np.random.default_rng(0)
    features = rng.random((9, 4), np.float32)
    with write_features(
        tmp_path / "f.h5", ["a", "07"], [3, -1], [5, 4], 4, {"backbone": "small"}
    ) as writer:
        for first in (0, 4, 8):
            writer.append(features[first : first + 4])
    with FeatureStore(tmp_path / "f.h5") as store:
        assert len(store) == 2
        assert list(store.uid) == ["a", "07"]
        assert store.label.tolist() == [3, -1]
        assert store.sequence_length.tolist() == [5, 4]
        assert store.feature_dim == 4
        assert store.attributes["backbone"] == "small"
        np.testing.assert_array_equal(store.features(0), features[:5])
        np.testing.assert_array_equal(store.features(1), features[5:])


def test_feature_file_is_not_taken_for_results(tmp_path, refused):
    with write_features(tmp_path / "f.h5", ["a"], [0], [1], 2, {}) as writer:
        writer.append(np.zeros((1, 2), np.float32))
    with pytest.raises(InputError, match="holds no ESVs") as caught:
        load(tmp_path / "f.h5")
    refused("Results folders", caught.value, "features in place of results")


def test_incomplete_features_leave_nothing(tmp_path):
    with (
        pytest.raises(InputError, match="of 3 frames where 5 were expected"),
        write_features(tmp_path / "f.h5", ["a"], [0], [5], 4, {}) as writer,
    ):
        writer.append(np.zeros((3, 4), np.float32))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["scores", "esv"])
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_values_that_are_no_finite_numbers_stop_with_the_uid(tmp_path, name, value):
    values = {"scores": np.zeros((2, 3)), "esv": np.zeros((2, 2, 3))}
    values[name][1, ..., 2] = value
    rows = {"uid": ["a", "b"], "label": [0, 1], "sequence_length": [3, 3]}
    with (
        pytest.raises(InputError, match=f"the model's {name} of 'b' are NaN or infinite"),
        write_esvs(tmp_path / "a.h5", 2, CLASSES, PRIOR, {}) as writer,
    ):
        writer.append(result_of(**values), **rows, frame_idx=np.zeros((2, 2)))
    assert not (tmp_path / "a.h5").exists()


@pytest.mark.parametrize("name", ["dataset", "model", "n_frames"])
def test_results_that_do_not_say_what_they_are_of_are_not_collated(tmp_path, refused, name):
    make_esvs(tmp_path / "1_frames.h5", ["a"], 1)
    for value in (None, [1, 2]):
        with edited(tmp_path / "1_frames.h5") as file:
            del file.attrs[name]
            if value is not None:
                file.attrs[name] = value
        with pytest.raises(InputError, match=f"does not say of which {name} it is") as caught:
            collate_esvs([tmp_path / "1_frames.h5"], tmp_path / "out.h5")
        with edited(tmp_path / "1_frames.h5") as file:
            file.attrs[name] = "text"
    if name == "model":
        refused("Results folders", caught.value, "ESVs that do not say of which model they are")


def test_what_a_collated_file_holds_is_known_without_reading_tables(tmp_path, monkeypatch):
    for n_frames, sampled in ((1, False), (2, True), (3, False)):
        make_esvs(tmp_path / f"{n_frames}_frames.h5", ["a", "b"], n_frames, sampled=sampled)
    paths = [tmp_path / f"{n_frames}_frames.h5" for n_frames in (1, 2, 3)]
    collate_esvs(paths, tmp_path / "a.h5")
    results = load(tmp_path / "a.h5")
    monkeypatch.setattr(esv_store, "_table", lambda *_: pytest.fail("a table was read"))
    assert results.numbers_with("esv_se") == [2]
    assert results.numbers_with("esv") == [1, 2, 3]
    assert results.numbers_with("interactions") == []


def test_collated_files_are_of_one_model_each(tmp_path):
    make_esvs(tmp_path / "1_frames.h5", ["a"], 1)
    for name in ("a.h5", "b.h5"):
        collate_esvs([tmp_path / "1_frames.h5"], tmp_path / name)
    assert list(load_by_model([tmp_path / "a.h5"])) == ["trn"]
    with pytest.raises(InputError, match=r"b\.h5 is of the model 'trn': expected a collated file"):
        load_by_model([tmp_path / "a.h5", tmp_path / "b.h5"])
    with edited(tmp_path / "b.h5") as file:
        del file.attrs["model"]
    with pytest.raises(InputError, match=r"b\.h5 is of the model 'None'"):
        load_by_model([tmp_path / "b.h5"])
