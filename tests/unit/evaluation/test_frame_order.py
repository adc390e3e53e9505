"""Reordered frames: a model that averages does not see them, and ESVs follow their frames."""

import dataclasses

import numpy as np
import pytest
import torch

import playfair
from playfair.evaluation.chosen_videos import chosen_videos
from playfair.evaluation.frame_order import (
    drawn_orders,
    follow_frames,
    order_rows,
)
from tests.unit.figures.stand_in import esv_table

torch.set_num_threads(1)
UID = ["a", "b", "c"]
FEATURES = np.random.default_rng(0).normal(size=(3, 6, 8)).astype(np.float32)


def explained(head, order=None):
    """Scores (3, 5) and ESVs (3, 6, 5) by frame, in an order or as frames are."""
    places = np.tile(np.arange(6), (3, 1)) if order is None else order
    features = np.take_along_axis(FEATURES, places[:, :, None], axis=1)
    found = playfair.explain(torch.from_numpy(features), head, "uniform", "exact")
    return found.scores, follow_frames(found.esv, places)


@pytest.mark.parametrize("name", ["reversed", "shuffled"])
def test_scores_and_esvs_of_tsn_do_not_depend_on_the_order(name):
    torch.manual_seed(0)
    head = playfair.TSN(8, 5).eval()
    order = drawn_orders(UID, 6, seed=0)[name]
    for before, after in zip(explained(head), explained(head, order), strict=True):
        np.testing.assert_allclose(after, before, atol=1e-6)


def test_esvs_of_trn_do():
    torch.manual_seed(0)
    head = [playfair.TRN(s, 8, 16, 5).eval() for s in range(1, 7)]
    order = drawn_orders(UID, 6, seed=0)["reversed"]
    assert np.abs(explained(head)[1] - explained(head, order)[1]).max() > 1e-3


def test_a_video_is_shuffled_by_its_uid_and_the_seed_alone():
    orders = drawn_orders(UID, 6, seed=0)
    assert orders["reversed"].tolist() == [[5, 4, 3, 2, 1, 0]] * 3
    assert (np.sort(orders["shuffled"]) == np.arange(6)).all()
    np.testing.assert_array_equal(orders["shuffled"][1:2], drawn_orders(["b"], 6, 0)["shuffled"])
    assert (drawn_orders(UID, 6, seed=1)["shuffled"] != orders["shuffled"]).any()
    assert drawn_orders([], 6, seed=0)["shuffled"].shape == (0, 6)


def test_values_go_back_to_their_frames():
    esv = np.array([[[1.0], [2.0], [3.0]]])
    assert follow_frames(esv, np.array([[2, 0, 1]])).ravel().tolist() == [2, 3, 1]


def test_rows_are_about_the_true_class_or_the_one_predicted_of_the_frames_as_they_are():
    whole = esv_table("trn", 2, video_count=3, class_count=2)
    scores = np.array([[0.9, 0.1], [0.2, 0.8], [0.3, 0.7]])
    own = dataclasses.replace(whole, scores=scores, label=np.array([0, 0, -1]))
    after = np.array([[0.4, 0.6], [0.6, 0.4], [0.1, 0.9]])
    esv = np.arange(12).reshape(3, 2, 2) / 10
    rows = order_rows(own, np.arange(3), "reversed", after, esv)
    first = rows[rows["position"] == 1]
    assert first["uid"].tolist() == own.uid.tolist()
    assert first["is_labelled"].tolist() == [True, True, False]
    assert first["is_right"].tolist() == [False, True, False]
    assert first["keeps_prediction"].tolist() == [False, False, True]
    assert first["score"].tolist() == [0.4, 0.6, 0.9]
    assert rows["esv"].tolist() == [0.0, 0.2, 0.4, 0.6, 0.9, 1.1]


def test_some_of_many_videos_are_chosen_by_seed():
    chosen = chosen_videos(100, 10, seed=3)
    assert len(set(chosen.tolist())) == 10 and (np.diff(chosen) > 0).all()
    assert chosen_videos(4, 10, seed=3).tolist() == [0, 1, 2, 3]
