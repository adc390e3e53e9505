"""Sizes and lists of frame sets, from games with a known answer."""

import dataclasses

import numpy as np
import pytest
import torch

import playfair
from playfair.data.stores.esv_table import EsvTable
from playfair.evaluation.frame_sets import (
    frame_set_rows,
    sufficient_frame_rows,
    tables_with_sets,
)

torch.set_num_threads(1)
FRAMES = torch.eye(4).expand(2, 4, 4)


def both_needed(frames):
    """Class 1 wins if frames 0 and 2 are there, and no other class without both."""
    seen = frames.amax(dim=1)
    score = 0.1 + 0.8 * seen[:, 0] * seen[:, 2]
    return torch.stack([1 - score, score], dim=1)


def one_of_two(frames):
    """Class 1 wins if frame 1 or frame 3 is there."""
    seen = frames.amax(dim=1)
    score = 0.1 + 0.8 * torch.maximum(seen[:, 1], seen[:, 3])
    return torch.stack([1 - score, score], dim=1)


def explained(model, label=(1, 0)):
    asked = {"interactions": True, "frame_sets": True}
    result = playfair.explain(FRAMES, model, [0.9, 0.1], labels=label, **asked)
    return EsvTable.of_result(
        result,
        uid=["a", "b"],
        label=label,
        sequence_length=[20, 20],
        frame_idx=np.array([[2, 7, 12, 17], [3, 8, 13, 18]]),
        class_name=np.array(["no", "yes"], dtype=object),
        attributes={},
    )


def test_frames_that_only_work_together_all_keep_the_prediction_and_one_of_them_must_go():
    table = explained(both_needed)
    rows = frame_set_rows(table)
    assert rows["keep"].tolist() == [2, 2]
    assert rows["must_go"].tolist() == [1, 1]
    assert rows["outcome"].tolist() == ["right", "wrong"]
    assert rows["class_name"].tolist() == ["yes", "no"]
    listed = sufficient_frame_rows(table)
    assert listed["uid"].tolist() == ["a", "a", "b", "b"]
    assert listed["frame_idx"].tolist() == [2, 12, 3, 13]
    # The pair is worth .8, and nothing apart; for the other class, the true one of b, the opposite.
    expected = np.zeros((4, 4))
    expected[0, 2] = expected[2, 0] = 0.8
    np.testing.assert_allclose(table.interactions[0, 0], expected, atol=1e-6)
    np.testing.assert_allclose(table.interactions[1], [-expected, expected], atol=1e-6)


def test_one_of_frames_that_say_the_same_keeps_the_prediction_and_all_must_go():
    rows = frame_set_rows(explained(one_of_two, label=(-1, 1)))
    assert rows["keep"].tolist() == [1, 1]
    assert rows["must_go"].tolist() == [2, 2]
    assert rows["outcome"].tolist() == ["unlabelled", "right"]
    assert rows["class_name"].tolist() == ["yes", "yes"]


def test_all_frames_must_go_where_no_removal_changes_the_prediction():
    def certain(frames):
        return torch.tensor([0.2, 0.8]).expand(len(frames), 2)

    table = explained(certain)
    assert not table.necessary_frames.any()
    assert frame_set_rows(table)["must_go"].tolist() == [4, 4]


def test_of_whole_clips_all_frames_of_the_elements_are_listed_once():
    table = explained(both_needed)
    elements = np.arange(8).reshape(4, 2) + np.array([0, 10])[:, None, None]
    elements[1, 2] = 14
    listed = sufficient_frame_rows(dataclasses.replace(table, element_frame_idx=elements))
    assert listed["frame_idx"].tolist() == [0, 1, 4, 5, 10, 11, 14]


@pytest.mark.parametrize("left_out", [2, 3])
def test_numbers_of_frames_without_sets_are_passed_over(left_out):
    whole = explained(both_needed)
    bare = dataclasses.replace(whole, sufficient_frames=None, necessary_frames=None)
    tables = {3: whole, 2: dataclasses.replace(whole), left_out: bare}
    (found,) = tables_with_sets(tables)
    assert found is tables[5 - left_out]
