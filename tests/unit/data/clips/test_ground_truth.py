"""Ground-truth intervals are read, checked and counted at the gulped rate."""

import pandas as pd
import pytest

from playfair.data.clips.ground_truth import read_ground_truth
from playfair.errors import InputError


def write(path, rows, columns=("uid", "first_frame", "last_frame")):
    pd.DataFrame(rows, columns=list(columns)).to_csv(path, index=False)
    return path


def intervals(table):
    return list(zip(table["first_frame"], table["last_frame"], strict=True))


def test_intervals_come_as_written_with_uids_as_text(tmp_path):
    table = read_ground_truth(write(tmp_path / "g.csv", [("007", 2, 16), ("8", 0, 0)]))
    assert list(table["uid"]) == ["007", "8"]
    assert intervals(table) == [(2, 16), (0, 0)]


def test_intervals_follow_the_gulped_rate(tmp_path):
    path = write(tmp_path / "g.csv", [("1", 2, 16), ("2", 4, 7), ("3", 3, 3)])
    # At half the rate frame k shows the time from 2k to 2k + 2, with its middle at 2k + 1.
    assert intervals(read_ground_truth(path, rate=0.5)) == [(1, 7), (2, 3), (1, 1)]
    assert intervals(read_ground_truth(path, rate=2.0)) == [(4, 33), (8, 15), (6, 7)]


BAD_GROUND_TRUTH = {
    "ground truth without a column": ("uid,first_frame\n1,2\n", "expected uid, first_frame, last"),
    "an interval that ends before it begins": (
        "uid,first_frame,last_frame\n1,5,4\n",
        "the interval of '1' in row 1 ends before it begins",
    ),
    "half a frame": ("uid,first_frame,last_frame\n1,2,4.5\n", "row 1 has the last_frame '4.5'"),
    "a frame below 0": ("uid,first_frame,last_frame\n1,-2,4\n", "the first_frame '-2'"),
    "a frame that is not given": ("uid,first_frame,last_frame\n1,,4\n", "the first_frame ''"),
    "a frame of ten digits": (
        "uid,first_frame,last_frame\n1,0,9999999999\n",
        "the last_frame '9999999999': expected a whole number",
    ),
}


@pytest.mark.parametrize(("text", "message"), BAD_GROUND_TRUTH.values(), ids=BAD_GROUND_TRUTH)
def test_bad_ground_truth_gets_one_sentence(tmp_path, refused, text, message):
    (tmp_path / "truth.csv").write_text(text)
    with pytest.raises(InputError, match=r"truth\.csv") as caught:
        read_ground_truth(tmp_path / "truth.csv")
    assert message in str(caught.value)
    refused("Lists and tables", caught.value)


def test_uids_that_look_like_gaps_have_intervals(tmp_path):
    table = read_ground_truth(write(tmp_path / "g.csv", [("NA", 0, 1), ("null", 2, 3)]))
    assert list(table["uid"]) == ["NA", "null"]


def test_ground_truth_may_have_no_rows(tmp_path):
    table = read_ground_truth(write(tmp_path / "g.csv", []))
    assert len(table) == 0
