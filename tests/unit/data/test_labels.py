"""Labels and class priors."""

import gzip
import json

import numpy as np
import pandas as pd
import pytest

from playfair.data.labels import (
    Clip,
    class_indices,
    compute_class_priors,
    read_class_names,
    read_class_priors,
    read_clips,
    read_uids,
)
from playfair.errors import InputError

ENTRY = {
    "id": 7,
    "label": "moving a cup up",
    "template": "Moving [something] up",
    "placeholders": ["a cup"],
}


def write(path, value):
    path.write_text(value if isinstance(value, str) else json.dumps(value))
    return path


def test_clips_are_read_from_json(tmp_path):
    clips = read_clips(write(tmp_path / "train.json", [ENTRY, {"id": "8"}]))
    assert clips == [Clip("7", "Moving something up", "moving a cup up", ["a cup"]), Clip("8", "")]


def test_empty_entries_of_a_clip_are_unknown(tmp_path):
    entry = {"id": "1", "template": None, "label": None, "placeholders": None}
    assert read_clips(write(tmp_path / "train.json", [entry])) == [Clip("1", "")]


def test_clips_are_read_from_compressed_json(tmp_path):
    path = tmp_path / "train.json.gz"
    path.write_bytes(gzip.compress(json.dumps([ENTRY]).encode()))
    assert read_clips(path)[0].uid == "7"


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ([ENTRY, ENTRY], "'7' occurs twice"),
        ([{"label": "x"}], "entry 1 has no 'id'"),
        ([{"id": "../7"}], "'../7'"),
        ([{"id": ".."}], "'..'"),
        ([], "no clips"),
        ({"id": 7}, "expected a list"),
        ("[{", "not valid JSON"),
    ],
)
def test_bad_clips_get_one_sentence(tmp_path, value, message):
    path = write(tmp_path / "train.json", value)
    with pytest.raises(InputError, match=r"train\.json.*") as caught:
        read_clips(path)
    assert message in str(caught.value)


def test_missing_labels_are_named(tmp_path):
    with pytest.raises(InputError, match=r"absent\.json does not exist"):
        read_clips(tmp_path / "absent.json")


def test_broken_compression_is_named(tmp_path):
    path = tmp_path / "train.json.gz"
    path.write_bytes(gzip.compress(b"[]")[:-6])
    with pytest.raises(InputError, match="not valid JSON"):
        read_clips(path)


def test_class_names_come_in_the_order_of_their_ids(tmp_path):
    path = write(tmp_path / "labels.json", {"b": "1", "a": "0", "c": "2"})
    assert read_class_names(path) == ["a", "b", "c"]


@pytest.mark.parametrize("value", [{"a": "0", "b": "2"}, {"a": "1"}, ["a", "b"]])
def test_bad_class_ids_are_refused(tmp_path, value):
    with pytest.raises(InputError, match=r"labels\.json"):
        read_class_names(write(tmp_path / "labels.json", value))


def test_class_indices_are_minus_one_where_unknown():
    clips = [Clip("1", "b"), Clip("2", ""), Clip("3", "a")]
    np.testing.assert_array_equal(class_indices(clips, ["a", "b"]), [1, -1, 0])


def test_foreign_class_is_refused():
    with pytest.raises(InputError, match="clip '1' has the class 'z'"):
        class_indices([Clip("1", "z")], ["a", "b"])


def test_class_priors_have_a_row_for_every_class():
    clips = [Clip("1", "a"), Clip("2", "a"), Clip("3", "c"), Clip("4", ""), Clip("5", "a")]
    priors = compute_class_priors(clips, ["a", "b", "c"])
    assert list(priors["class"]) == ["a", "b", "c"]
    assert list(priors["prior"]) == [0.75, 0.0, 0.25]


def test_class_priors_need_labelled_clips():
    with pytest.raises(InputError, match="none of 1 training clips"):
        compute_class_priors([Clip("1", "")], ["a"])


def test_class_priors_are_read_in_the_order_of_the_classes(tmp_path):
    path = tmp_path / "priors.csv"
    pd.DataFrame({"class": ["a", "b"], "prior": [0.1, 0.9]}).to_csv(path, index=False)
    np.testing.assert_array_equal(read_class_priors(path, ["b", "a"]), np.float32([0.9, 0.1]))
    with pytest.raises(InputError, match="no row for the class 'z'"):
        read_class_priors(path, ["a", "z"])


def test_class_priors_without_a_column_are_refused(tmp_path):
    path = write(tmp_path / "priors.csv", "class,p\na,1\n")
    with pytest.raises(InputError, match="no column 'prior'"):
        read_class_priors(path, ["a"])


def test_uids_are_read_as_text(tmp_path):
    path = write(tmp_path / "uids.csv", "uid,note\n007,x\n8,y\n")
    assert read_uids(path) == ["007", "8"]
    with pytest.raises(InputError, match="one called uid"):
        read_uids(write(tmp_path / "other.csv", "id\n7\n"))
