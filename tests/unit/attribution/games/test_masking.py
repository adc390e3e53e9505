"""Networks of whole clips play a game in which frames are masked."""

from itertools import combinations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torchvision.models.video import r3d_18

import playfair
from playfair.attribution.games.from_model import make_game
from playfair.attribution.games.masking import MaskedModel, MaskingGame
from playfair.attribution.games.stand_ins import nearest_elements
from playfair.errors import InputError
from tests.oracle import shapley_values

torch.set_num_threads(1)
FILLS = ("nearest", "mean", "black", "blur", "resample", "drop")
WITH_EMPTY = ("mean", "black", "blur")
PRIORS = [0.2, 0.3, 0.5]


def random(*shape, seed=0):
    return torch.rand(*shape, generator=torch.Generator().manual_seed(seed))


class WholeClips(nn.Module):
    """Takes (N, 3, n, H, W) and nothing but n frames; weights every frame's place differently."""

    def __init__(self, n_frames, classes=3):
        super().__init__()
        self.n_frames = n_frames
        self.weight = nn.Parameter(4 * random(3 * n_frames * 4, classes, seed=1) - 2)

    def forward(self, clips):
        assert clips.shape[1:] == (3, self.n_frames, 2, 2)
        return torch.softmax(clips.tanh().flatten(start_dim=1) @ self.weight, dim=1)

    def forward_visible(self, clips, visible):
        """What is not visible adds nothing; equally many are in every row, as for tokens."""
        assert len(set(visible.sum(dim=1).tolist())) == 1
        return self(torch.where(visible[:, None, :, None, None], clips, 0))


def blurred_by_hand(frame):
    """A Gaussian of an eighth of each side, renormalised at the edges; frame (3, H, W)."""
    result = np.zeros_like(frame)
    height, width = frame.shape[-2:]
    for row, column in np.ndindex(height, width):
        total = 0.0
        for other_row, other_column in np.ndindex(height, width):
            down, right = (row - other_row) / (height / 8), (column - other_column) / (width / 8)
            weight = np.exp(-(down**2 + right**2) / 2)
            result[:, row, column] += weight * frame[:, other_row, other_column]
            total += weight
        result[:, row, column] /= total
    return result


def masked_by_hand(video, subset, fill):
    """The clip (n, ...) that the network should see, frame by frame."""
    shown = []
    if fill == "resample":
        ordered = sorted(subset)
        middles = [(place + 0.5) * len(ordered) / len(video) for place in range(len(video))]
        return np.stack([video[ordered[int(middle)]] for middle in middles])
    for place in range(len(video)):
        if place in subset:
            shown.append(video[place])
        elif fill == "nearest":
            shown.append(video[min(subset, key=lambda kept: (abs(kept - place), kept))])
        elif fill == "blur":
            shown.append(blurred_by_hand(video[place]))
        else:
            shown.append(video.mean(axis=0) if fill == "mean" else np.zeros_like(video[0]))
    return np.stack(shown)


def esv_by_hand(video, network, fill, priors):
    def worth(subset):
        if not subset:
            return np.array(priors)
        clip = torch.from_numpy(masked_by_hand(video.numpy(), subset, fill))
        with torch.inference_mode():
            return network(clip[None].movedim(1, 2))[0].double().numpy()

    return shapley_values(worth, len(video))


@pytest.mark.parametrize("fill", FILLS)
def test_esvs_are_those_of_clips_masked_by_hand(fill):
    video, network = random(4, 3, 2, 2), WholeClips(4)
    model = MaskedModel(network, fill, time_axis=2)
    result = playfair.explain(video, model, PRIORS, element_ndim=3)
    np.testing.assert_allclose(result.esv, esv_by_hand(video, network, fill, PRIORS), atol=1e-6)
    assert np.abs(result.esv).max() > 0.01


@pytest.mark.parametrize("fill", FILLS)
def test_elements_of_two_frames_are_masked_together(fill):
    video, network = random(6, 3, 2, 2), WholeClips(6)

    def worth(subset):
        if not subset:
            return np.array(PRIORS)
        places = [2 * element + part for element in subset for part in (0, 1)]
        clip = masked_by_hand(video.numpy(), places, fill)
        if fill == "nearest":
            near = [min(subset, key=lambda kept: (abs(kept - place), kept)) for place in range(3)]
            clip = video.view(3, 2, 3, 2, 2)[near].flatten(0, 1).numpy()
        with torch.inference_mode():
            return network(torch.from_numpy(clip)[None].movedim(1, 2))[0].double().numpy()

    model = MaskedModel(network, fill, time_axis=2, frames_per_element=2)
    result = playfair.explain(video.view(3, 2, 3, 2, 2), model, PRIORS, element_ndim=4)
    np.testing.assert_allclose(result.esv, shapley_values(worth, 3), atol=1e-6)


@pytest.mark.parametrize("fill", WITH_EMPTY)
def test_the_empty_clip_is_all_stand_ins(fill):
    video, network = random(4, 3, 2, 2), WholeClips(4)
    expected = torch.from_numpy(masked_by_hand(video.numpy(), [], fill))
    found = MaskedModel(network, fill, time_axis=2).empty_scores(video)
    torch.testing.assert_close(found, network(expected[None].movedim(1, 2))[0].detach())


