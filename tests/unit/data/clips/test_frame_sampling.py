"""Frame sampling agrees with the paper's code."""

import json
import math

import h5py
import numpy as np
import pytest

from playfair.data.clips.frame_sampling import check_sampling, sample_frame_idx, sampling_text
from playfair.errors import InputError
from tests.conformance import CONFORMANCE


def test_frame_sampling_agrees_with_the_conformance_vectors():
    with h5py.File(CONFORMANCE) as file:
        cases = json.loads(file["frame_sampling/json"][()])
    assert len(cases) > 90
    for case in cases:
        idx = sample_frame_idx(case["video_length"], case["n_frames"])
        assert idx.tolist() == case["indices"], case


PAIRS = [(length, n) for length in range(9, 116) for n in range(1, 17) if n <= length]


def test_floats_are_the_arithmetic_of_the_paper_s_code():
    for length, n in PAIRS:
        segment = length / n
        expected = [math.floor(i * segment + segment / 2) for i in range(n)]
        assert sample_frame_idx(length, n, "floats").tolist() == expected, (length, n)


def test_floats_differ_from_integers_by_one_frame_of_few_videos():
    differing = {}
    for length, n in PAIRS:
        early = sample_frame_idx(length, n) - sample_frame_idx(length, n, "floats")
        if early.any():
            assert set(early.tolist()) == {0, 1} and early.sum() <= 2, (length, n)
            differing.setdefault(n, []).append(length)
    counts = {n: len(lengths) for n, lengths in differing.items()}
    assert counts == {7: 8, 9: 6, 10: 5, 11: 9, 12: 5, 13: 10, 14: 7, 15: 13}
    assert differing[7] == [12, 24, 34, 48, 68, 82, 96, 110]
    assert sample_frame_idx(12, 7)[3] == 6 and sample_frame_idx(12, 7, "floats")[3] == 5


def test_another_rounding_is_refused():
    with pytest.raises(InputError, match="by 'halves': choose integers or floats"):
        sample_frame_idx(9, 3, "halves")


def test_all_frames_are_sampled_when_as_many_are_asked_for():
    np.testing.assert_array_equal(sample_frame_idx(7, 7), np.arange(7))


@pytest.mark.parametrize("n_frames", [0, -1, 5])
def test_impossible_number_of_frames_is_refused(n_frames):
    with pytest.raises(InputError, match=f"cannot sample {n_frames} frames of a video of 4"):
        sample_frame_idx(4, n_frames)


@pytest.mark.parametrize("rounding", ["integers", "floats"])
@pytest.mark.parametrize(("length", "step"), [(2, 1), (2, 3), (4, 2), (5, 7)])
def test_snippets_lie_in_their_segments_around_the_middles(rounding, length, step):
    sampling = sampling_text(rounding, length, step)
    assert check_sampling(sampling) == sampling
    for video in range(length, 60):
        for snippets in range(1, video // length + 1):
            idx = sample_frame_idx(video, snippets * length, sampling)
            assert (np.diff(idx) > 0).all()
            assert idx[0] >= 0 and idx[-1] < video
            rows = idx.reshape(snippets, length)
            gaps = np.unique(np.diff(rows, axis=1))
            assert len(gaps) == 1 and gaps[0] <= step
            segment = video / snippets
            fitting = max(gap for gap in range(1, video) if (length - 1) * gap + 1 <= segment)
            assert gaps[0] == min(step, fitting)
            middles = sample_frame_idx(video, snippets, rounding)
            assert (np.abs(rows[:, [0, -1]].mean(axis=1) - middles) <= 0.5).all()


def test_snippets_of_one_frame_are_the_middles_themselves():
    assert sampling_text("floats", 1, 7) == "floats"
    assert sampling_text("integers", 3, 2) == "integers in snippets of 3 by 2"


def test_as_many_frames_as_no_whole_snippets_are_refused():
    with pytest.raises(InputError, match="3 frames in snippets of 2: choose a multiple"):
        sample_frame_idx(9, 3, sampling_text("integers", 2))


@pytest.mark.parametrize("text", ["thirds", "integers ", "integers in snippets of 0 by 1"])
def test_what_is_no_way_of_sampling_is_refused(text):
    with pytest.raises(InputError, match="choose integers or floats"):
        check_sampling(text)
