"""Frame sampling agrees with the paper's code."""

import json

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


def test_all_frames_are_sampled_when_as_many_are_asked_for():
    np.testing.assert_array_equal(sample_frame_idx(7, 7), np.arange(7))


@pytest.mark.parametrize("n_frames", [0, -1, 5])
def test_impossible_number_of_frames_is_refused(n_frames):
    with pytest.raises(InputError, match=f"cannot sample {n_frames} frames of a video of 4"):
        sample_frame_idx(4, n_frames)
