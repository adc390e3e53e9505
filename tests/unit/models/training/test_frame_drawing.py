"""Random frames for training."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from playfair.data.clips.frame_sampling import sample_frame_idx
from playfair.errors import InputError
from playfair.models.training.frame_drawing import (
    draw_frame_idx,
    middle_frame_idx,
    no_usable_clip,
    usable_clips,
)


@given(
    st.integers(1, 8),
    st.lists(st.integers(0, 40), min_size=1, max_size=20),
    st.sampled_from([0.0, 0.5, 1.0]),
    st.sampled_from([None, 1, 5, 12]),
    st.integers(0, 100),
)
def test_frames_are_different_in_order_and_inside_the_clip(n_frames, extra, share, segments, seed):
    lengths = n_frames + np.array(extra)
    frame_idx = draw_frame_idx(lengths, n_frames, np.random.default_rng(seed), share, segments)
    assert frame_idx.shape == (len(lengths), n_frames)
    assert (np.diff(frame_idx, axis=1) > 0).all()
    assert (frame_idx >= 0).all()
    assert (frame_idx < lengths[:, None]).all()


def test_each_segment_gives_one_frame_and_all_its_frames_in_turn():
    frame_idx = draw_frame_idx(np.full(4000, 10), 4, np.random.default_rng(0))
    for segment, (first, last) in enumerate([(0, 2), (3, 4), (5, 7), (8, 9)]):
        found, counts = np.unique(frame_idx[:, segment], return_counts=True)
        np.testing.assert_array_equal(found, np.arange(first, last + 1))
        assert counts.min() > 0.85 * 4000 / len(found)


@pytest.mark.parametrize("length", range(8, 40))
def test_the_deterministic_sampling_lies_in_the_same_segments(length):
    drawn = draw_frame_idx(np.full(3000, length), 8, np.random.default_rng(0))
    middle = sample_frame_idx(length, 8)
    assert (drawn.min(axis=0) <= middle).all()
    assert (middle <= drawn.max(axis=0)).all()


def test_frames_drawn_anywhere_are_every_set_equally_often():
    drawn = draw_frame_idx(np.full(6000, 5), 2, np.random.default_rng(0), anywhere_share=1.0)
    sets, counts = np.unique(drawn, axis=0, return_counts=True)
    assert len(sets) == 10
    np.testing.assert_allclose(counts, 600, rtol=0.15)


def test_the_share_drawn_anywhere_is_the_one_asked_for():
    drawn = draw_frame_idx(np.full(6000, 16), 2, np.random.default_rng(0), anywhere_share=0.5)
    in_one_half = (drawn[:, 1] < 8) | (drawn[:, 0] >= 8)
    # Half of the clips, of which 2 * 28 of the 120 sets lie in one half of the clip.
    assert abs(in_one_half.mean() - 0.5 * 56 / 120) < 0.03


def test_of_more_segments_than_frames_any_are_taken_and_of_each_one_frame():
    drawn = draw_frame_idx(np.full(6000, 15), 2, np.random.default_rng(0), segments=5)
    sets, counts = np.unique(drawn // 3, axis=0, return_counts=True)
    assert (np.diff(sets, axis=1) > 0).all()
    assert len(sets) == 10
    np.testing.assert_allclose(counts, 600, rtol=0.15)
    assert len(np.unique(drawn)) == 15


def test_clips_with_fewer_frames_than_segments_have_a_segment_for_each_frame_that_is_drawn():
    drawn = draw_frame_idx(np.full(50, 4), 2, np.random.default_rng(0), segments=5)
    assert (drawn // 2 == [0, 1]).all()


def test_a_generator_in_the_same_state_draws_the_same_frames():
    lengths = np.array([9, 12, 30])
    first = draw_frame_idx(lengths, 4, np.random.default_rng(7), 0.5)
    np.testing.assert_array_equal(draw_frame_idx(lengths, 4, np.random.default_rng(7), 0.5), first)


def test_clips_with_a_label_and_enough_frames_are_usable():
    lengths, labels = np.array([4, 3, 9, 9]), np.array([0, 1, -1, 2])
    assert usable_clips(lengths, labels, 4, 3).tolist() == [0, 3]
    assert usable_clips(lengths[:0], labels[:0], 4, 3).tolist() == []
    with pytest.raises(InputError, match="class 2, expected 0 to 1"):
        usable_clips(lengths, labels, 4, 2)


def test_the_error_without_usable_clips_tells_what_was_found():
    error = no_usable_clip("training", np.array([4, 3]), np.array([-1, 0]), 5)
    for part in ("2 training clips", "at least 5 frames", "1 have a label", "longest has 4"):
        assert part in str(error)


def test_middles_are_those_of_the_deterministic_sampling():
    found = middle_frame_idx(np.array([10, 4]), 4)
    assert found.tolist() == [sample_frame_idx(10, 4).tolist(), [0, 1, 2, 3]]
    assert middle_frame_idx(np.array([], dtype=int), 4).shape == (0, 4)
