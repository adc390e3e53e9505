from math import comb

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from playfair.attribution.exact import shapley
from playfair.attribution.exact.shapley import exact_values, shapley_weights
from playfair.attribution.games.game import MultiScaleGame, VariableLengthGame
from playfair.attribution.games.head_games import TRNGame, TSNGame
from playfair.errors import InputError
from tests import oracle
from tests.unit.attribution.vectors import bits, priors, trn_heads, tsn_head, worth_model

MASKS = st.integers(0, 2**32 - 1)


def random_worth(seed: int, n_frames: int, class_count: int = 3) -> np.ndarray:
    worth = np.random.default_rng(seed).random((2**n_frames, class_count)).astype(np.float32)
    # That of no frames are the priors, which sum to 1.
    return worth / worth.sum(axis=1, keepdims=True)


def exact_of_worth(worth: np.ndarray, keep_table: bool = False):
    n_frames = len(worth).bit_length() - 1
    game = VariableLengthGame(worth_model(worth), bits(n_frames)[None], worth[0], worth.shape[1])
    return exact_values(game, keep_table=keep_table)


def mask(subset: tuple[int, ...]) -> int:
    return sum(1 << frame for frame in subset)


@pytest.mark.parametrize("n_frames", [1, 2, 3, 6])
def test_esvs_follow_the_definition_on_any_game(n_frames):
    worth = random_worth(n_frames, n_frames)
    expected = oracle.shapley_values(lambda subset: worth[mask(subset)].astype(float), n_frames)
    assert np.allclose(exact_of_worth(worth).esv[0], expected, atol=1e-6)


@pytest.mark.parametrize("n_frames", [1, 2, 4, 7])
def test_multi_scale_esvs_follow_the_definition_within_and_beyond_the_scales(n_frames):
    heads = trn_heads()[:3]
    elements = torch.rand(n_frames, 32, generator=torch.Generator().manual_seed(n_frames)) * 4 - 2
    doubles = [head.double() for head in heads]

    def single_scale(head):
        return lambda x: head(torch.from_numpy(x)[None]).detach().numpy()[0]

    def worth(subset):
        if not subset:
            return priors()
        models = [single_scale(head) for head in doubles]
        return oracle.softmax(oracle.multi_scale_logits(models, elements.double().numpy(), subset))

    expected = oracle.shapley_values(worth, n_frames)
    heads = trn_heads()[:3]
    special = TRNGame(heads, elements[None], priors())
    assert np.allclose(exact_values(special).esv[0], expected, atol=1e-6)
    plain = MultiScaleGame(heads, elements[None], priors(), 11)
    assert np.allclose(exact_values(plain).esv[0], expected, atol=1e-6)


@settings(max_examples=30, deadline=None)
@given(seed=MASKS, n_frames=st.integers(1, 7))
def test_esvs_sum_to_score_minus_prior(seed, n_frames):
    worth = random_worth(seed, n_frames)
    values = exact_of_worth(worth)
    assert np.allclose(values.esv[0].sum(dim=0), worth[-1] - worth[0], atol=1e-6)


@settings(max_examples=30, deadline=None)
@given(seed=MASKS, n_frames=st.integers(2, 7), data=st.data())
def test_frames_that_are_interchangeable_get_equal_esvs(seed, n_frames, data):
    pair = data.draw(st.lists(st.integers(0, n_frames - 1), min_size=2, max_size=2, unique=True))
    worth = random_worth(seed, n_frames)
    for subset in range(2**n_frames):
        has_first, has_second = ((subset >> frame) & 1 for frame in pair)
        if has_first and not has_second:
            swapped = subset ^ (1 << pair[0]) ^ (1 << pair[1])
            worth[swapped] = worth[subset]
    esv = exact_of_worth(worth).esv[0]
    assert np.allclose(esv[pair[0]], esv[pair[1]], atol=1e-6)


@settings(max_examples=30, deadline=None)
@given(seed=MASKS, n_frames=st.integers(1, 7), data=st.data())
def test_a_frame_that_never_changes_the_score_gets_nothing(seed, n_frames, data):
    null_frame = data.draw(st.integers(0, n_frames - 1))
    worth = random_worth(seed, n_frames)
    with_it = [subset for subset in range(2**n_frames) if (subset >> null_frame) & 1]
    worth[with_it] = worth[[subset ^ (1 << null_frame) for subset in with_it]]
    assert np.allclose(exact_of_worth(worth).esv[0, null_frame], 0, atol=1e-6)


