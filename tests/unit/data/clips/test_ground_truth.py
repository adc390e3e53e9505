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


def test_bad_ground_truth_gets_one_sentence(tmp_path):
    with pytest.raises(InputError, match="no column 'last_frame'"):
        read_ground_truth(write(tmp_path / "a.csv", [("1", 2)], ("uid", "first_frame")))
    with pytest.raises(InputError, match="'1' ends before it begins"):
        read_ground_truth(write(tmp_path / "b.csv", [("1", 5, 4)]))
