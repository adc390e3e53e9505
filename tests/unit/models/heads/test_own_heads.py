"""Models of the user's own become heads, or a sentence says why not."""

import sys
import warnings

import pytest
import torch
from torch import nn

from playfair.attribution.games.from_model import make_game, place_model
from playfair.attribution.games.head_games import TRNGame, TSNGame
from playfair.errors import InputError
from playfair.models.checkpoints import save_checkpoint
from playfair.models.factories import import_factory
from playfair.models.heads.loading import load_heads
from playfair.models.heads.own_heads import checked_heads
from playfair.models.heads.tsn_trn import TRN, TSN

torch.set_num_threads(1)
MODULE = """
import torch
from torch import nn

from playfair.models.checkpoints import load_weights

NUMBER = 3


class Mean(nn.Module):
    def __init__(self, dim=6, classes=4):
        super().__init__()
        self.dropout = nn.Dropout(0.5)
        self.classifier = nn.Linear(dim, classes)

    def forward(self, features):
        return self.classifier(self.dropout(features)).mean(dim=1)


class Probable(Mean):
    def forward(self, features):
        return super().forward(features).softmax(dim=-1)


def logits(dim=6):
    return Mean(dim)


def scales(n, files=None):
    heads = [nn.Sequential(nn.Flatten(), nn.Linear(6 * s, 4)) for s in range(1, n + 1)]
    for head, file in zip(heads, files or []):
        load_weights(head, file)
    return heads


def number():
    return 3


def broken():
    raise KeyError("mine")
"""


@pytest.fixture
def module(tmp_path, monkeypatch):
    """A module of the user's in the working directory, found by its name."""
    (tmp_path / "their_model.py").write_text(MODULE)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [path for path in sys.path if path != str(tmp_path)])
    monkeypatch.delitem(sys.modules, "their_model", raising=False)
    yield tmp_path
    sys.modules.pop("their_model", None)


def custom(factory, files=(), outputs=None, **arguments):
    options = {"head": "custom", "factory": factory, "arguments": arguments, "outputs": outputs}
    return load_heads(options, files, feature_dim=6, class_count=4)


def test_a_factory_may_be_a_class_and_gets_the_arguments(module):
    head = custom("their_model:Probable", dim=6, classes=4)
    assert type(head).__name__ == "Probable"
    assert not head.training
    assert head(torch.rand(5, 2, 6)).sum(dim=1).tolist() == pytest.approx([1] * 5)


def test_logits_become_probabilities_where_the_options_say_so(module):
    torch.manual_seed(0)
    head = custom("their_model:logits", outputs="logits")
    features = torch.rand(5, 2, 6)
    torch.testing.assert_close(head(features), head.model(features).softmax(dim=-1))
    # The wrapped network moves, and is looked into, like any other.
    assert place_model(head, "meta")[0].model.classifier.weight.device.type == "meta"


def test_a_factory_gets_the_files_and_may_return_a_list(module):
    paths = []
    for scale in (1, 2):
        paths.append(str(module / f"{scale}.pt"))
        save_checkpoint(paths[-1], nn.Sequential(nn.Flatten(), nn.Linear(6 * scale, 4)))
    heads = custom("their_model:scales", files=paths, n=2)
    weights = torch.load(paths[1], weights_only=True)["state_dict"]["1.weight"]
    assert len(heads) == 2
    torch.testing.assert_close(heads[1][1].weight.detach(), weights)


def test_fixed_length_models_that_return_probabilities_are_combined_as_their_logits_are():
    torch.manual_seed(0)
    logits = [nn.Sequential(nn.Flatten(), nn.Linear(6 * s, 4)) for s in (1, 2)]
    probabilities = [nn.Sequential(head, nn.Softmax(dim=-1)) for head in logits]
    features, frame_idx = torch.rand(1, 2, 6), torch.tensor([[0, 1]])
    answers = []
    for heads, outputs in ((logits, "logits"), (probabilities, "probabilities")):
        checked = checked_heads("It", heads, outputs, 6, 4)
        game = make_game(checked, features, "uniform")
        mean = game.outputs(frame_idx) + game.outputs(torch.tensor([[0], [1]])).mean(dim=0)
        answers.append(game.scores(mean / 2))
    torch.testing.assert_close(*answers)


def test_heads_of_the_library_are_still_recognised():
    features = torch.rand(1, 2, 6)
    tsn = checked_heads("It", TSN(6, 4), "logits", 6, 4)
    assert type(make_game(tsn, features, "uniform")) is TSNGame
    trn = checked_heads("It", nn.ModuleList([TRN(1, 6, 5, 4), TRN(2, 6, 5, 4)]), None, 6, 4)
    assert type(make_game(trn, features, "uniform")) is TRNGame


