"""Labels and class priors."""

import gzip
import json

import numpy as np
import pandas as pd
import pytest

from playfair.data.clips.class_priors import compute_class_priors, read_class_priors
from playfair.data.clips.clip_tables import check_tells_splits
from playfair.data.clips.labels import (
    Clip,
    check_splits_differ,
    class_indices,
    list_class_names,
    read_class_names,
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


BAD_JSON = {
    "a JSON list in which an id occurs twice": ([ENTRY, ENTRY], "'7' occurs twice"),
    "a JSON entry without an id": ([{"label": "x"}], "entry 1 has no 'id'"),
    "the id null": ([ENTRY, {"id": None}], "entry 2 has the id null: expected text or a whole"),
    "an id that is a truth value": ([{"id": True}], "entry 1 has the id true"),
    "an id with a decimal point": ([{"id": 7.0}], "entry 1 has the id 7.0"),
    "an id that leads out of a directory": ([{"id": "../7"}], "'../7'"),
    "the id ..": ([{"id": ".."}], "'..'"),
    "an id with a blank at its end": ([{"id": "7 "}], "'7 '"),
    "an id with a line break": ([{"id": "7\n"}], r"'7\n'"),
    "an id whose accent is a character of its own": ([{"id": "e\u0301"}], "use letters"),
    "an id of 161 letters": ([{"id": "a" * 161}], "at most 160 bytes"),
    "a template that is no text": ([{"id": 7, "template": ["a"]}], 'the template ["a"]'),
    "placeholders that are no list": ([{"id": 7, "placeholders": "cup"}], 'placeholders "cup"'),
    "half of a character in a class": ([{"id": 7, "template": "\ud800"}], r"class '\ud800' has"),
    "an empty JSON list of clips": ([], "no clips"),
    "an object where a list of clips belongs": ({"id": 7}, "holds a JSON object: expected a list"),
    "JSON that breaks off": ("[{", "not valid JSON"),
    "JSON with a key twice in one object": ('[{"id": 1, "id": 2}]', "the key 'id' twice"),
    "JSON with NaN": ('[{"id": NaN}]', "NaN is no number"),
    "JSON of a thousand brackets in each other": ("[" * 100_000, "nested too deeply"),
}


@pytest.mark.parametrize(("value", "message"), BAD_JSON.values(), ids=BAD_JSON)
def test_bad_clips_get_one_sentence(tmp_path, refused, value, message):
    path = write(tmp_path / "train.json", value)
    with pytest.raises(InputError, match=r"train\.json.*") as caught:
        read_clips(path)
    assert message in str(caught.value)
    refused("Lists and tables", caught.value)


def test_missing_labels_are_named(tmp_path, refused):
    with pytest.raises(InputError, match=r"absent\.json does not exist") as caught:
        read_clips(tmp_path / "absent.json")
    refused("Lists and tables", caught.value, "a JSON list that is not there")


def test_broken_compression_is_named(tmp_path, refused):
    path = tmp_path / "train.json.gz"
    path.write_bytes(gzip.compress(b"[]")[:-6])
    with pytest.raises(InputError, match="not valid JSON") as caught:
        read_clips(path)
    refused("Lists and tables", caught.value, "a .json.gz that breaks off")


def test_a_list_that_unpacks_to_very_much_is_refused(tmp_path, refused):
    path = tmp_path / "train.json.gz"
    path.write_bytes(gzip.compress(b" " * (1 << 27) + b"[]"))
    with pytest.raises(InputError, match="unpacks to more than 67108864 bytes") as caught:
        read_clips(path)
    refused("Lists and tables", caught.value, "a .json.gz that unpacks to very much")


def test_a_list_with_a_byte_order_mark_is_read(tmp_path):
    path = tmp_path / "train.json"
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps([ENTRY]).encode())
    assert read_clips(path)[0].uid == "7"