@pytest.mark.parametrize("fill", FILLS)
def test_subsets_of_any_size_share_a_batch_unless_tokens_are_dropped(fill):
    model = MaskedModel(WholeClips(3), fill, time_axis=2)
    game = make_game(model, random(2, 3, 3, 2, 2), PRIORS)
    member = torch.tensor([[1, 1, 1], [1, 0, 0], [0, 1, 1], [0, 0, 1]]).bool()
    together = game.outputs_of_members(member)
    for row, kept in enumerate(member):
        single = game.outputs(kept.nonzero().T)
        torch.testing.assert_close(together[row], single[0])


@pytest.mark.parametrize("n_frames", [1, 2, 5, 8])
def test_the_nearest_frame_stands_in_and_of_two_the_earlier(n_frames):
    for size in range(1, n_frames + 1):
        subsets = list(combinations(range(n_frames), size))
        member = torch.zeros(len(subsets), n_frames, dtype=torch.bool)
        shown = nearest_elements(member.scatter(1, torch.tensor(subsets), True))
        expected = [
            [min(subset, key=lambda kept: (abs(kept - place), kept)) for place in range(n_frames)]
            for subset in subsets
        ]
        assert shown.tolist() == expected


@given(fill=st.sampled_from(FILLS), seed=st.integers(0, 10**6), n_frames=st.integers(1, 6))
@settings(max_examples=20, deadline=None)
def test_esvs_sum_to_score_minus_prior(fill, seed, n_frames):
    video = random(n_frames, 3, 2, 2, seed=seed)
    network = WholeClips(n_frames)
    result = playfair.explain(
        video, MaskedModel(network, fill, time_axis=2), PRIORS, element_ndim=3
    )
    score = network(video[None].movedim(1, 2))[0].detach().numpy()
    np.testing.assert_allclose(result.scores, score, atol=1e-6)
    np.testing.assert_allclose(result.esv.sum(axis=0), score - PRIORS, atol=1e-5)


@given(seed=st.integers(0, 10**6), frame=st.integers(0, 4), fill=st.sampled_from(["mean", "black"]))
@settings(max_examples=20, deadline=None)
def test_a_frame_that_equals_its_stand_in_is_a_null_player(seed, frame, fill):
    video = random(5, 3, 2, 2, seed=seed)
    if fill == "black":
        video[frame] = 0
    else:
        video[frame] = torch.cat([video[:frame], video[frame + 1 :]]).mean(dim=0)
    model = MaskedModel(WholeClips(5), fill, time_axis=2)
    result = playfair.explain(video, model, model.empty_scores(video), element_ndim=3)
    np.testing.assert_allclose(result.esv[frame], 0, atol=1e-5)
    assert np.abs(result.esv).max() > 1e-3


@given(seed=st.integers(0, 10**6), n_frames=st.integers(2, 6))
@settings(max_examples=20, deadline=None)
def test_frames_of_a_still_clip_share_the_score_equally_by_the_nearest_frame(seed, n_frames):
    video = random(1, 3, 2, 2, seed=seed).expand(n_frames, 3, 2, 2)
    model = MaskedModel(WholeClips(n_frames), time_axis=2)
    result = playfair.explain(video, model, PRIORS, element_ndim=3)
    share = (result.scores - np.array(PRIORS)) / n_frames
    np.testing.assert_allclose(result.esv, np.tile(share, (n_frames, 1)), atol=1e-5)


@given(seed=st.integers(0, 10**6), place=st.integers(0, 4))
@settings(max_examples=20, deadline=None)
def test_a_frame_that_equals_its_nearest_neighbours_changes_nothing_beside_them(seed, place):
    video = random(5, 3, 2, 2, seed=seed)
    beside = [other for other in (place - 1, place + 1) if 0 <= other < 5]
    for other in beside:
        video[other] = video[place]
    game = make_game(MaskedModel(WholeClips(5), time_axis=2), video[None], PRIORS)
    without = torch.tensor([[frame for frame in range(5) if frame != place]])
    torch.testing.assert_close(game.outputs(without), game.outputs(torch.arange(5)[None]))


@pytest.mark.parametrize("batch_size", [1, 3, 32])
@pytest.mark.parametrize("fill", FILLS)
def test_results_do_not_depend_on_the_batch_size_that_bounds_every_call(fill, batch_size):
    sizes = []

    def network(clips):
        sizes.append(len(clips))
        return clips.mean(dim=(3, 4)).flatten(start_dim=1)[:, :3].softmax(dim=1)

    network.forward_visible = lambda clips, visible: network(
        torch.where(visible[:, :, None, None, None], clips, 0)
    )
    video = random(5, 3, 2, 2)
    one_call = playfair.explain(
        video, MaskedModel(network, fill, batch_size=31), PRIORS, element_ndim=3
    )
    sizes.clear()
    model = MaskedModel(network, fill, batch_size=batch_size)
    result = playfair.explain(video, model, PRIORS, element_ndim=3)
    assert max(sizes) == min(batch_size, 10)
    assert sum(sizes) - 1 == 31 == result.evaluations
    np.testing.assert_allclose(result.esv, one_call.esv, atol=1e-6)
    sizes.clear()
    playfair.explain(video, model, PRIORS, element_ndim=3, batch_size=2)
    assert max(sizes) == min(batch_size, 2)