@pytest.mark.parametrize(
    ("factory", "arguments", "message"),
    [
        ("no_such_module:make", {}, "'no_such_module' was not found: put no_such_module.py into"),
        ("their_model.part:make", {}, r"'their_model.part' was not found: put their_model/part.py"),
        ("their_model:make", {}, r"their_model.py\) has no 'make', which the factory"),
        ("their_model:NUMBER", {}, "their_model:NUMBER is of type int: expected a function"),
        ("their_model:logits", {"size": 3}, "does not take the arguments size .*'size'"),
        ("their_model:scales", {}, r"does not take the arguments \(none\) .*'n'"),
        ("their_model:number", {}, "of their_model:number is of type int: expected a callable"),
        ("their_model:scales", {"n": 0}, "is a list of nothing: expected callables"),
        ("their_model:logits", {"dim": 7}, r"failed on features of shape \(2, 1, 6\).*cannot be"),
    ],
)
def test_what_cannot_be_a_model_gets_one_sentence(module, factory, arguments, message):
    with pytest.raises(InputError, match=message) as caught:
        custom(factory, **arguments)
    assert "\n" not in str(caught.value)


def test_files_that_a_factory_does_not_take_are_named(module):
    with pytest.raises(InputError, match="their_model:logits does not take the arguments files"):
        custom("their_model:logits", files=["weights.pt"])


def test_an_error_inside_of_the_factory_is_passed_on(module):
    with pytest.raises(KeyError, match="mine"):
        custom("their_model:broken")


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (
            lambda x: x.mean(dim=1),
            r"returned the shape \(2, 6\) for .* \(2, 1, 6\): expected \(2, 4\)",
        ),
        (lambda x: x.mean(dim=(1, 2)), r"returned the shape \(2,\)"),
        (lambda x: x[:, 0, :4] if x.shape[1] < 3 else x[:, :, 0], r"\(2, 3\) for .* \(2, 3, 6\)"),
        (
            [lambda x: x[:, 0, :4], lambda x: x[:, 0]],
            r"It, at 2 frames, returned the shape \(2, 6\)",
        ),
        ([len, 3], "is a list of builtin_function_or_method, int"),
        (lambda x: "four", "failed on features"),
    ],
)
def test_wrong_outputs_are_named_with_both_shapes(model, message):
    with pytest.raises(InputError, match=message):
        checked_heads("It", model, None, 6, 4)


def test_the_working_directory_comes_first_on_the_python_path(module, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "their_model.py").write_text("def logits(): return None\n")
    sys.path.insert(0, str(elsewhere))
    assert import_factory("their_model:logits").__code__.co_filename.startswith(str(module))


def export(model, path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.jit.save(torch.jit.trace(model.eval(), torch.rand(2, model.length, 6)), path)
    return str(path)


class Fixed(nn.Sequential):
    def __init__(self, length):
        super().__init__(nn.Flatten(), nn.Linear(6 * length, 4))
        self.length = length


class AnyLength(nn.Module):
    length = 3

    def __init__(self):
        super().__init__()
        self.recurrent = nn.GRU(6, 4, batch_first=True)

    def forward(self, features):
        return self.recurrent(features)[0][:, -1]


def test_an_exported_model_of_any_number_of_frames_is_loaded(tmp_path):
    model = AnyLength()
    path = export(model, tmp_path / "model.pt")
    options = {"head": "exported", "file": path, "files": None, "outputs": "logits"}
    head = load_heads(options, [path], 6, 4)
    for length in (1, 2, 9):
        features = torch.rand(3, length, 6)
        torch.testing.assert_close(head(features), model(features).softmax(dim=-1))


def test_exported_models_of_fixed_numbers_of_frames_are_loaded_in_order(tmp_path):
    models = [Fixed(1), Fixed(2), Fixed(3)]
    paths = [export(model, tmp_path / f"{model.length}.pt") for model in models]
    options = {"head": "exported", "file": None, "files": paths, "outputs": None}
    for length, (head, model) in enumerate(
        zip(load_heads(options, paths, 6, 4), models, strict=True), start=1
    ):
        features = torch.rand(2, length, 6)
        torch.testing.assert_close(head(features), model(features))
    with pytest.raises(InputError, match="exported model of 3 files, at 1 frames, failed"):
        load_heads(options, paths[::-1], 6, 4)


def test_own_models_with_weights_that_are_no_finite_numbers_are_refused(tmp_path):
    head = nn.Sequential(nn.Flatten(), nn.Linear(6, 4))
    head[1].bias.data[1] = float("nan")
    with pytest.raises(InputError, match=r"holds 1\.bias with 1 of 4 weights that are NaN"):
        checked_heads("Mine", [head], None, 6, 4)
