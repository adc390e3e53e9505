import pytest
import torch
from torch import nn

from playfair.attribution.games.from_model import make_game, place_model
from playfair.attribution.games.game import MultiScaleGame, VariableLengthGame
from playfair.attribution.games.head_games import TRNGame, TSNGame
from playfair.errors import InputError
from tests.unit.attribution.vectors import priors, trn_heads, tsn_head

ELEMENTS = torch.rand(2, 3, 32, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize(
    ("model", "kind"),
    [
        (tsn_head(), TSNGame),
        (trn_heads(), TRNGame),
        (nn.ModuleList(trn_heads()), TRNGame),
        (lambda x: x, VariableLengthGame),
        ([lambda x: x], MultiScaleGame),
        ([trn_heads()[0], lambda x: x], MultiScaleGame),
    ],
)
def test_a_model_plays_the_game_of_its_kind(model, kind):
    assert type(make_game(model, ELEMENTS, priors())) is kind


def test_uniform_priors_of_a_callable_take_the_number_of_its_classes():
    game = make_game(lambda x: x.mean(dim=1)[:, :4], ELEMENTS, "uniform")
    assert game.prior.tolist() == [0.25] * 4


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (3, "not int"),
        ([], "one per number of frames"),
        ([tsn_head(), 3], "one per number of frames"),
    ],
)
def test_what_is_no_model_is_refused(model, message):
    with pytest.raises(InputError, match=message):
        make_game(model, ELEMENTS, priors())


def test_a_model_without_an_axis_of_classes_is_refused():
    with pytest.raises(InputError, match=r"shape \(1,\) for 1 subsequence of 1 frame"):
        make_game(lambda x: x.mean(dim=(1, 2)), ELEMENTS, "uniform")


def test_a_batch_size_below_one_is_refused():
    with pytest.raises(InputError, match="at least 1, not 0"):
        make_game(tsn_head(), ELEMENTS, priors(), batch_size=0)


def test_a_network_is_copied_when_it_has_to_move():
    head = tsn_head()
    same, place = place_model(head, None)
    assert same is head
    assert place == torch.device("cpu")
    assert place_model(head, "cpu")[0] is head
    moved, place = place_model([head, len], "meta")
    assert moved[0].classifier.weight.device == place == torch.device("meta")
    assert moved[1] is len
    assert head.classifier.weight.device == torch.device("cpu")


def test_a_network_in_training_mode_is_refused():
    class Network(nn.Module):
        def __init__(self):
            super().__init__()
            self.dropout = nn.Dropout(0.5)

        def forward(self, frames):
            return self.dropout(frames).mean(dim=1).softmax(dim=1)

    with pytest.raises(InputError, match=r"training mode.*Dropout.*model\.eval\(\)"):
        place_model(Network(), None)
    place_model(Network().eval(), None)
