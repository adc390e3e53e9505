import numpy as np
import pytest

import playfair
from playfair.attribution.exact.exact import exact_esvs
from playfair.attribution.exact.frame_sets import (
    smallest_necessary_frames,
    smallest_sufficient_frames,
)
from playfair.attribution.exact.interactions import pairwise_interactions
from playfair.attribution.exact.shapley import exact_values
from playfair.attribution.explain import as_videos
from playfair.attribution.games.from_model import make_game
from playfair.attribution.games.scores import ROUNDING_TOLERANCE
from playfair.attribution.methods.registry import METHODS
from playfair.errors import InputError
from tests.conformance import inputs
from tests.unit.attribution.vectors import priors, trn_heads, tsn_head

BATCH = inputs("explain", (3, 5, 32), -1, 1)


def whole_table(model):
    return exact_values(make_game(model, BATCH, priors()), keep_table=True).table


def test_one_video_a_batch_and_a_list_get_the_same_values():
    batch = playfair.explain(BATCH, trn_heads(), priors())
    single = playfair.explain(BATCH[1].numpy(), trn_heads(), priors())
    listed = playfair.explain([BATCH[1], BATCH[0]], trn_heads(), priors())
    assert batch.esv.shape == (3, 5, 11)
    assert batch.scores.shape == batch.efficiency_gap.shape == (3, 11)
    assert single.esv.shape == (5, 11)
    assert single.scores.shape == single.prior.shape == (11,)
    assert np.abs(single.esv - batch.esv[1]).max() <= ROUNDING_TOLERANCE
    assert np.abs(listed.esv[0] - batch.esv[1]).max() <= ROUNDING_TOLERANCE
    assert np.abs(listed.esv[1] - batch.esv[0]).max() <= ROUNDING_TOLERANCE


def test_videos_of_different_lengths_keep_their_order():
    videos = [inputs(f"video {n}", (n, 32), -1, 1) for n in (4, 2, 4, 1)]
    result = playfair.explain(videos, tsn_head(), priors())
    assert [esv.shape[0] for esv in result.esv] == [4, 2, 4, 1]
    for video, esv, scores in zip(videos, result.esv, result.scores, strict=True):
        expected_scores, expected_esv = exact_esvs(tsn_head(), video[None], priors())
        assert np.abs(esv - expected_esv[0]).max() <= ROUNDING_TOLERANCE
        assert np.abs(scores - expected_scores[0]).max() <= ROUNDING_TOLERANCE
    assert result.evaluations.tolist() == [15, 3, 15, 1]


def test_fields_are_arrays_and_the_prior_and_esvs_sum_to_the_scores():
    result = playfair.explain(BATCH, trn_heads(), priors())
    assert result.method == "exact"
    assert result.standard_error is None
    assert all(
        isinstance(field, np.ndarray)
        for field in (result.esv, result.scores, result.prior, result.efficiency_gap)
    )
    assert np.abs(result.efficiency_gap).max() <= 1e-6
    assert np.abs(result.prior + result.esv.sum(axis=1) - result.scores).max() <= 1e-6
    assert result.evaluations.tolist() == [31] * 3


def test_evaluations_of_a_multi_scale_model_are_those_of_its_scales():
    result = playfair.explain(BATCH[0], trn_heads()[:2], priors())
    assert result.evaluations == 5 + 10


def test_chosen_classes_and_units():
    everything = playfair.explain(BATCH, tsn_head(), priors(), score="logit")
    chosen = playfair.explain(BATCH, tsn_head(), priors(), score="logit", classes=[4, 0])
    assert np.allclose(chosen.esv, everything.esv[..., [4, 0]], atol=1e-6)
    assert np.array_equal(chosen.scores, everything.scores[..., [4, 0]])
    assert np.array_equal(chosen.prior, everything.prior[[4, 0]])
    assert chosen.class_idx.tolist() == [4, 0]


def test_whole_frames_are_explained_when_their_axes_are_told():
    frames = inputs("whole frames", (3, 2, 4, 4), 0, 1)

    def model(clips):
        return clips.flatten(start_dim=2).mean(dim=1).view(-1, 2, 16).mean(dim=2).softmax(dim=1)

    single = playfair.explain(frames, model, "uniform", element_ndim=3)
    assert single.esv.shape == (3, 2)
    assert np.array_equal(playfair.explain([frames], model, "uniform").esv[0], single.esv)


def test_nested_lists_of_numbers_are_one_video():
    videos, form = as_videos([[1.0, 2.0], [3.0, 4.0]])
    assert form == "single"
    assert videos[0].shape == (2, 2)