def test_classes_have_one_name_however_it_is_written(tmp_path):
    templates = [
        "Open [something] ",
        " Open\tsomething",
        "Open  something",
        "Cafe\u0301",
        "Caf\xe9",
    ]
    entries = [{"id": number, "template": text} for number, text in enumerate(templates)]
    clips = read_clips(write(tmp_path / "train.json", entries))
    assert [clip.class_name for clip in clips] == ["Open something"] * 3 + ["Caf\xe9"] * 2
    assert list_class_names(clips) == ["Caf\xe9", "Open something"]
    path = write(tmp_path / "labels.json", {"Open  something ": 0, "Cafe\u0301": 1})
    assert read_class_names(path) == ["Open something", "Caf\xe9"]
    path = write(tmp_path / "priors.csv", "class,prior\nOpen  something,0.25\nCafe\u0301,0.75\n")
    assert read_class_priors(path, ["Caf\xe9", "Open something"]).tolist() == [0.75, 0.25]


def test_class_names_come_in_the_order_of_their_ids(tmp_path):
    path = write(tmp_path / "labels.json", {"b": "1", "a": "0", "c": "2"})
    assert read_class_names(path) == ["a", "b", "c"]


BAD_CLASSES = {
    "class ids with a gap": ({"a": "0", "b": "2"}, "none with the id 1"),
    "class ids from 1": ({"a": "1"}, "none with the id 0"),
    "a class id twice": ({"a": 0, "b": "0"}, "2 classes but none with the id 1"),
    "no classes": ({}, "has 0 classes"),
    "a list where classes belong": (["a", "b"], "holds a JSON list: expected an object"),
    "a class id that is a truth value": ({"a": True}, "class 'a' the id true"),
    "the class id null": ({"a": None}, "class 'a' the id null"),
    "a class id that is no number": ({"a": "first"}, "class 'a' the id \"first\""),
    "the classes A and A with a blank": ({"A": 0, "A ": 1}, "two classes called 'A'"),
    "a class without a name": ({"": 0}, "a class without a name"),
    "a class twice": ('{"a": 0, "a": 1}', "the key 'a' twice"),
    "a class with a control character": ({"a\x00": 0}, r"the class 'a\x00' has characters"),
}


@pytest.mark.parametrize(("value", "message"), BAD_CLASSES.values(), ids=BAD_CLASSES)
def test_bad_class_ids_are_refused(tmp_path, refused, value, message):
    with pytest.raises(InputError, match=r"labels\.json") as caught:
        read_class_names(write(tmp_path / "labels.json", value))
    assert message in str(caught.value)
    refused("Lists and tables", caught.value)


def test_a_clip_in_both_splits_is_named(refused):
    train, validation = [Clip("1", "a"), Clip("2", "")], [Clip("2", "a"), Clip("3", "a")]
    check_splits_differ(train, validation[1:])
    with pytest.raises(InputError, match=r"the clip '2' \(and 0 more\) is in both") as caught:
        check_splits_differ(train, validation)
    refused("Lists and tables", caught.value, "two lists with the same uid")


def test_class_indices_are_minus_one_where_unknown():
    clips = [Clip("1", "b"), Clip("2", ""), Clip("3", "a")]
    np.testing.assert_array_equal(class_indices(clips, ["a", "b"]), [1, -1, 0])


def test_foreign_class_is_refused(refused):
    with pytest.raises(InputError, match="clip '1' has the class 'z'") as caught:
        class_indices([Clip("1", "z")], ["a", "b"])
    refused("Lists and tables", caught.value, "a label that is no class of the data set")


def test_class_priors_have_a_row_for_every_class():
    clips = [Clip("1", "a"), Clip("2", "a"), Clip("3", "c"), Clip("4", ""), Clip("5", "a")]
    priors = compute_class_priors(clips, ["a", "b", "c"])
    assert list(priors) == [0.75, 0.0, 0.25]


def test_class_priors_need_labelled_clips(refused):
    with pytest.raises(InputError, match="none of 1 training clips") as caught:
        compute_class_priors([Clip("1", "")], ["a"])
    refused("Lists and tables", caught.value, "training clips without a label")


