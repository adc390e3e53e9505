"""Labels and class priors."""

import gzip
import json

import numpy as np
import pandas as pd
import pytest

from playfair.data.clips.clip_tables import check_tells_splits
from playfair.data.clips.labels import (
    Clip,
    class_indices,
    compute_class_priors,
    list_class_names,
    read_class_names,
    read_class_priors,
    read_clips,
    read_uids,
    video_path,
    write_class_names,
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


CSV = "uid,label,split\n7,Moving up,train\n008,,validation\n9,Other,test\n"


def test_one_csv_may_hold_both_splits(tmp_path):
    path = write(tmp_path / "clips.csv", CSV)
    assert read_clips(path, "train") == [Clip("7", "Moving up")]
    assert read_clips(path, "validation") == [Clip("008", "")]
    assert [clip.uid for clip in read_clips(path)] == ["7", "008", "9"]


def test_a_csv_without_splits_belongs_to_the_split_that_names_it(tmp_path):
    path = write(tmp_path / "clips.csv", "uid\n1\n2\n")
    assert read_clips(path, "validation") == [Clip("1", ""), Clip("2", "")]


def test_uids_are_derived_from_paths_unless_given(tmp_path):
    path = write(tmp_path / "a.csv", "path,label\nday 1/a clip!.MP4,NA\nb.v2.webm,x\n")
    assert read_clips(path) == [
        Clip("a_clip_", "NA", path="day 1/a clip!.MP4"),
        Clip("b.v2", "x", path="b.v2.webm"),
    ]
    path = write(tmp_path / "b.csv", "path,uid\n1/clip.mp4,one\n2/clip.mp4,two\n")
    assert [clip.uid for clip in read_clips(path)] == ["one", "two"]


def test_a_csv_from_a_spreadsheet_is_read(tmp_path):
    path = tmp_path / "clips.csv"
    path.write_bytes(b'\xef\xbb\xbfuid , label\r\n7,"a, b"\r\n\r\n,,\r\n'.replace(b",,", b" , "))
    assert read_clips(path) == [Clip("7", "a, b")]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name,label\n1,a\n", "has the columns name, label: expected uid or path"),
        ("uid;label\n1;a\n", "has the columns uid;label"),
        ("", "has the columns none"),
        ("uid,uid\n1,2\n", "once each"),
        ("uid,label\n1,a\n1,b\n", "the uid '1' occurs twice"),
        ("uid,label\n../1,a\n", "row 1 has the uid '../1'"),
        ("uid,label\n1,a\n,b\n", "row 2 has no uid"),
        ("path,label\n,b\n", "row 1 has no path"),
        ("uid,label\n1,a,b\n", "row 1 has 3 cells where the header has 2"),
        ("path\na/1.mp4\nb/1.webm\n", "'a/1.mp4' and 'b/1.webm' both come to the uid '1'"),
        ("uid,split\n1,valid\n", "row 1 has the split 'valid'"),
        ("uid,split\n1,validation\n", "no row of the split 'train' among its 1"),
        ("uid\n", "lists no clips"),
    ],
)
def test_bad_csv_gets_one_sentence(tmp_path, text, message):
    path = write(tmp_path / "clips.csv", text)
    with pytest.raises(InputError, match=r"clips\.csv") as caught:
        read_clips(path, "train" if "split" in text else None)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_csv_that_is_no_text_is_named(tmp_path):
    (tmp_path / "clips.csv").write_bytes(b"uid\n\xff\xfe\n")
    with pytest.raises(InputError, match=r"clips\.csv is not a CSV file in UTF-8"):
        read_clips(tmp_path / "clips.csv")
    with pytest.raises(InputError, match=r"absent\.csv does not exist"):
        read_clips(tmp_path / "absent.csv")


