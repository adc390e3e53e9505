import pytest
import torch

from playfair.attribution.games.game import MultiScaleGame, VariableLengthGame
from playfair.errors import InputError

FRAMES = torch.rand(2, 4, 3, generator=torch.Generator().manual_seed(0))


def mean_model(elements):
    return elements.flatten(start_dim=2).mean(dim=1)[:, :3].softmax(dim=-1)


def test_a_variable_length_game_gives_the_model_every_subsequence_of_every_video():
    game = VariableLengthGame(mean_model, FRAMES, "uniform", 3)
    outputs = game.outputs(torch.tensor([[0, 2], [1, 3]]))
    assert torch.allclose(outputs[1, 0], mean_model(FRAMES[:1, [1, 3]])[0])
    assert torch.allclose(outputs[0, 1], mean_model(FRAMES[1:, [0, 2]])[0])


def test_elements_may_be_whole_frames():
    images = torch.rand(2, 4, 3, 5, 6, generator=torch.Generator().manual_seed(1))
    game = VariableLengthGame(mean_model, images, "uniform", 3)
    assert game.outputs(torch.tensor([[0, 1, 3]])).shape == (1, 2, 3)


@pytest.mark.parametrize("batch_size", [1, 2, 3, 100])
def test_calls_of_the_model_are_bounded_by_the_batch_size(batch_size):
    sizes = []

    def model(elements):
        sizes.append(len(elements))
        return mean_model(elements)

    game = VariableLengthGame(model, FRAMES, "uniform", 3, batch_size=batch_size)
    frame_idx = torch.tensor([[0, 1], [0, 2], [1, 2], [1, 3], [2, 3]])
    outputs = game.outputs(frame_idx)
    assert max(sizes) <= batch_size
    # The first subsequence is asked about twice.
    assert sum(sizes) == 10 + 1
    whole = VariableLengthGame(mean_model, FRAMES, "uniform", 3).outputs(frame_idx)
    assert torch.allclose(outputs, whole)


def test_a_multi_scale_game_asks_the_model_of_the_subsequence_length():
    models = [lambda elements, s=s: torch.full((len(elements), 3), float(s)) for s in (1, 2)]
    game = MultiScaleGame(models, FRAMES, "uniform", 3)
    assert game.n_max == 2
    assert game.outputs(torch.tensor([[0], [1]])).eq(1).all()
    assert game.outputs(torch.tensor([[0, 1]])).eq(2).all()


def test_a_multi_scale_game_without_models_is_refused():
    with pytest.raises(InputError, match="at least one single-scale model"):
        MultiScaleGame([], FRAMES, "uniform", 3)


def test_logits_instead_of_probabilities_are_noticed():
    game = VariableLengthGame(lambda x: x.sum(dim=1) * 5, FRAMES, "uniform", 3)
    with pytest.raises(InputError, match="end the model with a softmax"):
        game.outputs(torch.tensor([[0, 1]]))


def test_a_wrong_shape_from_the_model_is_named():
    game = VariableLengthGame(lambda x: x.sum(dim=1)[0], FRAMES, "uniform", 3)
    with pytest.raises(InputError, match=r"shape \(3,\) for 1 subsequence of 2 frames"):
        game.outputs(torch.tensor([[0, 1]]))


@pytest.mark.parametrize("shape", [(4, 3), (2, 0, 3), (0, 4, 3)])
def test_features_without_videos_or_frames_are_refused(shape):
    with pytest.raises(InputError, match=r"shape \(V, n, \.\.\.\)"):
        VariableLengthGame(mean_model, torch.zeros(shape), "uniform", 3)