def test_class_priors_are_read_in_the_order_of_the_classes(tmp_path):
    path = tmp_path / "priors.csv"
    pd.DataFrame({"class": ["a", "b"], "prior": [0.1, 0.9]}).to_csv(path, index=False)
    np.testing.assert_array_equal(read_class_priors(path, ["b", "a"]), np.float32([0.9, 0.1]))


def test_class_priors_may_number_the_classes(tmp_path):
    path = write(tmp_path / "priors.csv", "class,prior\n1,0.9\n0,0.1\n")
    assert read_class_priors(path, ["b", "a"]).tolist() == np.float32([0.1, 0.9]).tolist()
    assert read_class_priors(path, ["1", "0"]).tolist() == np.float32([0.9, 0.1]).tolist()


def test_uids_are_read_as_text(tmp_path):
    path = write(tmp_path / "uids.csv", "uid,note\n007,x\n8,y\n")
    assert read_uids(path) == ["007", "8"]
    assert read_uids(write(tmp_path / "gaps.csv", "uid\nNA\nnull\n")) == ["NA", "null"]


BAD_UIDS = {
    "a CSV of uids without a column uid": ("id\n7\n", "has the columns id: expected uid"),
    "a CSV of uids without rows": ("uid\n", "lists no uids"),
    "a CSV of uids with a gap": ("uid,note\n7,a\n,b\n", "row 2 has no uid"),
}


@pytest.mark.parametrize(("text", "message"), BAD_UIDS.values(), ids=BAD_UIDS)
def test_bad_uids_get_one_sentence(tmp_path, refused, text, message):
    with pytest.raises(InputError, match=r"uids\.csv") as caught:
        read_uids(write(tmp_path / "uids.csv", text))
    assert message in str(caught.value)
    refused("Lists and tables", caught.value)


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


BAD_CSV = {
    "a CSV list without uid or path": (
        "name,label\n1,a\n",
        "has the columns name, label: expected uid or path",
    ),
    "a CSV list separated by bars": ("uid|label\n1|a\n", "has the columns uid|label"),
    "a semicolon in a cell": ("uid;label\n1;a;b\n", "around text with semicolons"),
    "an empty CSV list": ("", "has the columns none"),
    "a column twice": ("uid,uid\n1,2\n", "once each"),
    "a uid twice": ("uid,label\n1,a\n1,b\n", "the uid '1' occurs twice"),
    "a uid that leads out of a directory": ("uid,label\n../1,a\n", "row 1 has the uid '../1'"),
    "a row without a uid": ("uid,label\n1,a\n,b\n", "row 2 has no uid"),
    "a row without a path": ("path,label\n,b\n", "row 1 has no path"),
    "a row with a comma too many": (
        "uid,label\n1,a,b\n",
        "row 1 has 3 cells where the header has 2",
    ),
    "two paths that come to one uid": (
        "path\na/1.mp4\nb/1.webm\n",
        "'a/1.mp4' and 'b/1.webm' both come to the uid '1'",
    ),
    "a path with a control character": ("uid,path\n1,a\x07.mp4\n", r"the path 'a\x07.mp4'"),
    "a path longer than file systems take": ("uid,path\n1," + 300 * "a", "row 1 has the path 'a"),
    "a split that is none": ("uid,split\n1,valid\n", "row 1 has the split 'valid'"),
    "a CSV of both splits without one of them": (
        "uid,split\n1,validation\n",
        "no row of the split 'train' among its 1",
    ),
    "a CSV of both splits with a uid in both": (
        "uid,split\n1,train\n2,train\n1,validation\n",
        "row 3 has the uid '1', which is in the other split",
    ),
    "a CSV list without rows": ("uid\n", "lists no clips"),
    "a quotation mark that is not closed": (
        'uid,label\n1,"a\n',
        "is not a CSV file (unexpected end of data)",
    ),
}


@pytest.mark.parametrize(("text", "message"), BAD_CSV.values(), ids=BAD_CSV)
def test_bad_csv_gets_one_sentence(tmp_path, refused, text, message):
    path = write(tmp_path / "clips.csv", text)
    with pytest.raises(InputError, match=r"clips\.csv") as caught:
        read_clips(path, "train" if "split" in text else None)
    assert message in str(caught.value)
    refused("Lists and tables", caught.value)