@pytest.mark.parametrize("fill", FILLS)
def test_a_video_is_scored_alike_alone_and_among_others(fill):
    videos = random(3, 4, 3, 2, 2)
    model = MaskedModel(WholeClips(4), fill, time_axis=2)
    together = playfair.explain(videos, model, PRIORS, element_ndim=3)
    alone = playfair.explain(videos[1], model, PRIORS, element_ndim=3)
    np.testing.assert_allclose(together.esv[1], alone.esv, atol=1e-6)


@pytest.mark.parametrize("fill", FILLS[:-1])
def test_torchvisions_r3d_18_is_explained_on_raw_frames(fill):
    torch.manual_seed(0)
    network = r3d_18(num_classes=4).eval()
    video = random(5, 3, 32, 32)
    model = MaskedModel(network, fill, time_axis=2, outputs="logits", batch_size=8)
    result = playfair.explain(video, model, "uniform", element_ndim=3)
    with torch.inference_mode():
        score = network(video.movedim(0, 1)[None]).softmax(dim=1)[0].numpy()
    assert result.esv.shape == (5, 4)
    np.testing.assert_allclose(result.scores, score, atol=1e-5)
    np.testing.assert_allclose(result.esv.sum(axis=0), score - 0.25, atol=1e-5)
    assert result.evaluations == 31


def test_sampled_values_come_close_to_the_exact_ones():
    video, model = random(8, 3, 2, 2), MaskedModel(WholeClips(8), time_axis=2)
    exact = playfair.explain(video, model, PRIORS, element_ndim=3)
    sampled = playfair.explain(
        video, model, PRIORS, method="regression", budget=200, element_ndim=3
    )
    assert np.abs(sampled.esv - exact.esv).mean() < 0.05 * np.abs(exact.esv).mean()


def test_frames_of_whole_numbers_stay_whole():
    seen = []

    def network(clips):
        seen.append(clips)
        return clips.float().mean(dim=(2, 3, 4))[:, :3].softmax(dim=1)

    video = torch.tensor([0, 255, 30], dtype=torch.uint8)[:, None, None, None].expand(3, 3, 2, 2)
    playfair.explain(video, MaskedModel(network, "mean"), PRIORS, element_ndim=3)
    assert {clips.dtype for clips in seen} == {torch.uint8}
    # Of the first frame alone: (0 + 255 + 30) / 3 = 95 in the other two places.
    assert seen[0][0, :, 0, 0, 0].tolist() == [0, 95, 95]


def test_black_may_be_given_per_channel():
    black = torch.tensor([-1.0, -2.0, -3.0])[:, None, None]
    model = MaskedModel(WholeClips(2), "black", black=black)
    assert model.pool(random(1, 2, 3, 2, 2))[0, 2, :, 1, 1].tolist() == [-1, -2, -3]


def test_the_number_of_classes_is_asked_of_a_whole_clip():
    game = make_game(MaskedModel(WholeClips(4), time_axis=2), random(2, 4, 3, 2, 2), "uniform")
    assert isinstance(game, MaskingGame)
    assert game.prior.tolist() == pytest.approx([1 / 3] * 3)


def test_a_network_in_training_mode_is_refused():
    network = nn.Sequential(nn.Dropout(0.5), WholeClips(4))
    with pytest.raises(InputError, match=r"training mode.*model\.eval\(\)"):
        playfair.explain(
            random(4, 3, 2, 2), MaskedModel(network, time_axis=2), PRIORS, element_ndim=3
        )


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: MaskedModel(3), "callable, not int"),
        (lambda: MaskedModel(len, "grey"), "Unknown fill 'grey'.*nearest, resample, mean"),
        (lambda: MaskedModel(len, "drop"), "no method forward_visible"),
        (
            lambda: MaskedModel(len, frames_per_element=2).frames_of(random(1, 4, 3, 2, 2)),
            r"\(3, 2, 2\); expected 2 frames each",
        ),
        (lambda: MaskedModel(len, "blur").pool(random(1, 4, 5)), "fill='blur' frames are pictures"),
        (lambda: MaskedModel(len, outputs="scores"), "Unknown outputs 'scores'"),
        (lambda: MaskedModel(len, batch_size=0), "at least 1, not 0"),
        (lambda: MaskedModel(WholeClips(2)).empty_scores(random(2, 3, 2, 2)), "fill='nearest'"),
    ],
)
def test_what_cannot_be_masked_is_refused(make, message):
    with pytest.raises(InputError, match=message):
        make()


def test_logits_that_were_not_said_to_be_logits_are_noticed():
    model = MaskedModel(lambda clips: 9 * clips.mean(dim=(3, 4))[:, 0] - 3)
    with pytest.raises(InputError, match="outputs are logits"):
        playfair.explain(random(2, 3, 2, 2), model, PRIORS, element_ndim=3)