def test_video_of_a_clip_is_its_path_or_the_file_of_its_uid(tmp_path):
    for name in ("7.mp4", "8.webm", "8.txt", "9.b.avi"):
        (tmp_path / name).touch()
    assert video_path(Clip("7", "", path="x/y.mov"), tmp_path, ".webm") == tmp_path / "x/y.mov"
    assert video_path(Clip("7", ""), tmp_path, ".webm") == tmp_path / "7.webm"
    assert video_path(Clip("7", ""), tmp_path) == tmp_path / "7.mp4"
    assert video_path(Clip("9.b", ""), tmp_path) == tmp_path / "9.b.avi"
    assert not video_path(Clip("9", ""), tmp_path).exists()
    with pytest.raises(InputError, match=r"'8' may be 8\.txt or 8\.webm"):
        video_path(Clip("8", ""), tmp_path)


def test_classes_are_the_sorted_labels_of_the_clips(tmp_path):
    clips = [Clip("1", "b"), Clip("2", ""), Clip("3", "ä"), Clip("4", "b")]
    write_class_names(list_class_names(clips), tmp_path / "labels.json")
    assert read_class_names(tmp_path / "labels.json") == ["b", "ä"]
    with pytest.raises(InputError, match="none of 1 training clips has a label"):
        list_class_names([Clip("1", "")])


def test_one_list_for_both_splits_has_to_say_which_clip_is_which(tmp_path):
    (tmp_path / "told.csv").write_text("uid, split\n1,train\n2,validation\n")
    check_tells_splits(tmp_path / "told.csv")
    (tmp_path / "untold.csv").write_text("uid,label\n1,a\n2,b\n")
    (tmp_path / "list.json").write_text('[{"id": "1"}]')
    for name in ("untold.csv", "list.json"):
        with pytest.raises(InputError, match=f"{name} is the list of both splits and has no col"):
            check_tells_splits(tmp_path / name)


@pytest.mark.parametrize("path", ["../x.webm", "a/../../x.webm", "/etc/passwd", "a/../.."])
def test_paths_of_a_list_stay_below_the_videos(tmp_path, monkeypatch, path):
    monkeypatch.chdir(tmp_path)
    for videos in (tmp_path / "videos", "videos"):
        with pytest.raises(
            InputError, match=r"leads out of .*videos: give the data set a directory"
        ):
            video_path(Clip("x", "", path=path), videos)
    assert video_path(Clip("x", "", path="a/../x.webm"), "videos").parts[-1] == "x.webm"
    absolute = str(tmp_path / "videos/x.webm")
    assert video_path(Clip("x", "", path=absolute), "videos") == tmp_path / "videos/x.webm"
    assert str(video_path(Clip("x", "", path="/etc/x.webm"), "/")) == "/etc/x.webm"


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("a,0.5\nb,0.98\n", "the priors of the 2 classes sum to 1.48, expected 1"),
        ("a,0.5\nb,0.4998\n", "sum to 0.9998, expected 1"),
        ("a,0.5\nb,0.5\na,0.5\n", "two rows for the class 'a'"),
        ("a,1.5\nb,-0.5\n", "the prior '1.5' for the class 'a': expected a number from 0 to 1"),
        ("a,nan\nb,1\n", "the prior 'nan' for the class 'a'"),
        ("a,inf\nb,1\n", "the prior 'inf' for the class 'a'"),
        ("a,half\nb,0.5\n", "the prior 'half' for the class 'a'"),
        ("a,\nb,1\n", "the prior '' for the class 'a'"),
    ],
)
def test_priors_that_are_none_are_refused(tmp_path, rows, message):
    path = write(tmp_path / "priors.csv", f"class,prior\n{rows}")
    with pytest.raises(InputError, match=message):
        read_class_priors(path, ["a", "b"])


def test_classes_whose_names_look_like_gaps_have_priors(tmp_path):
    path = write(tmp_path / "priors.csv", "class,prior\nNA,0.25\n1,0.5\nNone,0.25\n")
    assert read_class_priors(path, ["1", "None", "NA"]).tolist() == [0.5, 0.25, 0.25]
