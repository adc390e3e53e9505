"""How far a clip's features lie from those of other clips."""

import re

import numpy as np
import pytest

from playfair.data.stores.feature_store import FeatureStore, write_features
from playfair.evaluation.familiarity import distances, mean_features, unfamiliarity, words


def store_of(path, clips):
    uids = [f"clip{number}" for number in range(len(clips))]
    lengths = [len(clip) for clip in clips]
    attributes = {"checkpoint_hash": ""}
    with write_features(path, uids, [0] * len(clips), lengths, 2, attributes) as writer:
        for clip in clips:
            writer.append(np.asarray(clip, np.float32))
    return FeatureStore(path)


@pytest.fixture
def grid(tmp_path):
    """Clips of two frames, whose means are the whole numbers from 0 to 99 on a line."""
    clips = [[[number - 1, 0], [number + 1, 0]] for number in range(100)]
    return store_of(tmp_path / "train.h5", clips)


def test_distance_is_that_of_the_mean_feature_to_the_nearest_clip_in_units_of_theirs(grid):
    """Every clip is 1 from its nearest, so that 1 is what 99 in 100 of them keep."""
    assert unfamiliarity(np.array([[3.0, 0.5], [4.0, 0.5]]), [grid]) == (np.hypot(0.5, 0.5), 100)
    assert unfamiliarity(np.array([[50.0, 7.0]]), [grid]) == (7.0, 100)


def test_several_files_count_as_one(grid, tmp_path):
    other = store_of(tmp_path / "other.h5", [[[50.0, 7.0]]])
    found = unfamiliarity(np.array([[50.0, 7.0]]), [grid, other])
    assert found == (0.0, 101)


def test_of_many_clips_some_count_spread_over_all(grid):
    assert mean_features(grid, 4)[:, 0].tolist() == [0, 33, 66, 99]


def test_nearest_of_the_known_ones_is_another(grid):
    known = mean_features(grid)
    assert distances(known, known, is_same=True).tolist() == [1.0] * 100
    assert not distances(known, known).any()


def test_few_clips_say_nothing(tmp_path):
    few = store_of(tmp_path / "few.h5", [[[0.0, 0.0]]] * 9)
    assert unfamiliarity(np.zeros((1, 2)), [few]) is None


@pytest.mark.parametrize(
    ("times", "said"),
    [
        (0.44, "lie 0.4 times as far .*: as what it knows"),
        (2.31, "lie 2.3 times as far .* 48 training clips .*: unlike what it knows"),
        (1e300, "lie more than 100 times"),
    ],
)
def test_a_line_says_what_was_found(times, said):
    line = words((times, 48), "training clips")
    assert re.search(said, line) and "\n" not in line
