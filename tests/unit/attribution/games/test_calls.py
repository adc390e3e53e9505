"""What a user's model returns is looked at before it turns into silent nonsense."""

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

import playfair
from playfair.attribution.compared.gradient_method import GradientMethod
from playfair.attribution.compared.positions import PositionMethod
from playfair.attribution.methods.registry import METHODS, method_class
from playfair.errors import InputError
from tests.conformance import inputs

FEATURES = inputs("calls", (4, 6), -1, 1)
WEIGHT = inputs("calls weight", (6, 3), -1, 1)


def logits(frames):
    return (frames @ WEIGHT).mean(dim=1)


def model(frames):
    return logits(frames).softmax(dim=1)


class Recurrent(nn.Module):
    def __init__(self, kind):
        super().__init__()
        self.layers = kind(6, 8, num_layers=2, dropout=0.3, batch_first=True)
        self.classifier = nn.Linear(8, 3)

    def forward(self, frames):
        return self.classifier(self.layers(frames)[0][:, -1]).softmax(dim=1)


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.attention = nn.MultiheadAttention(6, 2, dropout=0.3, batch_first=True)

    def forward(self, frames):
        return self.attention(frames, frames, frames)[0].mean(dim=1)[:, :3].softmax(dim=1)


class Functional(nn.Module):
    """Drops without a module that says so."""

    def forward(self, frames):
        return model(functional.dropout(frames, 0.3, self.training))


class Rectified(nn.Module):
    def __init__(self):
        super().__init__()
        self.activation = nn.RReLU()

    def forward(self, frames):
        return model(self.activation(frames))


def noisy(frames):
    return (logits(frames) + 0.1 * torch.randn(3)).softmax(dim=1)


@pytest.fixture(autouse=True)
def seeded():
    """Random models may give the same answer twice by chance: here they never do."""
    torch.manual_seed(1)


DRAWING = {
    "GRU": lambda: Recurrent(nn.GRU),
    "LSTM": lambda: Recurrent(nn.LSTM),
    "attention": Attention,
    "RReLU": Rectified,
    "functional": Functional,
}


@pytest.mark.parametrize("make", DRAWING.values(), ids=DRAWING)
def test_networks_that_draw_in_training_mode_are_refused(make):
    network = make().train()
    with pytest.raises(InputError, match=r"model\.eval\(\)"):
        playfair.explain(FEATURES, network, "uniform")
    playfair.explain(FEATURES, network.eval(), "uniform")


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    "drawing",
    [
        noisy,
        playfair.MaskedModel(noisy),
        [lambda x: 3 * logits(x), lambda x: functional.dropout(x, 0.5).sum(dim=1) @ WEIGHT],
    ],
    ids=["variable-length", "masked", "the second of two scales"],
)
def test_a_model_that_answers_the_same_frames_twice_is_refused_by_every_method(drawing, method):
    with pytest.raises(InputError, match=r"two answers to the same .* draws random numbers"):
        playfair.explain(FEATURES, drawing, [0.2, 0.3, 0.5], method)


@pytest.mark.parametrize("scales", [1, 3])
def test_that_costs_each_model_one_evaluation(scales):
    counts = []

    def counting(frames):
        counts.append(len(frames))
        return logits(frames)

    result = playfair.explain(
        torch.stack([FEATURES, -FEATURES]), [counting] * scales, [0.2, 0.3, 0.5]
    )
    assert sum(counts) == result.evaluations.sum() + scales


def test_a_model_whose_sums_vary_in_their_last_bits_is_accepted():
    calls = []

    def almost(frames):
        calls.append(frames)
        return model(frames) * (1 + 1e-6 * (len(calls) % 2))

    playfair.explain(FEATURES, almost, [0.2, 0.3, 0.5])


# The others see the whole sequence only, or changed features of all of its frames.
OF_SUBSEQUENCES = [
    name for name in METHODS if not issubclass(method_class(name), (GradientMethod, PositionMethod))
]


@pytest.mark.parametrize("method", METHODS)
def test_scores_of_the_whole_that_are_no_numbers_are_refused_by_every_method(method):
    def blind(frames):
        return model(frames) if frames.shape[1] < len(FEATURES) else model(frames) * float("nan")

    with pytest.raises(InputError, match=r"NaN or infinity for \d frames"):
        playfair.explain(FEATURES, blind, [0.2, 0.3, 0.5], method)


@pytest.mark.parametrize("method", OF_SUBSEQUENCES)
@pytest.mark.parametrize("wrong", [float("nan"), float("inf"), -float("inf")])
def test_scores_that_are_no_numbers_are_refused(wrong, method):
    def second(frames):
        return torch.where(frames[:, :1, 0] == FEATURES[1, 0], wrong, model(frames))

    for given in ([logits, second], second):
        with pytest.raises(InputError, match=r"returned NaN or infinity for \d frame"):
            playfair.explain(FEATURES, given, [0.2, 0.3, 0.5], method)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("score", ["probability", "logit"])
def test_heads_whose_scores_are_no_numbers_are_refused_and_the_video_named(method, score):
    tsn, trn = playfair.TSN(6, 3).eval(), [playfair.TRN(s, 6, 5, 3).eval() for s in (1, 2)]
    videos = torch.stack([FEATURES, FEATURES])
    with torch.no_grad():
        tsn.classifier.weight[0, 0] = trn[1].model[3].weight[0, 0] = float("nan")
        trn[1].model[1].bias[0] = 1
    for heads in (tsn, trn):
        with pytest.raises(InputError, match="video 0 are NaN or infinite"):
            playfair.explain(videos, heads, "uniform", method, score=score)


@pytest.mark.parametrize("answer", [None, (torch.zeros(1, 3), 1), {"logits": 1}, "scores"])
def test_what_is_no_tensor_is_named(answer):
    with pytest.raises(InputError, match=f"returned {type(answer).__name__} for 1 frame"):
        playfair.explain(FEATURES, lambda frames: answer, [0.2, 0.3, 0.5])


def test_priors_of_another_length_than_the_scores_are_named_as_such():
    for given in (model, [logits], playfair.MaskedModel(model)):
        with pytest.raises(InputError, match=r"gives 3 class scores .* there are 2 priors"):
            playfair.explain(FEATURES, given, [0.5, 0.5])


@pytest.mark.parametrize(
    ("classes", "message"),
    [
        ([True, False, True], r"classes holds bool: give class numbers, such as \[0, 2\]"),
        (np.array([True, False, True]), "classes holds bool"),
        ([True, 2], "classes holds bool"),
        ([1.7], "classes holds float64"),
        ([1.0], "classes holds float64"),
        (["1"], "classes holds str"),
        ([None], "classes holds object"),
        ([[0], [1, 2]], "classes holds something else"),
        ([], "at least one class"),
        (1, "a list of at least one class"),
        ([3], "numbered 0 to 2"),
        ([-1], "numbered 0 to 2"),
    ],
)
def test_classes_are_numbers_and_nothing_else(classes, message):
    with pytest.raises(InputError, match=message):
        playfair.explain(FEATURES, model, [0.2, 0.3, 0.5], classes=classes)


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ([1.5], "labels holds float64"),
        ([True], "labels holds bool"),
        ([3], "from 3 to 3"),
        ([-2], "-1 stands for"),
        ([None], "labels holds object"),
    ],
)
def test_labels_are_classes_that_there_are(labels, message):
    with pytest.raises(InputError, match=message):
        playfair.explain(FEATURES, model, [0.2, 0.3, 0.5], labels=labels, interactions=True)
    playfair.explain(FEATURES, model, [0.2, 0.3, 0.5], labels=[-1], interactions=True)
