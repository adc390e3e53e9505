"""Closed forms are for heads that are what they assume; all others are called, and so are right."""

import types

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn.utils import parametrizations

import playfair
from playfair.attribution.games.from_model import make_game
from playfair.attribution.games.game import MultiScaleGame, VariableLengthGame
from playfair.attribution.games.head_games import TRNGame, TSNGame
from playfair.attribution.games.recognition import are_plain_trns, is_plain_tsn
from playfair.errors import InputError
from playfair.models.heads.tsn_trn import TRN, TSN
from tests import oracle
from tests.conformance import inputs
from tests.unit.attribution.vectors import priors, trn_heads, tsn_head

FEATURES = inputs("recognition", (5, 32), -1, 1)


class MaxTSN(TSN):
    """Takes the maximum over frames where a TSN takes the mean."""

    def forward(self, features):
        return self.classifier(torch.relu(features)).amax(dim=1)


class Sharper(TRN):
    def forward(self, features):
        return 3 * super().forward(features)


def as_(kind, head, *sizes):
    other = kind(*sizes).eval()
    other.load_state_dict(head.state_dict())
    return other


def tsn_subclass():
    return as_(MaxTSN, tsn_head(), 32, 11)


def tsn_with(change):
    head = tsn_head()
    change(head)
    return head


def squared(_, given):
    return (given[0] ** 2,)


def own_forward(head):
    head.forward = types.MethodType(lambda self, x: 2 * self.classifier(x).mean(dim=1), head)


def other_classifier(head):
    head.classifier = nn.Sequential(head.classifier, nn.Tanh())


def with_spectral_norm(head):
    parametrizations.spectral_norm(head.classifier)


CHANGED_TSN = {
    "subclass": tsn_subclass,
    "hook": lambda: tsn_with(lambda h: h.register_forward_hook(lambda *given: 2 * given[-1])),
    "hook before": lambda: tsn_with(lambda h: h.register_forward_pre_hook(squared)),
    "hook on a layer": lambda: tsn_with(
        lambda h: h.classifier.register_forward_hook(lambda *given: given[-1].tanh())
    ),
    "own forward": lambda: tsn_with(own_forward),
    "other classifier": lambda: tsn_with(other_classifier),
    "parametrized": lambda: tsn_with(with_spectral_norm).eval(),
    "no bias": lambda: tsn_with(lambda h: setattr(h.classifier, "bias", None)),
}


def trns_with(change):
    heads = trn_heads()
    change(heads[1])
    return heads


def swapped_activation(head):
    head.model[2] = nn.GELU()


def longer(head):
    head.model.append(nn.Tanh())


CHANGED_TRN = {
    "subclass": lambda: [
        trn_heads()[0],
        as_(Sharper, trn_heads()[1], 2, 32, 24, 11),
        *trn_heads()[2:],
    ],
    "hook": lambda: trns_with(lambda h: h.register_forward_hook(lambda *given: 2 * given[-1])),
    "hook on a layer": lambda: trns_with(
        lambda h: h.model[1].register_forward_hook(lambda *given: given[-1] ** 2)
    ),
    "swapped activation": lambda: trns_with(swapped_activation),
    "another layer": lambda: trns_with(longer),
}


def esvs_of(worth):
    """By the definition; worth: subset -> (C,) logits of some frames."""
    return oracle.shapley_values(
        lambda subset: oracle.softmax(worth(subset)) if subset else priors(), len(FEATURES)
    )


@pytest.mark.parametrize("make", CHANGED_TSN.values(), ids=CHANGED_TSN)
def test_a_changed_tsn_is_explained_as_what_it_computes(make):
    head = make()

    def logits(subset):
        with torch.no_grad():
            return head(FEATURES[None, list(subset)].clone())[0].double().numpy()

    result = playfair.explain(FEATURES, head, priors())
    assert np.abs(result.esv - esvs_of(logits)).max() <= 1e-6
    assert not is_plain_tsn(head)
    assert type(make_game(head, FEATURES[None], priors())) is VariableLengthGame


@pytest.mark.parametrize("make", CHANGED_TRN.values(), ids=CHANGED_TRN)
def test_changed_trns_are_explained_as_what_they_compute(make):
    heads = make()

    def single(head):
        def call(elements):
            with torch.no_grad():
                return head(torch.from_numpy(elements)[None].clone())[0].double().numpy()

        return call

    def logits(subset):
        return oracle.multi_scale_logits([single(head) for head in heads], FEATURES.numpy(), subset)

    result = playfair.explain(FEATURES, heads, priors())
    assert np.abs(result.esv - esvs_of(logits)).max() <= 1e-6
    assert type(make_game(heads, FEATURES[None], priors())) is MultiScaleGame


def test_a_subclass_that_returns_probabilities_gets_no_second_softmax():
    class OfProbabilities(TSN):
        def forward(self, features):
            return super().forward(features).softmax(dim=-1)

    found = playfair.explain(FEATURES, as_(OfProbabilities, tsn_head(), 32, 11), priors())
    assert np.abs(found.esv - playfair.explain(FEATURES, tsn_head(), priors()).esv).max() <= 1e-6


def test_heads_that_are_what_they_say_keep_their_closed_forms():
    for relu_input in (False, True):
        heads = trn_heads()
        for head in heads:
            head.relu_input = relu_input
        assert type(make_game(heads, FEATURES[None], priors())) is TRNGame
    assert type(make_game(tsn_head(), FEATURES[None], priors())) is TSNGame


def test_a_head_is_called_on_random_features_and_has_to_agree(monkeypatch):
    monkeypatch.setattr(TSN, "forward", lambda self, x: self.classifier(x).mean(dim=1))
    assert not is_plain_tsn(tsn_head())
    plain = TRN.forward
    monkeypatch.setattr(TRN, "forward", lambda self, x: plain(self, x.abs()))
    assert not are_plain_trns(trn_heads())


def test_a_head_is_called_once_until_it_changes(monkeypatch):
    calls = []
    plain = TSN.forward

    def counted(self, features):
        calls.append(len(features))
        return plain(self, features)

    monkeypatch.setattr(TSN, "forward", counted)
    head = tsn_head()
    assert is_plain_tsn(head)
    assert is_plain_tsn(head)
    assert calls == [1]
    head.register_forward_hook(lambda *given: given[-1])
    assert not is_plain_tsn(head)


def test_layers_that_do_not_fit_the_stated_sizes_are_left_to_the_heads_own_call():
    head = tsn_head()
    head.classifier = nn.Linear(16, 11)
    assert not is_plain_tsn(head)
    with pytest.raises(RuntimeError, match="shapes"):
        playfair.explain(FEATURES, head, priors())


def test_heads_out_of_order_are_named_before_they_are_called():
    with pytest.raises(InputError, match="TRN head number 1 takes 2 frames"):
        are_plain_trns(trn_heads()[1:])


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), scale=st.floats(1e-3, 1e3), relu_input=st.booleans())
def test_plain_heads_of_any_size_of_weights_are_recognised(seed, scale, relu_input):
    torch.manual_seed(seed)
    heads = [TRN(s, 7, 5, 3, relu_input=relu_input).eval() for s in (1, 2, 3)]
    tsn = TSN(7, 3)
    with torch.no_grad():
        for parameter in (*tsn.parameters(), *(p for head in heads for p in head.parameters())):
            parameter *= scale
    assert are_plain_trns(heads)
    assert is_plain_tsn(tsn)
