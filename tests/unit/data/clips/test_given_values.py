"""Values that people bring: read as they are written, refused where they are not whole."""

import numpy as np
import pytest

from playfair.data.clips.given_values import read_value_table
from playfair.data.stores.attribution_store import read_given_values
from playfair.errors import InputError

ROWS = "uid,n_frames,element,value\n"
GOOD = ROWS + "b,2,1,0.5\nb,2,0,-1\nother,2,0,1\nother,2,1,1\nb,1,0,7\na,1,0,3\n"


def test_values_stand_by_video_and_element(tmp_path):
    path = tmp_path / "values.csv"
    path.write_text(GOOD)
    np.testing.assert_array_equal(
        read_value_table(path, ["a", "b"], 2), [[np.nan, np.nan], [-1, 0.5]]
    )
    np.testing.assert_array_equal(read_value_table(path, ["a", "b"], 1), [[3], [7]])
    both = read_given_values(path, ["b"], 2)
    np.testing.assert_array_equal(both, [[[-1, 0.5], [-1, 0.5]]])


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ("a,2,0,1\n", "has no value of element 1 of 'a' at 2 frames: give one for each, or none"),
        ("a,2,0,1\na,2,1,1\na,2,0,1\n", "row 3 gives element 0 of 'a' at 2 frames once more"),
        ("a,2,2,1\n", "row 1 gives element 2 of 2 the value 1.0: expected elements from 0"),
        ("a,2,0,nan\n", "row 1 gives element 0 of 2 the value nan: .* finite values"),
        ("a,2,first,1\n", "row 1 has '2', 'first', '1' as n_frames, element, value: expected two"),
    ],
)
def test_values_that_are_not_whole_are_refused(tmp_path, rows, sentence):
    path = tmp_path / "values.csv"
    path.write_text(ROWS + rows)
    with pytest.raises(InputError, match=sentence):
        read_value_table(path, ["a"], 2)