def test_a_clip_that_is_left_out_may_be_in_a_split(tmp_path):
    path = write(tmp_path / "clips.csv", "uid,split\n1,train\n1,test\n2,validation\n")
    assert read_clips(path, "train") == [Clip("1", "")]


def test_a_csv_that_is_no_text_is_named(tmp_path, refused):
    (tmp_path / "clips.csv").write_bytes(b"uid\n\xff\xfe\n")
    with pytest.raises(InputError, match=r"clips\.csv is not a CSV file in UTF-8") as caught:
        read_clips(tmp_path / "clips.csv")
    refused("Lists and tables", caught.value, "a CSV list that is not UTF-8")
    with pytest.raises(InputError, match=r"absent\.csv does not exist") as caught:
        read_clips(tmp_path / "absent.csv")
    refused("Lists and tables", caught.value, "a CSV list that is not there")


def test_a_video_is_found_however_its_accents_are_stored(tmp_path):
    (tmp_path / "cafe\u0301.mp4").touch()
    assert video_path(Clip("caf\xe9", ""), tmp_path).is_file()


def test_video_of_a_clip_is_its_path_or_the_file_of_its_uid(tmp_path, refused):
    for name in ("7.mp4", "8.webm", "8.txt", "9.b.avi"):
        (tmp_path / name).touch()
    assert video_path(Clip("7", "", path="x/y.mov"), tmp_path, ".webm") == tmp_path / "x/y.mov"
    assert video_path(Clip("7", ""), tmp_path, ".webm") == tmp_path / "7.webm"
    assert video_path(Clip("7", ""), tmp_path) == tmp_path / "7.mp4"
    assert video_path(Clip("9.b", ""), tmp_path) == tmp_path / "9.b.avi"
    assert not video_path(Clip("9", ""), tmp_path).exists()
    with pytest.raises(InputError, match=r"'8' may be 8\.txt or 8\.webm") as caught:
        video_path(Clip("8", ""), tmp_path)
    refused("Lists and tables", caught.value, "a uid with two files in the directory of videos")


def test_classes_are_the_sorted_labels_of_the_clips(tmp_path, refused):
    clips = [Clip("1", "b"), Clip("2", ""), Clip("3", "ä"), Clip("4", "b")]
    write_class_names(list_class_names(clips), tmp_path / "labels.json")
    assert read_class_names(tmp_path / "labels.json") == ["b", "ä"]
    with pytest.raises(InputError, match="none of 1 training clips has a label") as caught:
        list_class_names([Clip("1", "")])
    refused("Lists and tables", caught.value, "neither classes nor labelled training clips")


def test_one_list_for_both_splits_has_to_say_which_clip_is_which(tmp_path, refused):
    (tmp_path / "told.csv").write_text("uid, split\n1,train\n2,validation\n")
    check_tells_splits(tmp_path / "told.csv")
    (tmp_path / "untold.csv").write_text("uid,label\n1,a\n2,b\n")
    (tmp_path / "list.json").write_text('[{"id": "1"}]')
    for name in ("untold.csv", "list.json"):
        words = f"{name} is the list of both splits and has no col"
        with pytest.raises(InputError, match=words) as caught:
            check_tells_splits(tmp_path / name)
    refused("Configuration", caught.value, "a JSON list for both splits")
    (tmp_path / "long.csv").write_text("a" * 200_000)
    with pytest.raises(InputError, match="has no column split"):
        check_tells_splits(tmp_path / "long.csv")


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


