import numpy as np
import pytest

from playfair.attribution.exact import interactions
from playfair.attribution.exact.interactions import class_columns, pairwise_interactions
from tests import oracle


def random_table(n_frames: int, videos: int = 2, classes: int = 3) -> np.ndarray:
    return np.random.default_rng(n_frames).random((videos, 2**n_frames, classes))


@pytest.mark.parametrize("n_frames", [2, 3, 6])
def test_interactions_follow_the_definition(n_frames):
    table = random_table(n_frames)
    found = pairwise_interactions(table)
    for video in range(2):
        expected = oracle.interaction_index(
            lambda subset, v=video: table[v, sum(1 << frame for frame in subset)], n_frames
        )
        assert np.allclose(found[video], expected, atol=1e-6)


@pytest.mark.parametrize("n_frames", [3, 7])
def test_interactions_are_those_of_shapiq(n_frames):
    import shapiq  # takes seconds, which most processes of the tests can do without

    table = random_table(n_frames, videos=1, classes=1)
    weights = 2 ** np.arange(n_frames)

    def worth(coalitions):
        return table[0, (coalitions @ weights).astype(int), 0]

    theirs = shapiq.ExactComputer(worth, n_frames)("SII", order=2)
    found = pairwise_interactions(table)[0, :, :, 0]
    for first in range(n_frames):
        for second in range(first + 1, n_frames):
            assert found[first, second] == pytest.approx(theirs[(first, second)], abs=1e-6)


def test_a_single_frame_has_no_interactions():
    assert pairwise_interactions(random_table(1)).tolist() == np.zeros((2, 1, 1, 3)).tolist()


def test_frames_that_only_work_together_interact_positively():
    both = np.zeros((1, 8, 1))
    both[0, [0b011, 0b111], 0] = 1
    found = pairwise_interactions(both)[0, :, :, 0]
    assert np.allclose(found, [[0, 1, 0], [1, 0, 0], [0, 0, 0]], atol=1e-7)


def test_interactions_do_not_depend_on_how_many_masks_are_taken_at_once(monkeypatch):
    table = random_table(6)
    expected = pairwise_interactions(table)
    monkeypatch.setattr(interactions, "NUMBERS_AT_ONCE", 7 * 15)
    assert np.allclose(pairwise_interactions(table), expected, atol=1e-7)


def test_columns_of_each_videos_own_classes():
    table = random_table(3)
    columns = class_columns(table, np.array([[2, 0], [1, 1]]))
    assert np.array_equal(columns[0], table[0][:, [2, 0]])
    assert np.array_equal(columns[1], table[1][:, [1, 1]])
