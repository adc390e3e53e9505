import pytest
import torch

from playfair.attribution.exact.shapley import exact_values
from playfair.attribution.games.game import MultiScaleGame
from playfair.attribution.games.head_games import TRNGame, TSNGame
from playfair.attribution.games.lattice import lattice_level
from playfair.errors import InputError
from playfair.models.heads.tsn_trn import TRN
from tests.unit.attribution.vectors import priors, trn_heads, tsn_head

ELEMENTS = torch.rand(3, 6, 32, generator=torch.Generator().manual_seed(0)) * 4 - 2


@pytest.mark.parametrize("size", [1, 2, 6])
def test_tsn_in_closed_form_is_the_head_on_the_subsequence(size):
    frame_idx = lattice_level(6, size).frame_idx
    outputs = TSNGame(tsn_head(), ELEMENTS, priors()).outputs(frame_idx)
    for video, elements in enumerate(ELEMENTS):
        assert torch.allclose(outputs[:, video], tsn_head()(elements[frame_idx]), atol=1e-5)


@pytest.mark.parametrize("relu_input", [False, True])
@pytest.mark.parametrize("size", [1, 2, 4, 5])
def test_the_split_first_layer_gives_the_head_on_the_subsequence(size, relu_input):
    heads = trn_heads()
    for head in heads:
        head.relu_input = relu_input
    frame_idx = lattice_level(6, size).frame_idx
    outputs = TRNGame(heads, ELEMENTS, priors()).outputs(frame_idx)
    expected = MultiScaleGame(heads, ELEMENTS, priors(), 11).outputs(frame_idx)
    assert torch.allclose(outputs, expected, atol=1e-5)


def test_heads_may_have_different_numbers_of_hidden_units():
    torch.manual_seed(0)
    heads = [TRN(scale, 32, hidden, 11).eval() for scale, hidden in ((1, 8), (2, 40), (3, 24))]
    found = exact_values(TRNGame(heads, ELEMENTS, priors()))
    expected = exact_values(MultiScaleGame(heads, ELEMENTS, priors(), 11))
    assert torch.allclose(found.esv, expected.esv, atol=1e-6)


def test_features_are_not_changed_by_a_relu_on_the_input():
    heads = trn_heads()
    heads[1].relu_input = True
    for elements in (ELEMENTS[:1].clone(), ELEMENTS.clone()):
        before = elements.clone()
        TRNGame(heads, elements, priors()).outputs(torch.tensor([[0, 1]]))
        assert torch.equal(elements, before)


def test_a_game_with_other_features_forgets_the_products_of_the_first():
    frame_idx = torch.tensor([[0, 1, 2]])
    for kind, model in ((TRNGame, trn_heads()), (TSNGame, tsn_head())):
        first = kind(model, ELEMENTS, priors())
        first.outputs(frame_idx)
        again = first.with_features(-ELEMENTS).outputs(frame_idx)
        assert torch.equal(again, kind(model, -ELEMENTS, priors()).outputs(frame_idx))


def test_features_of_another_size_are_refused():
    with pytest.raises(InputError, match=r"features of 32 numbers per frame.*\(1, 4, 16\)"):
        TSNGame(tsn_head(), torch.zeros(1, 4, 16), priors())


def test_heads_out_of_order_are_refused():
    with pytest.raises(InputError, match="TRN head number 1 takes 2 frames"):
        TRNGame(trn_heads()[1:], ELEMENTS, priors())


def test_heads_that_disagree_are_refused():
    with pytest.raises(InputError, match="TRN head 2 takes 32 features and gives 9 classes"):
        TRNGame([trn_heads()[0], TRN(2, 32, 8, 9)], ELEMENTS, priors())


def test_no_heads_are_refused():
    with pytest.raises(InputError, match="at least one head"):
        TRNGame([], ELEMENTS, priors())