@pytest.mark.parametrize(
    ("features", "message"),
    [
        (np.zeros(4), "Features have 1 axes"),
        (np.zeros((2, 3, 4, 5)), "see element_ndim"),
        ([], "features are an empty list"),
        (np.zeros((0, 3, 4)), "no videos to explain"),
        ([np.zeros((2, 4)), np.zeros((0, 4))], r"Video 1 has the shape \(0, 4\)"),
        ([np.zeros((2, 4)), np.zeros(4)], r"Video 1 has the shape \(4,\)"),
        ([np.zeros((2, 4)), np.zeros((2, 5))], r"video 1 have the shape \(5,\)"),
        (np.full((2, 3, 4), np.nan), "Video 0 has features that are not finite"),
    ],
)
def test_features_that_cannot_be_explained_are_refused(features, message):
    with pytest.raises(InputError, match=message):
        playfair.explain(features, tsn_head(), priors())


def test_an_unknown_method_is_refused_with_the_choices():
    with pytest.raises(InputError, match="Unknown method 'magic': choose one of exact"):
        playfair.explain(BATCH, tsn_head(), priors(), method="magic")


@pytest.mark.parametrize(
    ("method", "option"), [("exact", "budget"), ("regression", "interactions"), ("exact", "bugdet")]
)
def test_options_that_a_method_does_not_have_are_refused(method, option):
    with pytest.raises(InputError, match=f"{method}' has no option '{option}': its options are"):
        playfair.explain(BATCH, tsn_head(), priors(), method=method, **{option: 100})


@pytest.mark.parametrize("method", ["regression", "permutation", "stratified", "constructive"])
def test_samplers_explain_videos_of_different_lengths(method):
    videos = [inputs(f"long {n}", (n, 32), -1, 1) for n in (25, 4, 1, 25)]
    result = playfair.explain(videos, tsn_head(), priors(), method, budget=400, classes=[3, 1])
    assert [esv.shape for esv in result.esv] == [(25, 2), (4, 2), (1, 2), (25, 2)]
    assert [error.shape for error in result.standard_error] == [esv.shape for esv in result.esv]
    assert (result.evaluations <= 400).all()
    assert result.seed == 0
    alone = playfair.explain(videos[3], tsn_head(), priors(), method, budget=400, classes=[3, 1])
    assert np.abs(alone.esv - result.esv[3]).max() <= ROUNDING_TOLERANCE
    assert "largest standard error" in repr(alone)


def test_interactions_and_frame_sets_are_read_off_the_table():
    result = playfair.explain(
        BATCH, trn_heads(), priors(), classes=[2, 8], interactions=True, frame_sets=True
    )
    table = whole_table(trn_heads())
    assert np.allclose(result.interactions, pairwise_interactions(table)[..., [2, 8]], atol=1e-7)
    assert np.array_equal(result.sufficient_frames, smallest_sufficient_frames(table))
    assert np.array_equal(result.necessary_frames, smallest_necessary_frames(table))
    single = playfair.explain(BATCH[0], trn_heads(), priors(), frame_sets=True)
    assert single.interactions is None
    assert single.sufficient_frames.shape == (5,)
    assert "sufficient frames: " in repr(single)


def test_interactions_with_labels_are_those_of_the_true_and_the_predicted_class():
    labels = [2, -1, 0]
    result = playfair.explain(BATCH, trn_heads(), priors(), labels=labels, interactions=True)
    pairs = pairwise_interactions(whole_table(trn_heads()))
    predicted = result.scores.argmax(axis=1)
    assert result.interactions.shape == (3, 5, 5, 2)
    for video, label in enumerate(labels):
        expected = pairs[video][..., predicted[video]]
        assert np.allclose(result.interactions[video, ..., 1], expected, atol=1e-7)
        if label < 0:
            assert np.isnan(result.interactions[video, ..., 0]).all()
        else:
            found = result.interactions[video, ..., 0]
            assert np.allclose(found, pairs[video][..., label], atol=1e-7)


def test_labels_of_other_videos_are_refused():
    with pytest.raises(InputError, match=r"labels has the shape \(2,\).*each of the 3 videos"):
        playfair.explain(BATCH, trn_heads(), priors(), labels=[0, 1])


def test_only_the_classes_that_are_asked_for_are_computed(monkeypatch):
    asked = []

    def noting(game, class_idx=None, *rest, **settings):
        asked.append(class_idx)
        return exact_values(game, class_idx, *rest, **settings)

    monkeypatch.setattr("playfair.attribution.exact.exact.exact_values", noting)
    result = playfair.explain(BATCH, trn_heads(), priors(), classes=[3])
    assert [classes.tolist() for classes in asked] == [[3]]
    assert result.esv.shape == (3, 5, 1)
    assert result.scores.shape == (3, 1)


@pytest.mark.parametrize("method", list(METHODS))
def test_the_game_is_made_once(method, monkeypatch):
    made = []

    def noting(*arguments):
        made.append(arguments)
        return make_game(*arguments)

    monkeypatch.setattr("playfair.attribution.explain.make_game", noting)
    monkeypatch.setattr("playfair.attribution.exact.exact.make_game", noting)
    videos = [inputs(f"once {n}", (n, 32), -1, 1) for n in (4, 6, 4)]
    playfair.explain(videos, tsn_head(), priors(), method)
    assert len(made) == 1
