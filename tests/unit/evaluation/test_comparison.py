"""Methods compared: tables against direct calls of the model and cases worked out by hand."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
import torch

import playfair
from playfair.attribution.games.from_model import make_game
from playfair.data.stores.esv_table import EsvTable
from playfair.definitions.attribution import FurtherMethod
from playfair.evaluation.compared import ESV, compared_values
from playfair.evaluation.comparison import (
    BEST,
    clip_table,
    curve_table,
    discard_frames,
    measure_costs,
)
from tests.conformance import inputs
from tests.unit.attribution.vectors import priors, trn_heads, tsn_head

N_FRAMES, VIDEOS = 4, 5
FEATURES = inputs("compared", (VIDEOS, N_FRAMES, 32), -1, 1).float()
LABEL = np.array([0, 3, -1, 2, 1])


def own_table(model):
    result = playfair.explain(FEATURES, model, priors())
    return EsvTable.of_result(
        result,
        uid=[f"v{video}" for video in range(VIDEOS)],
        label=LABEL,
        sequence_length=np.full(VIDEOS, 8),
        frame_idx=np.tile([1, 3, 5, 7], (VIDEOS, 1)),
        class_name=np.array([f"class {c}" for c in range(len(priors()))], dtype=object),
        attributes={},
    )


def compare(model, values=None, truth=None):
    compared = compared_values(own_table(model), values or {}, truth)
    game = make_game(model, FEATURES[:1], priors())
    return compared, discard_frames(game, FEATURES, compared)


@pytest.mark.parametrize("kind", ["tsn", "callable"])
def test_curves_are_the_answers_of_the_model_to_what_is_left(kind):
    head = tsn_head()
    model = head if kind == "tsn" else lambda frames: head(frames).softmax(dim=1)
    compared, discarded = compare(model)
    for video in range(VIDEOS):
        for k, class_number in enumerate(compared.class_idx[video]):
            if class_number < 0:
                assert np.isnan(discarded.score[video, :, k]).all()
                continue
            left = list(range(N_FRAMES))
            for gone in range(N_FRAMES):
                with torch.no_grad():
                    scores = head(FEATURES[video : video + 1, left]).softmax(dim=1)[0].numpy()
                found = discarded.score[video, 0, k, 1, gone]
                assert found == pytest.approx(scores[class_number], abs=1e-6)
                if LABEL[video] >= 0:
                    is_right = scores.argmax() == LABEL[video]
                    assert discarded.right[video, 0, k, 1, gone] == is_right
                left.remove(min(left, key=lambda frame: compared.value[video, 0, k, frame]))
            at_end = discarded.score[video, 0, k, 1, N_FRAMES]
            assert at_end == pytest.approx(priors()[class_number])
    assert np.isnan(discarded.right[2]).all()


def test_tables_do_not_depend_on_how_many_videos_fit_into_memory():
    model = trn_heads()
    compared = compared_values(own_table(model), {}, None)
    game = make_game(model, FEATURES[:1], priors())
    few, many = (discard_frames(game, FEATURES, compared, budget) for budget in (1, 1 << 30))
    np.testing.assert_allclose(few.score, many.score, atol=1e-6)
    np.testing.assert_allclose(few.best, many.best, atol=1e-6)


def test_no_method_passes_the_best_order_and_videos_without_values_are_left_out():
    given = np.random.default_rng(0).random((VIDEOS, 2, N_FRAMES))
    given[1] = np.nan
    compared, discarded = compare(tsn_head(), {"mine": given})
    table = clip_table(compared, discarded)
    best = table[table["method"] == BEST].set_index(["explained", "uid"])
    for _, rows in table.groupby("method"):
        limits = best.loc[list(zip(rows["explained"], rows["uid"], strict=True))]
        assert (rows["score_highest"].to_numpy() >= limits["score_highest"].to_numpy() - 1e-6).all()
        assert (rows["score_lowest"].to_numpy() <= limits["score_lowest"].to_numpy() + 1e-6).all()
    uids = {
        method: rows["uid"].tolist()
        for method, rows in table[table["explained"] == "true"].groupby("method")
    }
    assert uids["mine"] == ["v0", "v3", "v4"]
    assert uids[ESV] == uids[BEST] == ["v0", "v1", "v3", "v4"]
    assert table[table["explained"] == "predicted"].groupby("method").size()[ESV] == VIDEOS


def test_localisation_of_values_by_hand():
    truth = pd.DataFrame(
        {"uid": ["v0", "v0", "v1"], "first_frame": [0, 7, 2], "last_frame": [1, 9, 5]}
    )
    values = np.tile([0.4, -0.3, 0.2, 0.4], (VIDEOS, 2, 1))
    compared, discarded = compare(tsn_head(), {"mine": values}, truth)
    table = clip_table(compared, discarded)
    rows = table[(table["explained"] == "true")].set_index(["method", "uid"])
    first, second = rows.loc[("mine", "v0")], rows.loc[("mine", "v1")]
    assert first["mass_inside"] == pytest.approx(0.8)
    assert (first["auroc"], first["largest_inside"]) == (1, 1)
    assert second["mass_inside"] == pytest.approx(0.2)
    assert (second["auroc"], second["largest_inside"]) == (0, 0)
    # Of equal values each is the largest as likely.
    assert rows.loc[("uniform", "v0")]["largest_inside"] == 0.5
    assert rows.loc[("uniform", "v0")]["auroc"] == 0.5
    assert np.isnan(rows.loc[("mine", "v3")]["auroc"])


def test_curves_are_means_over_clips_and_the_gain_that_of_accuracy():
    compared, discarded = compare(tsn_head())
    table = curve_table(compared, discarded)
    rows = table[
        (table["method"] == ESV) & (table["explained"] == "true") & (table["first"] == "lowest")
    ]
    assert rows["discarded"].tolist() == list(range(N_FRAMES + 1))
    assert (rows["video_count"] == 4).all()
    np.testing.assert_allclose(rows["score"], np.nanmean(discarded.score[:, 0, 0, 1], axis=0))
    right = np.nanmean(discarded.right[:, 0, 0, 1], axis=0)
    np.testing.assert_allclose(rows["accuracy"][:-1], right)
    np.testing.assert_allclose(rows["gain"][:-1], right - right[0], atol=1e-12)
    assert np.isnan(rows["accuracy"].iloc[-1])


def test_costs_are_the_evaluations_of_each_method():
    head = tsn_head()
    sections = {
        name: FurtherMethod(method=name).model_dump()
        for name in ("exact", "leave_one_out", "first_in", "integrated_gradients")
    }
    game = make_game(head, FEATURES[:1], priors())
    costs = measure_costs(game, FEATURES, sections, LABEL).set_index("method")
    assert costs["evaluations"].to_dict() == {
        "exact": 15,
        "leave_one_out": 5,
        "first_in": 5,
        "integrated_gradients": 32,
    }
    assert (costs["seconds"] > 0).all()
    assert (costs["timed_count"] == VIDEOS).all()


def test_values_of_a_table_without_labels_are_those_of_the_predicted_class():
    table = dataclasses.replace(own_table(tsn_head()), label=np.full(VIDEOS, -1))
    compared = compared_values(table, {}, None)
    assert np.isnan(compared.value[:, :, 0]).all()
    np.testing.assert_array_equal(compared.value[:, 0, 1], table.esv_for(table.predicted))
    assert set(compared.class_name) == {""}