BAD_PRIORS = {
    "priors that sum to 1.48": (
        "a,0.5\nb,0.98\n",
        "the priors of the 2 classes sum to 1.48, expected 1",
    ),
    "priors that sum to 0.9998": ("a,0.5\nb,0.4998\n", "sum to 0.9998, expected 1"),
    "a prior twice": ("a,0.5\nb,0.5\na,0.5\n", "two rows for the class 'a'"),
    "a prior above 1": (
        "a,1.5\nb,-0.5\n",
        "the prior '1.5' for the class 'a': expected a number from 0 to 1",
    ),
    "a prior that is NaN": ("a,nan\nb,1\n", "the prior 'nan' for the class 'a'"),
    "a prior that is infinite": ("a,inf\nb,1\n", "the prior 'inf' for the class 'a'"),
    "a prior that is no number": ("a,half\nb,0.5\n", "the prior 'half' for the class 'a'"),
    "a prior with an underscore": ("a,0_1\nb,0\n", "the prior '0_1' for the class 'a'"),
    "a prior that is not given": ("a,\nb,1\n", "the prior '' for the class 'a'"),
    "a class without a prior": ("a,1\n", "no row for the class 'b'"),
}


@pytest.mark.parametrize(("rows", "message"), BAD_PRIORS.values(), ids=BAD_PRIORS)
def test_priors_that_are_none_are_refused(tmp_path, refused, rows, message):
    path = write(tmp_path / "priors.csv", f"class,prior\n{rows}")
    with pytest.raises(InputError, match=message) as caught:
        read_class_priors(path, ["a", "b"])
    refused("Lists and tables", caught.value)


def test_priors_without_a_column_are_refused(tmp_path, refused):
    path = write(tmp_path / "priors.csv", "class,p\na,1\n")
    with pytest.raises(InputError, match="columns class, p: expected class and prior") as caught:
        read_class_priors(path, ["a"])
    refused("Lists and tables", caught.value, "priors without a column prior")


def test_classes_whose_names_look_like_gaps_have_priors(tmp_path):
    path = write(tmp_path / "priors.csv", "class,prior\nNA,0.25\n1,0.5\nNone,0.25\n")
    assert read_class_priors(path, ["1", "None", "NA"]).tolist() == [0.5, 0.25, 0.25]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.csv", "\0" * 5000 + "\n1\n"),
        ("a.csv", "uid,split\n1," + "x" * 5000),
        ("a.csv", f"path\na/{'x' * 250}.mp4\nb/{'x' * 250}.mp4\n"),
        ("a.json", json.dumps([{"id": "x" * 5000}])),
        ("a.json", json.dumps([{"id": 1, "template": ["x" * 5000]}])),
        (
            "a.json",
            json.dumps([{"id": 1, "x" * 5000: 1, "y": 2}]).replace('"y"', f'"{5000 * "x"}"'),
        ),
    ],
)
def test_sentences_stay_short_whatever_they_are_about(tmp_path, name, text):
    with pytest.raises(InputError) as caught:
        read_clips(write(tmp_path / name, text))
    assert len(str(caught.value)) < 600
    assert str(caught.value).isprintable()


def test_the_class_may_have_another_name_in_lists(tmp_path):
    (tmp_path / "clips.csv").write_text("uid,label,Verb\n1,left,push\n2,right,pull\n")
    found = read_clips(tmp_path / "clips.csv", label_name="Verb")
    assert [clip.class_name for clip in found] == ["push", "pull"]
    assert [clip.class_name for clip in read_clips(tmp_path / "clips.csv")] == ["left", "right"]
    entries = [{"id": 1, "label": "pushing it", "template": "[it]", "verb": "push"}]
    (tmp_path / "clips.json").write_text(json.dumps(entries))
    (clip,) = read_clips(tmp_path / "clips.json", label_name="verb")
    assert (clip.class_name, clip.description) == ("push", "pushing it")


@pytest.mark.parametrize(
    ("name", "text", "case"),
    [
        ("c.csv", "uid,label\n1,a\n", "a label_name that a CSV list has not"),
        ("c.json", '[{"id": 1, "template": "a"}]', "a label_name that a JSON list has not"),
    ],
)
def test_a_name_of_the_class_that_lists_do_not_have_is_refused(tmp_path, refused, name, text, case):
    (tmp_path / name).write_text(text)
    with pytest.raises(InputError, match="'verb', which label_name names: expected one of") as said:
        read_clips(tmp_path / name, label_name="verb")
    refused("Lists and tables", said.value, case)
