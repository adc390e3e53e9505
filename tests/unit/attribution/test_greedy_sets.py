"""Sets found step by step against the smallest ones, read off the table of all scores."""

import numpy as np
import pytest
import torch

import playfair
from playfair.attribution.exact.frame_sets import (
    smallest_necessary_frames,
    smallest_sufficient_frames,
)
from playfair.attribution.exact.shapley import exact_values
from playfair.attribution.games.from_model import make_game
from playfair.attribution.greedy_sets import greedy_frame_sets
from playfair.errors import InputError

torch.set_num_threads(1)
VIDEOS, N_FRAMES, DIM, CLASSES = 24, 6, 4, 3
PRIORS = np.full(CLASSES, 1 / CLASSES)


def features(n_frames=N_FRAMES, dim=DIM):
    generator = torch.Generator().manual_seed(3)
    return 2 * torch.randn(VIDEOS, n_frames, dim, generator=generator)


def curved(frames):
    """Probabilities that depend on pairs of frames, and on their order."""
    weight = torch.linspace(-1.5, 1.5, DIM * CLASSES).view(DIM, CLASSES)
    first, last = frames[:, 0], frames[:, -1]
    return torch.softmax((frames.amax(dim=1) * first - last * frames.mean(dim=1)) @ weight, dim=1)


def trn(scales=3):
    torch.manual_seed(1)
    return [playfair.TRN(s, DIM, 16, CLASSES).eval() for s in range(1, scales + 1)]


def tsn():
    torch.manual_seed(2)
    return playfair.TSN(DIM, CLASSES).eval()


def plain_scales():
    return [lambda frames, head=head: head(frames) for head in trn()]


def mask_of(member):
    return member @ (1 << np.arange(member.shape[1]))


@pytest.mark.parametrize("model", [curved, tsn(), trn(), trn(8), plain_scales()])
def test_sets_do_what_they_say_and_are_never_smaller_than_the_smallest(model):
    game = make_game(model, features(), PRIORS)
    table = exact_values(game, keep_table=True).table.cpu().numpy()
    found = greedy_frame_sets(game)
    prediction = table[:, -1].argmax(axis=1)
    videos = np.arange(VIDEOS)
    of_kept = table[videos, mask_of(found.sufficient)]
    assert (of_kept.argmax(axis=1) == prediction).all()
    smallest = smallest_sufficient_frames(table).sum(axis=1)
    assert (found.sufficient.sum(axis=1) >= smallest).all()
    np.testing.assert_array_equal(found.sufficient.sum(axis=1) == 1, smallest == 1)
    fewest, gone = smallest_necessary_frames(table).sum(axis=1), found.necessary.sum(axis=1)
    some = gone > 0
    of_rest = table[videos, 2**N_FRAMES - 1 - mask_of(found.necessary)]
    np.testing.assert_array_equal((of_rest.argmax(axis=1) != prediction)[some], True)
    assert (gone[some] >= fewest[some]).all() and (fewest[some] > 0).all()
    np.testing.assert_array_equal(gone == 1, fewest == 1)


def test_sets_are_the_smallest_where_scores_of_two_classes_are_sums_over_frames():
    def summed(frames):
        score = 0.47 + frames[:, :, 0].sum(dim=1)
        return torch.stack([1 - score, score], dim=1)

    values = torch.rand(VIDEOS, N_FRAMES, 1, generator=torch.Generator().manual_seed(4))
    game = make_game(summed, 0.07 * values - 0.03, [0.5, 0.5])
    table = exact_values(game, keep_table=True).table
    found = greedy_frame_sets(game)
    for sets, smallest in (
        (found.sufficient, smallest_sufficient_frames(table)),
        (found.necessary, smallest_necessary_frames(table)),
    ):
        assert smallest.sum(axis=1).max() >= 2
        np.testing.assert_array_equal(sets.sum(axis=1), smallest.sum(axis=1))


def test_videos_are_searched_side_by_side_as_one_by_one():
    for model in (curved, trn()):
        game = make_game(model, features(), PRIORS)
        together = greedy_frame_sets(game)
        for video in (0, 7):
            alone = greedy_frame_sets(game.with_features(features()[video : video + 1]))
            np.testing.assert_array_equal(alone.sufficient[0], together.sufficient[video])
            np.testing.assert_array_equal(alone.necessary[0], together.necessary[video])


def test_many_frames_are_searched_by_sampled_scores_the_same_for_one_seed():
    many = features(n_frames=40)
    game = make_game(trn(8), many, PRIORS)
    prediction = np.arange(VIDEOS) % CLASSES
    found, again = (greedy_frame_sets(game, prediction, 40, seed=5) for _ in range(2))
    np.testing.assert_array_equal(found.sufficient, again.sufficient)
    np.testing.assert_array_equal(found.necessary, again.necessary)
    few = np.flatnonzero(found.sufficient.sum(axis=1) <= 5)
    assert len(few) > VIDEOS / 2
    # Scores of so few frames are no samples.
    for video in few:
        chosen = many[video : video + 1, found.sufficient[video]]
        scores = exact_values(game.with_features(chosen)).scores
        assert int(scores.argmax()) == prediction[video]


def test_a_prediction_of_elsewhere_is_kept_and_changed():
    game = make_game(tsn(), features(), PRIORS)
    table = exact_values(game, keep_table=True).table.cpu().numpy()
    prediction = table[:, -1].argsort(axis=1)[:, 1]
    found = greedy_frame_sets(game, prediction=prediction)
    kept = table[np.arange(VIDEOS), mask_of(found.sufficient)].argmax(axis=1) == prediction
    assert (kept | found.sufficient.all(axis=1)).all()
    assert (found.necessary.sum(axis=1) == 1).any()


def test_one_frame_keeps_its_prediction_and_none_can_go():
    found = greedy_frame_sets(make_game(curved, features(n_frames=1), PRIORS))
    assert found.sufficient.all() and not found.necessary.any()


def test_games_of_masked_clips_are_refused():
    def network(clips):
        return clips.flatten(start_dim=1)[:, :CLASSES]

    game = make_game(playfair.MaskedModel(network), features()[..., None, None, None], PRIORS)
    with pytest.raises(InputError, match="frame_sets=True"):
        greedy_frame_sets(game)
