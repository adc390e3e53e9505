"""Files of values that are no ESVs: the true and the predicted class of every video."""

import h5py
import numpy as np
import pytest

from playfair.data.stores.attribution_store import (
    read_attributions,
    read_given_values,
    write_attributions,
)
from playfair.data.stores.gathering import gather_hdf5
from playfair.errors import InputError
from tests.unit.results import result_of

SCORES = np.array([[0.1, 0.7, 0.2], [0.6, 0.3, 0.1]])
LABEL = np.array([2, -1])


def write(path, uids=("a", "b"), value=None):
    value = np.arange(12.0).reshape(2, 2, 3) if value is None else value
    result = result_of(SCORES, value, method="leave_one_out", gives_esvs=False)
    with write_attributions(path, 2, {"model": "trn", "method": "leave_one_out"}) as writer:
        writer.append(result, uid=list(uids), label=LABEL, frame_idx=np.array([[0, 3], [1, 4]]))


def test_values_of_the_true_and_the_predicted_class_come_back(tmp_path):
    write(tmp_path / "2_frames.h5")
    table = read_attributions(tmp_path / "2_frames.h5")
    assert list(table.uid) == ["a", "b"]
    assert table.class_idx.tolist() == [[2, 1], [-1, 0]]
    np.testing.assert_array_equal(table.value[0], [[2, 1], [5, 4]])
    np.testing.assert_array_equal(table.value[1], [[np.nan, 6], [np.nan, 9]])
    assert table.frame_idx.tolist() == [[0, 3], [1, 4]]
    assert table.attributes["method"] == "leave_one_out"
    assert table.attributes["n_frames"] == 2


def test_files_from_elsewhere_are_read_for_the_videos_that_are_asked_for(tmp_path):
    write(tmp_path / "mine.h5")
    values = read_given_values(tmp_path / "mine.h5", ["c", "b", "a"], 2)
    nothing = np.full(2, np.nan)
    np.testing.assert_array_equal(values[0], [nothing, nothing])
    np.testing.assert_array_equal(values[1], [nothing, [6, 9]])
    np.testing.assert_array_equal(values[2], [[2, 5], [1, 4]])
    assert np.isnan(read_given_values(tmp_path / "mine.h5", ["a"], 3)).all()


def test_the_file_has_the_types_of_the_design(tmp_path):
    write(tmp_path / "2_frames.h5")
    with h5py.File(tmp_path / "2_frames.h5") as file:
        assert {name: file[name].dtype.kind for name in file} == {
            "uid": "O",
            "frame_idx": "i",
            "value": "f",
            "class_idx": "i",
        }
        assert file["value"].dtype == np.float32
        assert file["class_idx"].dtype == np.int64


def test_shards_are_joined_by_uid(tmp_path):
    write(tmp_path / "1.h5", ("a", "d"))
    write(tmp_path / "2.h5", ("b", "c"))
    gather_hdf5([tmp_path / "1.h5", tmp_path / "2.h5"], tmp_path / "all.h5")
    table = read_attributions(tmp_path / "all.h5")
    assert list(table.uid) == ["a", "b", "c", "d"]
    assert table.class_idx[:, 0].tolist() == [2, 2, -1, -1]


def test_values_that_are_no_finite_numbers_stop_with_the_uid(tmp_path):
    value = np.zeros((2, 2, 3))
    value[1, 0, 0] = np.inf
    with pytest.raises(InputError, match="values of 'b' by leave_one_out are NaN or infinite"):
        write(tmp_path / "2_frames.h5", value=value)
    assert list(tmp_path.iterdir()) == []


def test_methods_may_leave_out_the_classes_that_are_not_stored(tmp_path):
    scores = SCORES[:, [1, 0, 2]]
    value = np.full((2, 2, 3), np.nan)
    value[0, :, [0, 2]], value[1, :, 1] = 1.0, 2.0
    result = result_of(scores, value, method="grad_cam", gives_esvs=False)
    with write_attributions(tmp_path / "2_frames.h5", 2, {}) as writer:
        writer.append(result, uid=["a", "b"], label=LABEL, frame_idx=np.array([[0, 3], [1, 4]]))
    table = read_attributions(tmp_path / "2_frames.h5")
    np.testing.assert_array_equal(table.value[1], [[np.nan, 2], [np.nan, 2]])


def test_another_file_is_refused(tmp_path):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["frame_idx"] = np.zeros((1, 2), np.int64)
    with pytest.raises(InputError, match="no dataset 'uid': expected an attribution file"):
        read_attributions(tmp_path / "a.h5")
