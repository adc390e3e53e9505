"""CSV lists as spreadsheets write them are read; one reading only is possible of each."""

import pytest

from playfair.data.clips.clip_tables import check_tells_splits
from playfair.data.clips.labels import Clip, read_clips
from playfair.errors import InputError

ROWS = [["uid", "label", "split"], ["1", "an, either; or", "train"], ["2", "b", "validation"]]


def text_of(delimiter):
    quoted = [[f'"{cell}"' if "," in cell else cell for cell in row] for row in ROWS]
    return "\n".join(delimiter.join(row) for row in quoted)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("suffix", ["csv", "tsv"])
def test_delimiters_and_encodings_of_spreadsheets_are_recognised(
    tmp_path, delimiter, encoding, suffix
):
    path = tmp_path / f"clips.{suffix}"
    path.write_bytes(text_of(delimiter).encode(encoding))
    check_tells_splits(path)
    assert read_clips(path, "train") == [Clip("1", "an, either; or")]
    assert read_clips(path, "validation") == [Clip("2", "b")]


def test_columns_may_be_in_capitals(tmp_path):
    path = tmp_path / "clips.csv"
    path.write_text("Path,LABEL,Split\na.mp4,A,train\n")
    check_tells_splits(path)
    (clip,) = read_clips(path, "train")
    assert (clip.uid, clip.class_name) == ("a", "A")


def test_a_list_without_a_split_is_told_apart(tmp_path):
    path = tmp_path / "clips.csv"
    path.write_text("uid,label\n1,split\n")
    with pytest.raises(InputError, match="has no column split"):
        check_tells_splits(path)