@settings(max_examples=30, deadline=None)
@given(seed=MASKS, n_frames=st.integers(1, 7), share=st.floats(0, 1))
def test_esvs_of_a_mixture_of_games_are_the_mixture_of_their_esvs(seed, n_frames, share):
    first, second = random_worth(seed, n_frames), random_worth(seed + 1, n_frames)
    mixed = exact_of_worth((share * first + (1 - share) * second).astype(np.float32)).esv
    separate = share * exact_of_worth(first).esv + (1 - share) * exact_of_worth(second).esv
    assert np.allclose(mixed, separate, atol=1e-6)


@pytest.mark.parametrize("score", ["probability", "logit", "log_odds"])
def test_efficiency_holds_in_every_unit_and_for_every_kind_of_game(score):
    elements = torch.rand(2, 6, 32, generator=torch.Generator().manual_seed(0))
    games = [
        TRNGame(trn_heads(), elements, priors(), score),
        TSNGame(tsn_head(), elements, priors(), score),
        VariableLengthGame(
            lambda x: tsn_head()(x).softmax(dim=-1), elements, priors(), 11, score=score
        ),
    ]
    for game in games:
        values = exact_values(game)
        total = game.prior_score + values.esv.sum(dim=1)
        assert np.allclose(
            total.detach(), values.scores, atol=2e-5 if score != "probability" else 1e-6
        )


def test_the_table_holds_the_score_of_every_subset_by_its_mask():
    worth = random_worth(3, 5)
    assert np.allclose(exact_of_worth(worth, keep_table=True).table[0], worth, atol=1e-6)


def test_chosen_classes_are_those_of_all_classes():
    elements = torch.rand(3, 5, 32, generator=torch.Generator().manual_seed(1))
    game = TRNGame(trn_heads(), elements, priors())
    everything = exact_values(game, keep_table=True)
    chosen = exact_values(game, torch.tensor([7, 2]), keep_table=True)
    assert torch.allclose(chosen.esv, everything.esv[..., [7, 2]], atol=1e-7)
    assert torch.allclose(chosen.table, everything.table[..., [7, 2]], atol=1e-7)
    assert chosen.scores.shape == (3, 11)


@pytest.mark.parametrize("fresh_numbers", [0, shapley.FRESH_NUMBERS])
@pytest.mark.parametrize("chunk_rows", [1, 3, 16, 100000])
def test_values_do_not_depend_on_the_chunks(monkeypatch, chunk_rows, fresh_numbers):
    elements = torch.rand(2, 8, 32, generator=torch.Generator().manual_seed(2)) * 6 - 3
    heads = trn_heads()
    games = [
        TRNGame(heads, elements, priors()),
        TRNGame(heads[:3], elements, priors()),
        MultiScaleGame([lambda x, head=head: head(x) for head in heads], elements, priors(), 11),
        TSNGame(tsn_head(), elements, priors()),
    ]
    expected = [exact_values(game).esv for game in games]
    monkeypatch.setattr(shapley, "CHUNK_ROWS", chunk_rows)
    monkeypatch.setattr(shapley, "FRESH_NUMBERS", fresh_numbers)
    for game, esv in zip(games, expected, strict=True):
        assert torch.allclose(exact_values(game).esv, esv, atol=1e-6)


def test_weights_of_a_level_share_one_nth_over_the_subsets_with_a_frame():
    first = comb(6, 1) + comb(6, 2)
    weights = shapley_weights(6)[:, first : first + comb(6, 3)]
    assert np.allclose(weights.clamp_min(0).sum(dim=1), 1 / 6)
    assert np.allclose(weights.clamp_max(0).sum(dim=1), -1 / 6)


def test_more_than_20_frames_are_refused_with_the_sampler_to_use():
    game = TSNGame(tsn_head(), torch.zeros(1, 21, 32), priors())
    with pytest.raises(InputError, match="up to 20 frames: use method='regression'"):
        exact_values(game)
