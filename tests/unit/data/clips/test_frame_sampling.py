"""Frame sampling agrees with the paper's code."""

import json
import math

import h5py
import numpy as np
import pytest

from playfair.data.clips.frame_sampling import sample_frame_idx
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
